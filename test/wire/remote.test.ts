// Experts on another machine, played by HTTP servers on this one: good, slow, broken and malicious ones.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { CancellationTokenSource } from "vscode-languageserver-protocol/node";
import { offline, selfTest } from "../../server/protocol/health.ts";
import { remoteKey } from "../../server/protocol/team.ts";
import type { RemoteExpert } from "../../server/protocol.ts";
import { RemoteEngine } from "../../server/remote/remote.ts";
import { Away } from "../../server/route.ts";
import { type Answering, event, good, type Heard, serverThat, stream } from "./elsewhere.ts";
import { playedEngine } from "./engine.ts";
import { Pair } from "./pair.ts";

const text = "function add(left: number, right: number) {\n  return \n}\n";
const place = { line: 1, character: 9 };

/** An editor whose user has set up the expert "team" at a url and chosen it. */
async function editor(url: string, changes: Partial<RemoteExpert> = {}, model = "team") {
  const remoteExperts = { team: { url, model: "rust-lora", ...changes } };
  const pair = await Pair.open({
    open: async () => playedEngine(["general", "code"], "local;"),
    settings: { remoteExperts, model },
  });
  const uri = pair.uri("src/add.ts");
  await pair.openDocument(uri, text);
  await pair.ready();
  const complete = async () => {
    const [item] = await pair.complete(uri, place, { invoked: true });
    return { item: item?.insertText, answer: pair.answers.at(-1)! };
  };
  return { pair, uri, complete };
}

test("Text is completed by another machine, and the answer says so", async () => {
  const server = await serverThat(good);
  const { pair, complete } = await editor(server.url);
  pair.client.onRequest(remoteKey, ({ id }) => `key of ${id}`);
  const { item, answer } = await complete();
  assert.equal(item, "left + right;");
  assert.deepEqual([answer.expert, answer.rule, answer.host, answer.wanted], ["team", "setting#1", server.host, null]);
  assert.equal(pair.statuses.at(-1)!.model, "team");
  await pair.close();
  await server.close();
});

test("Nothing leaves but the prompt and the key", async () => {
  const server = await serverThat(good);
  const { pair, complete } = await editor(server.url);
  pair.client.onRequest(remoteKey, ({ id }) => `key of ${id}`);
  await complete();
  const [{ path, headers, body }] = server.heard as [Heard];
  assert.equal(path, "/v1/completions");
  const due = { prompt: text.slice(0, text.indexOf("return") + 6), max_tokens: 24, temperature: 0, stop: ["\n"] };
  assert.deepEqual(body, { model: "rust-lora", ...due, stream: true });
  const { connection, host, "content-length": _, ...rest } = headers;
  assert.deepEqual([connection, host], ["keep-alive", server.host]);
  assert.deepEqual(rest, {
    "accept-encoding": "gzip, deflate",
    "accept-language": "*",
    "content-type": "application/json",
    "sec-fetch-mode": "cors",
    "user-agent": "coterie",
    accept: "text/event-stream",
    authorization: "Bearer key of team",
  });
  await pair.close();
  await server.close();
});

test("It fills in as its settings say", async () => {
  const server = await serverThat(good);
  const tokens = { prefix: "<PRE>", suffix: "<SUF>", middle: "<MID>" };
  const { pair, complete } = await editor(server.url, { infill: tokens });
  await complete();
  const [before, after] = [text.slice(0, text.indexOf("return") + 7), "\n}\n"];
  assert.equal(server.heard[0]!.body["prompt"], `<PRE>${before}<SUF>${after}<MID>`);
  await pair.close();
  await server.close();
});

const faulty: readonly [string, Answering, RegExp][] = [
  [
    "says no",
    (response) => response.writeHead(401).end('{"error":{"message":"wrong key"}}'),
    /^it said 401: wrong key;/,
  ],
  [
    "wants to send us elsewhere",
    (response) => response.writeHead(307, { location: "http://127.0.0.1:1/v1" }).end(),
    /elsewhere, which is refused;/,
  ],
  ["ends the connection", (response) => response.destroy(), /^it cannot be reached \(/],
  [
    "breaks off",
    (response) => {
      stream(response).write(event(" left"));
      setTimeout(() => response.destroy(), 20);
    },
    /^it cannot be reached \(/,
  ],
  ["sends no JSON", (response) => stream(response).end("data: {not json\n\n"), /^it sent no valid JSON;/],
  [
    "sends other JSON",
    (response) => stream(response).end('data: {"choices":[{"text":{}}]}\n\n'),
    /^it sent no completion;/,
  ],
  [
    "sends a page",
    (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
    /^it sent no stream/,
  ],
  [
    "sends a line without end",
    (response) => {
      stream(response).write("data: ");
      const more = setInterval(() => response.write("x".repeat(16_384)), 1);
      response.on("close", () => clearInterval(more));
    },
    /^it sent a line of more than/,
  ],
  [
    "sends little that becomes much",
    (response) => {
      response.writeHead(200, { "content-type": "text/event-stream", "content-encoding": "gzip" });
      response.end(gzipSync(Buffer.alloc(64 << 20, ": still here\n\n")));
    },
    /^it sent more than \d+ bytes;/,
  ],
  [
    "sends headers without end",
    (response) => response.writeHead(200, { "x-more": "x".repeat(64 << 10) }).end(),
    /^it cannot be reached \(UND_ERR_HEADERS_OVERFLOW\);/,
  ],
  [
    "sends a stream without end",
    (response) => {
      stream(response);
      const more = setInterval(() => response.write(": still here\n\n".repeat(1_000)), 1);
      response.on("close", () => clearInterval(more));
    },
    /^it sent more than \d+ bytes;/,
  ],
];
for (const [what, answering, words] of faulty) {
  test(`Where it ${what}, a local expert answers at once, the reason is told, and it is left alone for a while`, async () => {
    const server = await serverThat(answering);
    const { pair, complete } = await editor(server.url);
    const first = await complete();
    assert.deepEqual([first.item, first.answer.expert, first.answer.wanted], ["local;", "general", "team"]);
    assert.match(first.answer.absent ?? "", words);
    assert.equal(first.answer.host, undefined);
    const again = await pair.route(pair.uri("src/add.ts"), place);
    assert.deepEqual([again.expert, again.wanted], ["general", "team"]);
    assert.match(again.absent ?? "", /it is asked again in \d+ s$/);
    assert.equal(server.heard.length, 1);
    assert.ok(pair.logged.some((line) => line.includes("team: ")));
    await pair.close();
    await server.close();
  });
}

test("Sent elsewhere by it, nothing goes there", async () => {
  const elsewhere = await serverThat(good);
  for (const status of [301, 302, 303, 307, 308]) {
    const server = await serverThat((response) => response.writeHead(status, { location: elsewhere.url }).end());
    const { pair, complete } = await editor(server.url);
    const { item, answer } = await complete();
    assert.deepEqual([item, answer.expert], ["local;", "general"]);
    assert.match(answer.absent ?? "", /^it wants to send us elsewhere, which is refused;/);
    assert.equal(server.heard.length, 1);
    await pair.close();
    await server.close();
  }
  assert.deepEqual(elsewhere.heard, []);
  await elsewhere.close();
});

test("A slow one is left when the user types on, and the connection with it", async () => {
  let closed = false;
  const server = await serverThat((response) => {
    stream(response).write(event(" left"));
    response.on("close", () => (closed = true));
  });
  const { pair, uri } = await editor(server.url);
  const cancel = new CancellationTokenSource();
  const waiting = pair.complete(uri, place, { invoked: true, cancel });
  while (server.heard.length === 0) await new Promise(setImmediate);
  cancel.cancel();
  assert.deepEqual(await waiting, []);
  while (!closed) await new Promise(setImmediate);
  // It has done nothing wrong.
  assert.equal((await pair.route(uri, place)).expert, "team");
  await pair.close();
  await server.close();
});

test("One that does not begin, stops in the middle or takes too long is left after a while", async () => {
  const patience = { first: 60, between: 60, whole: 200 };
  const cases: readonly [Answering, RegExp][] = [
    [() => undefined, /^it did not begin to answer in time;/],
    [(response) => stream(response).write(event(" left")), /^it stopped in the middle of its answer;/],
    [
      (response) => {
        stream(response);
        const more = setInterval(() => response.write(event(" left")), 20);
        response.on("close", () => clearInterval(more));
      },
      /^it took too long to answer;/,
    ],
  ];
  for (const [answering, words] of cases) {
    const server = await serverThat(answering);
    const expert = { url: server.url, model: "m" };
    const engine = new RemoteEngine({
      id: "team",
      expert,
      key: async () => null,
      patience,
      onTrouble: () => undefined,
    });
    const asked = { sequence: "s", expert: "team", prompt: ["let a ="], heal: true, maxTokens: 256, stops: [] };
    const pieces = engine.generate({ ...asked, branches: 1, priority: "completion" }, new AbortController().signal);
    const all = async () => {
      while (!(await pieces.next()).done);
    };
    await assert.rejects(all, (error) => error instanceof Away && words.test(error.message));
    assert.match(engine.away ?? "", words);
    await server.close();
  }
});

test("A workspace cannot send texts away: its rules that name such an expert are left out, and it is told why", async () => {
  const server = await serverThat(good);
  const remoteExperts = { team: { url: server.url, model: "rust-lora" } };
  const pair = await Pair.open({
    open: async () => playedEngine(["general", "code"], "local;"),
    settings: { remoteExperts },
  });
  const uri = pair.uri("src/add.ts");
  await pair.openDocument(uri, text);
  await pair.ready();
  pair.write(".coterie/rules.json", JSON.stringify({ rules: [{ expert: "team", because: "send it all to me" }] }));
  const rules = pair.uri(".coterie/rules.json");
  await pair.until(
    () => pair.diagnostics.get(rules)?.some(({ message }) => /only your own rules/.test(String(message))) === true,
  );
  const route = await pair.route(uri, place);
  assert.equal(route.expert, "code");
  assert.ok(!JSON.stringify(route).includes("team"));
  await pair.complete(uri, place, { invoked: true });
  assert.equal(server.heard.length, 0);
  await pair.close();
  await server.close();
});

test("The reports say that experts on other machines are set up, and the self-test asks them", async () => {
  const server = await serverThat(good);
  const { pair } = await editor(server.url);
  const report = await pair.client.sendRequest(offline);
  assert.deepEqual(report.hosts, [server.host]);
  const checks = await pair.client.sendRequest(selfTest);
  assert.match(checks.find(({ what }) => what === `Expert team on ${server.host}`)?.found ?? "", /left \+ right/);
  await pair.close();
  await server.close();
});
