// Names that the editor knows, over the wire: when it is asked, what the engine is held to, and what comes late.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NamesParams, NamesResult } from "../../server/protocol.ts";
import { playedEngine } from "./engine.ts";
import { Pair } from "./pair.ts";

const line = "const a = items.";
const end = { line: 0, character: line.length };

/** A pair with a document that ends in a member access, and an editor that knows names. */
async function started(text: string | undefined, names?: (params: NamesParams) => Promise<NamesResult | null>) {
  const engine = playedEngine(["general"], text);
  const pair = await Pair.open({ open: async () => engine, ...(names && { names }) });
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, `${line}\n`);
  await pair.ready();
  return { pair, uri, engine };
}

test("behind a member access the engine is held to what the editor offers, asked once while a name is written", async () => {
  const asked: NamesParams[] = [];
  const { pair, uri, engine } = await started("map(x);", async (params) => {
    asked.push(params);
    return { names: ["filter", "find", "map"] };
  });
  await pair.complete(uri, end);
  await pair.type(uri, end, "f");
  await pair.complete(uri, { line: 0, character: end.character + 1 });
  await pair.type(uri, { line: 0, character: end.character + 1 }, "i");
  await pair.complete(uri, { line: 0, character: end.character + 2 });
  assert.deepEqual(asked, [{ uri, version: 1, position: end, kind: "only" }]);
  assert.deepEqual(
    engine.started.map(({ request }) => request.names),
    [
      ["filter", "find", "map"],
      ["ilter", "ind"],
      ["lter", "nd"],
    ],
  );
  await pair.close();
});

test("nothing is generated where no name begins as written, and the reason is told", async () => {
  const { pair, uri, engine } = await started("x", async () => ({ names: ["map"] }));
  await pair.type(uri, end, "q");
  assert.deepEqual(await pair.complete(uri, { line: 0, character: end.character + 1 }), []);
  assert.match(pair.answers[0]?.hidden ?? "", /nothing that fits here begins with "q"/);
  assert.equal(engine.started.length, 0);
  await pair.close();
});

test("names that come late are held against what was written meanwhile", async () => {
  let answer: (result: NamesResult) => void = () => undefined;
  const { pair, uri, engine } = await started(undefined, () => new Promise((resolve) => (answer = resolve)));
  const request = pair.complete(uri, end);
  const free = await engine.nth(0);
  assert.equal(free.request.names, undefined);
  answer({ names: ["map", "filter"] });
  await pair.route(uri, end);
  free.finish("imagine(x);");
  const held = await engine.nth(1);
  assert.deepEqual(held.request.names, ["map", "filter"]);
  held.finish("map(x);");
  assert.equal((await request)[0]?.insertText, "map(x);");
  await pair.close();
});

test("an argument is held to names only where it would be none that exists", async () => {
  const call = "call(";
  const engine = playedEngine(["general"]);
  const pair = await Pair.open({ open: async () => engine, names: async () => ({ names: ["items"] }) });
  const uri = pair.uri("b.ts");
  await pair.openDocument(uri, `${call}\n`);
  await pair.ready();
  const at = { line: 0, character: call.length };
  const first = pair.complete(uri, at);
  const lambda = await engine.nth(0);
  lambda.finish("each => each.x);");
  assert.equal((await first)[0]?.insertText, "each => each.x);");
  await pair.type(uri, at, " ");
  const second = pair.complete(uri, { line: 0, character: call.length + 1 });
  (await engine.nth(1)).finish("things);");
  const held = await engine.nth(2);
  assert.deepEqual(held.request.names, ["items"]);
  held.finish("items);");
  assert.equal((await second)[0]?.insertText, "items);");
  await pair.close();
});

test("an editor that offers no names, or fails to give them, is answered as before", async () => {
  const { pair, uri, engine } = await started("map(x);");
  assert.equal((await pair.complete(uri, end))[0]?.insertText, "map(x);");
  assert.equal(engine.started[0]?.request.names, undefined);
  await pair.close();
  const failing = await started("map(x);", () => Promise.reject(new Error("no service")));
  assert.equal((await failing.pair.complete(failing.uri, end))[0]?.insertText, "map(x);");
  await failing.pair.until(() => failing.pair.logged.some((message) => /which names fit/.test(message)));
  await failing.pair.close();
});

test("what was answered before the editor could tell its names is not remembered", async () => {
  const answers: ((result: NamesResult) => void)[] = [];
  const { pair, uri, engine } = await started("imagine(x);", () => new Promise((resolve) => answers.push(resolve)));
  assert.equal((await pair.complete(uri, end))[0]?.insertText, "imagine(x);");
  answers[0]!({ names: ["map"] });
  await pair.route(uri, end);
  await pair.complete(uri, end);
  assert.deepEqual(engine.started[1]?.request.names, ["map"]);
  await pair.close();
});
