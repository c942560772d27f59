// REST: every request is sent once more through Prism, which checks it against GitHub's description; behind Prism a
// small server answers with what was recorded, and Prism checks that too.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import http from "node:http";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const require = createRequire(import.meta.url);
const NUMBER = "x-exchange";

// The description lists an endpoint's own refusals; these come from the layers before it and are listed nowhere.
const UNLISTED = [400, 401, 403, 404, 429, 500, 502, 503];

// Path parameters of the description that hold slashes; Prism sees a parameter as one segment.
const MANY_SEGMENTS = [
  /^(\/repos\/[^/]+\/[^/]+\/git\/refs\/)(.+)$/,
  /^(\/repos\/[^/]+\/[^/]+\/git\/ref\/)(.+)$/,
  /^(\/repos\/[^/]+\/[^/]+\/contents\/)(.+)$/,
  /^(\/repos\/[^/]+\/[^/]+\/compare\/)(.+)$/,
];

export async function judgeRest(exchanges) {
  if (exchanges.length === 0) return [];
  const replay = await replayServer(exchanges);
  const prism = await startPrism(replay.address().port);
  try {
    const violations = [];
    for (const [number, exchange] of exchanges.entries()) {
      const texts = await send(prism.port, exchange, number);
      violations.push(...texts.map((text) => ({ exchange, text })));
    }
    return violations;
  } finally {
    prism.process.kill();
    replay.close();
    replay.closeAllConnections();
  }
}

async function replayServer(exchanges) {
  const server = http.createServer((request, response) => {
    const { status, response: body } = exchanges[Number(request.headers[NUMBER])];
    request.resume().on("end", () => {
      if (body === null) return response.writeHead(status).end();
      response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return server;
}

async function freePort() {
  const server = net.createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

async function startPrism(upstream) {
  const port = await freePort();
  const program = require.resolve("@stoplight/prism-cli/dist/index.js");
  // The variant with all references resolved in place is ten times as large and does not fit into memory.
  const description = require.resolve("@octokit/openapi/generated/api.github.com.json");
  const options = ["proxy", "-h", "127.0.0.1", "-p", String(port), "--errors", "-v", "error"];
  const prism = spawn(process.execPath, ["--max-old-space-size=4096", program, ...options, description, `http://127.0.0.1:${upstream}`]);
  let said = "";
  prism.stdout.on("data", (text) => (said += text));
  prism.stderr.on("data", (text) => (said += text));
  for (let waited = 0; waited < 240; waited += 1) {
    if (prism.exitCode !== null) throw new Error(`Prism ended: ${said}`);
    if (await listens(port)) return { port, process: prism };
    await sleep(500);
  }
  prism.kill();
  throw new Error(`Prism does not answer: ${said}`);
}

function listens(port) {
  return new Promise((done) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("connect", () => (socket.destroy(), done(true)));
    socket.on("error", () => done(false));
  });
}

function encode(target) {
  const [whole, query] = [target.split("?")[0], target.slice(target.split("?")[0].length)];
  for (const pattern of MANY_SEGMENTS) {
    const found = pattern.exec(whole);
    if (found) return found[1] + found[2].replaceAll("/", "%2F") + query;
  }
  return target;
}

async function send(port, exchange, number) {
  const skip = ["host", "connection", "content-length", "transfer-encoding"];
  const headers = Object.entries(exchange.headers).filter(([name]) => !skip.includes(name));
  const body = exchange.body === null ? undefined : JSON.stringify(exchange.body);
  const answer = await exchangeWith(port, exchange, [...headers, [NUMBER, String(number)]], body);
  const text = answer.text;
  if (!answer.type.startsWith("application/problem+json")) {
    return answer.status === exchange.status ? [] : [`Prism answered ${answer.status}: ${text.slice(0, 300)}`];
  }
  const problem = JSON.parse(text);
  const details = problem.validation ?? [];
  const unlisted = ({ location, code, message }) =>
    location?.[0] === "response" && UNLISTED.includes(exchange.status) &&
    `${code} ${message}`.includes("status code");
  const texts = details
    .filter((detail) => detail.severity === "Error" && !unlisted(detail))
    .map(({ location, message }) => `${(location ?? []).join(".")}: ${message}`);
  return details.length > 0 ? texts : [`${problem.title ?? "problem"}: ${problem.detail ?? ""}`];
}

function exchangeWith(port, exchange, headers, body) {
  return new Promise((done, fail) => {
    const options = {
      host: "127.0.0.1", port, method: exchange.method, path: encode(exchange.path),
      headers: Object.fromEntries(body === undefined ? headers : [...headers, ["content-length", Buffer.byteLength(body)]]),
    };
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => done({
        status: response.statusCode,
        type: response.headers["content-type"] ?? "",
        text: Buffer.concat(chunks).toString("utf8"),
      }));
    });
    request.on("error", fail);
    request.end(body);
  });
}
