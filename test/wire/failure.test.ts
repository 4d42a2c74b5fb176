// What goes wrong stays where it is, is told in words, and leaves the server usable.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Engine } from "../../server/engine/engine.ts";
import { playedEngine } from "./engine.ts";
import { Pair } from "./pair.ts";

const start = { line: 0, character: 0 };

test("While the model loads the newest request waits for it", async () => {
  let come: (engine: Engine) => void = () => undefined;
  const pair = await Pair.open({ open: () => new Promise((resolve) => (come = resolve)) });
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, "\nabc");
  await pair.until(() => pair.statuses.length > 0);
  assert.equal(pair.statuses[0]!.state, "loading");
  const older = pair.complete(uri, start);
  const newer = pair.complete(uri, start);
  assert.deepEqual(await older, []);
  come(playedEngine(["general"], "f"));
  assert.equal((await newer).length, 1);
  assert.equal(pair.answers.length, 1);
  await pair.close();
});

test("An engine that cannot be opened is a state with its reason; everything else is served", async () => {
  const pair = await Pair.open({
    open: () => Promise.reject(new Error("The weights are missing. Run npm run build.")),
  });
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, "abc");
  await pair.until(() => pair.statuses.some(({ state }) => state === "failed"));
  assert.equal(pair.statuses.at(-1)!.detail, "The weights are missing. Run npm run build.");
  assert.deepEqual(await pair.complete(uri, start), []);
  assert.match(pair.answers[0]!.hidden ?? "", /weights are missing/);
  assert.equal((await pair.route(uri, start)).region, "code");
  await pair.close();
});

test("A generation that fails rejects its request in words, without a stack, and the next one is answered", async () => {
  const engine = playedEngine(["general"]);
  const pair = await Pair.open({ open: async () => engine });
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, "abc");
  await pair.ready();
  const request = pair.complete(uri, start);
  (await engine.nth(0)).fail("the graph gave no output");
  await assert.rejects(request, (error: Error) => error.message === "the graph gave no output");
  await pair.until(() => pair.logged.some((message) => message.includes("the graph gave no output")));
  const next = pair.complete(uri, start);
  (await engine.nth(1)).finish("f();");
  assert.equal((await next)[0]?.insertText, "f();");
  assert.equal(pair.statuses.at(-1)!.state, "ready");
  await pair.close();
});

test("An engine that has died is told as such", async () => {
  const played = playedEngine(["general"]);
  let dead = false;
  const memory = () => (dead ? Promise.reject(new Error("the engine has stopped")) : played.memory());
  const pair = await Pair.open({ open: async () => ({ ...played, memory }) });
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, "abc");
  await pair.ready();
  const request = pair.complete(uri, start);
  dead = true;
  (await played.nth(0)).fail("the engine has stopped");
  await assert.rejects(request, /has stopped/);
  assert.deepEqual(pair.statuses.at(-1), { state: "failed", detail: "the engine has stopped" });
  assert.deepEqual(await pair.complete(uri, start), []);
  await pair.close();
});

test("Messages that make no sense are refused and harm nothing", async () => {
  const pair = await Pair.open({ open: async () => playedEngine(["general"], "f") });
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, "\nabc");
  await pair.ready();
  const odd = [
    ["coterie/route", {}],
    ["coterie/route", { uri, position: { line: -1, character: 0 }, task: "complete" }],
    ["coterie/route", { uri: "file:///never-opened.ts", position: start, task: "complete" }],
    ["textDocument/inlineCompletion", { textDocument: { uri } }],
    ["textDocument/inlineCompletion", {}],
  ] as const;
  for (const [method, params] of odd) await assert.rejects(pair.client.sendRequest(method, params));
  await pair.client.sendNotification("coterie/trusted", { trusted: "yes" });
  await pair.client.sendNotification("workspace/didChangeWorkspaceFolders", {});
  await pair.client.sendNotification("workspace/didChangeConfiguration", { settings: "none" });
  assert.equal((await pair.complete(uri, { line: 99, character: 99 })).length, 1);
  assert.equal((await pair.complete(uri, start)).length, 1);
  await pair.close();
});

test("An error that nobody caught is logged and the server goes on", async () => {
  const pair = await Pair.open({ open: async () => playedEngine(["general"], "f") });
  pair.stray(new Error("a timer threw"));
  await pair.until(() => pair.logged.some((message) => message.includes("a timer threw")));
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, "abc");
  assert.equal((await pair.route(uri, start)).region, "code");
  await pair.close();
});
