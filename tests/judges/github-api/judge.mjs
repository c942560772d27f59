// Holds recorded exchanges against GitHub's own descriptions: REST through Prism and the OpenAPI description,
// GraphQL by executing each document against the published schema with the recorded answer as its data.
//
//   node judge.mjs DIR        judges every *.jsonl file in DIR
//   node judge.mjs --selftest judges planted exchanges, good and bad, and checks that the bad ones are found
//
// One line per violation, then `N exchanges, M violations`. Exit 0 clean, 1 violations, 2 nothing judged.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { judgeGraphql } from "./graphql.mjs";
import { judgeRest } from "./rest.mjs";
import { planted } from "./planted.mjs";

// Values that differ from run to run and mean nothing to a description; one of each kind is judged.
const MASKS = [
  [/127\.0\.0\.1:\d+/g, "HOST"],
  [/\b[0-9a-f]{40}\b/g, "OID"],
  [/\b[0-9a-f]{64}\b/g, "SHA256"],
  [/\b[0-9a-f]{16}\b/g, "ID"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "TIME"],
];

function mask(exchange) {
  let text = JSON.stringify(exchange);
  for (const [pattern, name] of MASKS) text = text.replace(pattern, name);
  return text;
}

function load(folder) {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl")).sort();
  return files.flatMap((name) => {
    const lines = readFileSync(path.join(folder, name), "utf8").split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line));
  });
}

/** All violations as `{ exchange, text }`; `exchange` is the position in `exchanges`. */
async function judge(exchanges) {
  const seen = new Map();
  exchanges.forEach((exchange, at) => {
    const key = mask(exchange);
    if (!seen.has(key)) seen.set(key, { ...exchange, at });
  });
  const distinct = [...seen.values()];
  const of = (api) => distinct.filter((exchange) => exchange.api === api);
  const strays = distinct.filter((exchange) => !["rest", "graphql"].includes(exchange.api));
  return {
    distinct: distinct.length,
    violations: [
      ...strays.map((exchange) => ({ exchange, text: "is neither REST nor GraphQL" })),
      ...(await judgeRest(of("rest"))),
      ...judgeGraphql(of("graphql")),
    ],
  };
}

function line({ exchange, text }) {
  const operation = /^\s*(?:query|mutation)\s+(\w+)/.exec(exchange.body?.query ?? "");
  const name = operation ? operation[1] : exchange.path;
  return `${exchange.method} ${name} (${exchange.status}): ${text}`;
}

async function main(argument) {
  if (argument === "--selftest") return selftest();
  if (!argument) {
    console.error("usage: node judge.mjs DIR | --selftest");
    return 2;
  }
  const exchanges = load(argument);
  if (exchanges.length === 0) {
    console.error(`no exchanges in ${argument}`);
    return 2;
  }
  const { distinct, violations } = await judge(exchanges);
  for (const violation of violations) console.log(line(violation));
  console.log(`${exchanges.length} exchanges, ${violations.length} violations (${distinct} kinds judged)`);
  return violations.length > 0 ? 1 : 0;
}

async function selftest() {
  let wrong = 0;
  const cases = planted();
  const { violations } = await judge(cases.map(({ exchange }) => exchange));
  cases.forEach(({ name, expect }, at) => {
    const found = violations.filter(({ exchange }) => exchange.at === at).map(({ text }) => text);
    const right = expect === null ? found.length === 0 : found.some((text) => text.includes(expect));
    if (!right) wrong += 1;
    console.log(`${right ? "ok" : "WRONG"}  ${name}${right ? "" : `: found ${JSON.stringify(found)}`}`);
  });
  console.log(`${cases.length} planted exchanges, ${wrong} misjudged`);
  return wrong > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv[2]);
