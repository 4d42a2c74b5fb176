// Completions over the wire: who wins, what is reused, what is refused and how that is told.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { CancellationTokenSource } from "vscode-languageserver-protocol/node";
import { acceptedCommand } from "../../server/protocol.ts";
import { playedEngine } from "./engine.ts";
import { Pair, type PairOptions } from "./pair.ts";

const line = { line: 0, character: 10 };
const text = "const a = \nconst b = 2;\n";

/** A pair with a document open and its engine there. */
async function started(options: PairOptions, path = "a.ts", content = text, languageId = "typescript") {
  const pair = await Pair.open(options);
  const uri = path.includes(":") ? path : pair.uri(path);
  await pair.openDocument(uri, content, languageId);
  await pair.ready();
  return { pair, uri };
}

test("An answer becomes an item with the command that notes its fate, and a record", async () => {
  const engine = playedEngine(["general", "code"], "f(1);");
  const { pair, uri } = await started({ open: async () => engine });
  const items = await pair.complete(uri, line);
  const id = pair.answers[0]?.id;
  const command = { title: items[0]?.command?.title, command: acceptedCommand, arguments: [id] };
  assert.deepEqual(items, [{ insertText: "f(1);", range: { start: line, end: line }, command }]);
  const { expert, wanted, rule, region, hidden, reusedTokens, considered } = pair.answers[0]!;
  assert.deepEqual(
    { expert, wanted, region, hidden, reusedTokens },
    { expert: "code", wanted: null, region: "code", hidden: null, reusedTokens: 4 },
  );
  assert.equal(considered.at(-1)?.rule, rule);
  assert.equal(engine.started[0]?.request.expert, "code");
  assert.deepEqual(
    pair.statuses.map(({ state }) => state),
    ["loading", "ready", "answering", "ready"],
  );
  await pair.close();
});

test("What is typed as suggested is answered without the engine, under the same id", async () => {
  const engine = playedEngine(["general"], "f(1);");
  const { pair, uri } = await started({ open: async () => engine, settings: { debounce: 5_000 } });
  const [first] = await pair.complete(uri, line, { invoked: true });
  await pair.type(uri, line, "f");
  const [rest] = await pair.complete(uri, { line: 0, character: 11 });
  assert.equal(rest?.insertText, "(1);");
  assert.deepEqual(rest?.command, first?.command);
  assert.equal(engine.started.length, 1);
  assert.equal(pair.answers.length, 1);
  await pair.close();
});

test("The newest request takes the place of the one that runs", async () => {
  const engine = playedEngine(["general"]);
  const { pair, uri } = await started({ open: async () => engine });
  const first = pair.complete(uri, line);
  const old = await engine.nth(0);
  await pair.type(uri, line, "x");
  const second = pair.complete(uri, { line: 0, character: 11 });
  const young = await engine.nth(1);
  assert.deepEqual(await first, []);
  assert.equal(old.signal.aborted, true);
  assert.equal(young.signal.aborted, false);
  young.finish("g();");
  assert.equal((await second)[0]?.insertText, "g();");
  assert.equal(engine.running(), 0);
  await pair.close();
});

test("A request that the editor cancels stops the engine", async () => {
  const engine = playedEngine(["general"]);
  const { pair, uri } = await started({ open: async () => engine });
  const cancel = new CancellationTokenSource();
  const request = pair.complete(uri, line, { cancel });
  const generation = await engine.nth(0);
  cancel.cancel();
  assert.deepEqual(await request, []);
  assert.equal(generation.signal.aborted, true);
  assert.deepEqual(pair.answers, []);
  await pair.close();
});

test("An answer to a text that has changed is not shown, and the record says so", async () => {
  const engine = playedEngine(["general"]);
  const { pair, uri } = await started({ open: async () => engine });
  const request = pair.complete(uri, line);
  const generation = await engine.nth(0);
  await pair.type(uri, { line: 1, character: 0 }, "// ");
  await pair.route(uri, line);
  generation.finish("f(1);");
  assert.deepEqual(await request, []);
  assert.match(pair.answers[0]?.hidden ?? "", /changed/);
  await pair.close();
});

test("Other requests are answered while the engine computes", async () => {
  const engine = playedEngine(["general"]);
  const { pair, uri } = await started({ open: async () => engine });
  const request = pair.complete(uri, line);
  const generation = await engine.nth(0);
  assert.equal((await pair.route(uri, line)).region, "code");
  assert.equal(engine.running(), 1);
  generation.finish("f(1);");
  await request;
  await pair.close();
});

test("200 keystrokes at 20 ms start at most 3 generations, and none runs a second later", async () => {
  const engine = playedEngine(["general"]);
  const { pair, uri } = await started({ open: async () => engine, settings: { debounce: 75 } });
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const requests: Promise<unknown>[] = [];
    for (let at = 0; at < 200; at++) {
      await pair.type(uri, { line: 0, character: 10 + at }, "x");
      requests.push(pair.complete(uri, { line: 0, character: 11 + at }));
      // A round trip, so that the server has taken the keystroke in before time goes on.
      await pair.route(uri, line);
      mock.timers.tick(20);
    }
    mock.timers.tick(75);
    const generation = await engine.nth(engine.started.length === 0 ? 0 : engine.started.length - 1);
    generation.finish("f(1);");
    mock.timers.tick(925);
    const answers = await Promise.all(requests);
    assert.ok(engine.started.length >= 1 && engine.started.length <= 3, `${engine.started.length} generations`);
    assert.equal(engine.running(), 0);
    assert.deepEqual(answers.slice(0, -1).flat(), []);
  } finally {
    mock.timers.reset();
  }
  await pair.close();
});

test("Every refusal is told once a document, in words, and nothing reaches the engine", async () => {
  const cases = [
    { path: ".env", why: /secrets/ },
    { path: "ignored.ts", why: /gitignore/ },
    { path: "a.log", languageId: "log", why: /switched off for log/ },
    { path: "untitled:id_rsa", why: /secrets/ },
    { path: "binary.ts", content: "a\0b", why: /NUL/ },
    { path: "large.ts", content: "x".repeat(50_000_000), why: /million characters/ },
  ];
  const engine = playedEngine(["general"], "f(1);");
  const pair = await Pair.open({ open: async () => engine });
  pair.write(".gitignore", "ignored.ts\n");
  for (const [index, { path, languageId, content = "abc", why }] of cases.entries()) {
    const uri = path.includes(":") ? path : pair.uri(path);
    await pair.openDocument(uri, content, languageId);
    await pair.ready();
    for (let i = 0; i < 3; i++) assert.deepEqual(await pair.complete(uri, { line: 0, character: 1 }), [], path);
    assert.equal(pair.answers.length, index + 1, path);
    assert.match(pair.answers[index]!.hidden ?? "", why);
    assert.equal(pair.answers[index]!.uri, uri);
  }
  assert.equal(engine.started.length, 0);
  await pair.close();
});

test("Switching off and on again takes effect at once", async () => {
  const engine = playedEngine(["general"], "f(1);");
  const { pair, uri } = await started({ open: async () => engine });
  const set = (coterie: object) =>
    pair.client.sendNotification("workspace/didChangeConfiguration", { settings: { coterie } });
  assert.equal((await pair.complete(uri, line)).length, 1);
  await set({ enable: false });
  assert.deepEqual(await pair.complete(uri, line), []);
  assert.match(pair.answers.at(-1)?.hidden ?? "", /switched off/);
  await set({ enable: true, languages: { "*": false, typescript: true }, debounce: 0 });
  assert.equal((await pair.complete(uri, line)).length, 1);
  await pair.close();
});

test("By itself nothing comes where the user does not want it; who asks gets an answer", async () => {
  const cases = [
    { settings: { automatic: false }, content: text, why: /only when asked for/ },
    { settings: { commentsAndStrings: false }, content: "// a word more", why: /comments and strings/ },
  ];
  for (const { settings, content, why } of cases) {
    const engine = playedEngine(["general"], "f(1);");
    const { pair, uri } = await started({ open: async () => engine, settings }, "a.ts", content);
    assert.deepEqual(await pair.complete(uri, line), []);
    assert.match(pair.answers.at(-1)?.hidden ?? "", why);
    assert.equal(engine.started.length, 0);
    await pair.complete(uri, line, { invoked: true });
    assert.equal(engine.started.length, 1);
    await pair.close();
  }
});

test("Long lines, lone surrogates, CRLF, untitled documents and notebook cells are completed in", async () => {
  const engine = playedEngine(["general"], "f(1);");
  const pair = await Pair.open({ open: async () => engine });
  const cell = `vscode-notebook-cell:${new URL(pair.uri("book.ipynb")).pathname}#W0sZmlsZQ`;
  for (const [uri, content, character] of [
    [pair.uri("long.ts"), "x".repeat(1_000_000), 1_000_000],
    [pair.uri("surrogates.ts"), "a\ud800b\udc00 ", 4],
    [pair.uri("crlf.ts"), "a = \r\nb\r\n", 4],
    ["untitled:Untitled-1", "a = ", 4],
    [cell, "a = ", 4],
  ] as const) {
    await pair.openDocument(uri, content);
    await pair.ready();
    assert.equal(
      (await pair.complete(uri, { line: 0, character })).length,
      1,
      `${uri}: ${pair.answers.at(-1)?.hidden}`,
    );
  }
  const prompts = engine.started.map(({ request }) =>
    request.prompt.filter((piece) => typeof piece === "string").join(""),
  );
  assert.ok(prompts.every((prompt) => prompt.isWellFormed() && prompt.length < 30_000));
  await pair.close();
});
