// GraphQL: is the document valid, do the variables fit, and does the recorded answer have the shape that GitHub's
// schema gives to it? The answer is put under the schema as data and the document executed over it: what comes out
// must be what was recorded, field by field.

import { isDeepStrictEqual } from "node:util";
import { schema as published } from "@octokit/graphql-schema";
import {
  GraphQLError, Kind, buildSchema, executeSync, getVariableValues, parse, validate,
} from "graphql";

// The schema says in words only what these scalars look like.
const SCALARS = {
  GitObjectID: /^[0-9a-f]{40}$/,
  GitRefname: /^refs\/\S+$/,
  Base64String: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  DateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
};

function schema() {
  // GitHub's own SDL defines a field twice, which a strict reader refuses.
  const built = buildSchema(published.idl, { assumeValid: true, assumeValidSDL: true });
  for (const [name, pattern] of Object.entries(SCALARS)) {
    const check = (value) => {
      if (typeof value !== "string" || !pattern.test(value)) {
        throw new GraphQLError(`${JSON.stringify(value)} is no ${name}`);
      }
      return value;
    };
    Object.assign(built.getType(name), { parseValue: check, serialize: check });
  }
  return built;
}

export function judgeGraphql(exchanges) {
  if (exchanges.length === 0) return [];
  const github = schema();
  return exchanges.flatMap((exchange) => {
    const texts = [...request(github, exchange), ...answer(github, exchange)];
    return texts.map((text) => ({ exchange, text }));
  });
}

function document(exchange) {
  try {
    return { parsed: parse(exchange.body?.query ?? "") };
  } catch (error) {
    return { error: `request: ${error.message}` };
  }
}

function request(github, exchange) {
  const { parsed, error } = document(exchange);
  if (error) return [error];
  const texts = validate(github, parsed).map((problem) => `request: ${problem.message}`);
  if (texts.length > 0) return texts;
  const [operation] = parsed.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const given = exchange.body.variables ?? {};
  const declared = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  const strangers = Object.keys(given).filter((name) => !declared.includes(name));
  const { errors = [] } = getVariableValues(github, operation.variableDefinitions ?? [], given);
  return [
    ...strangers.map((name) => `request: variable $${name} is not declared`),
    ...errors.map((problem) => `request: ${problem.message}`),
  ];
}

function answer(github, exchange) {
  // Refusals before GraphQL is reached have the form of REST errors.
  if (exchange.status !== 200) return [];
  const { parsed, error } = document(exchange);
  if (error || validate(github, parsed).length > 0) return [];
  const { data, errors } = exchange.response ?? {};
  if (data === undefined) return ["response: has no data"];
  const result = executeSync({
    schema: github,
    document: parsed,
    variableValues: exchange.body.variables,
    rootValue: data,
    // Recorded answers are keyed by alias.
    fieldResolver: (source, _arguments, _context, info) => source[info.path.key],
    typeResolver: (value, _context, info, abstract) =>
      value.__typename ?? github.getPossibleTypes(abstract).find(({ name }) => name === "Commit")?.name,
  });
  const texts = (result.errors ?? []).map((problem) => `response: ${problem.message}`);
  const plain = JSON.parse(JSON.stringify(result.data ?? null));
  if (texts.length === 0 && !isDeepStrictEqual(plain, data)) {
    texts.push(`response: holds ${JSON.stringify(data)} where the schema gives ${JSON.stringify(plain)}`);
  }
  for (const problem of errors ?? []) {
    const whole = typeof problem.message === "string" && typeof problem.type === "string";
    if (!whole) texts.push("response: an error without message or type");
  }
  return texts;
}
