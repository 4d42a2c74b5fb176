// Syntax over the wire: regions that only a tree tells, which follow what is typed, and answers that are held against it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { playedEngine } from "./engine.ts";
import { Pair } from "./pair.ts";

test("Regions come from the tree, of the language that the cursor is in, and follow what is typed", async () => {
  const pair = await Pair.open({ open: async () => playedEngine(["general", "code", "docs"], "f") });
  const uri = pair.uri("a.go");
  await pair.openDocument(uri, "package a\n\n// Adds.\nfunc Add() {}\n", "go");
  const inComment = { line: 2, character: 5 };
  const where = async (at: { line: number; character: number }, file = uri) => {
    const { region, languageId, expert } = await pair.route(file, at);
    return [region, languageId, expert];
  };
  // The grammar loads while the first answer comes from the scan; both tell that it is a comment of some kind.
  assert.match((await where(inComment))[0]!, /comment|docstring/);
  for (let i = 0; i < 100 && (await where(inComment))[0] !== "docstring"; i++);
  assert.deepEqual(await where(inComment), ["docstring", "go", "docs"]);
  await pair.type(uri, { line: 2, character: 8 }, "\n");
  assert.deepEqual(await where(inComment), ["comment", "go", "docs"]);
  assert.deepEqual(await where({ line: 4, character: 12 }), ["code", "go", "code"]);
  const readme = pair.uri("README.md");
  await pair.openDocument(readme, "# A\n\n```go\n// b\n```\n\nof $x^2$\n", "markdown");
  assert.deepEqual(await where({ line: 3, character: 4 }, readme), ["comment", "go", "docs"]);
  assert.deepEqual((await where({ line: 6, character: 6 }, readme)).slice(0, 2), ["math", "markdown"]);
  await pair.close();
});

test("A text that would add a syntax error is withheld, and the record says so", async () => {
  const engine = playedEngine(["general"]);
  const pair = await Pair.open({ open: async () => engine });
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, "function f(a: number) {\n  return \n}\n");
  await pair.ready();
  const at = { line: 1, character: 9 };
  const bad = pair.complete(uri, at);
  (await engine.nth(0)).finish("a * / 2;");
  assert.deepEqual(await bad, []);
  assert.equal(pair.answers[0]?.hidden, "it would add a syntax error");
  assert.equal(pair.answers[0]?.text, "a * / 2;");
  const other = pair.uri("b.ts");
  await pair.openDocument(other, "function f(a: number) {\n  return \n}\n");
  const good = pair.complete(other, at);
  (await engine.nth(1)).finish("a * 2;");
  assert.equal((await good)[0]?.insertText, "a * 2;");
  await pair.close();
});

test("Where a block begins its lines are asked for, elsewhere one line", async () => {
  const engine = playedEngine(["general"]);
  const pair = await Pair.open({ open: async () => engine, settings: { maxTokens: 20 } });
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, "function f(a: number) {\n  \n}\nconst b = \n");
  await pair.ready();
  const block = pair.complete(uri, { line: 1, character: 2 });
  const first = await engine.nth(0);
  assert.deepEqual([first.request.stops, first.request.maxTokens], [[], 80]);
  first.finish("const c = a;\n  return c;\n}\n\nf(1);");
  assert.equal((await block)[0]?.insertText, "const c = a;\n  return c;");
  const line = pair.complete(uri, { line: 3, character: 10 });
  const second = await engine.nth(1);
  assert.deepEqual([second.request.stops, second.request.maxTokens], [["\n"], 20]);
  second.finish("f(1);");
  assert.equal((await line)[0]?.insertText, "f(1);");
  await pair.close();
});

test("Inside a word nothing is asked of the model, and the record says why", async () => {
  const engine = playedEngine(["general"], "f");
  const pair = await Pair.open({ open: async () => engine });
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, "const value = 1;\n");
  await pair.ready();
  assert.deepEqual(await pair.complete(uri, { line: 0, character: 8 }), []);
  assert.equal(pair.answers[0]?.hidden, "the cursor is inside a word");
  assert.equal(engine.started.length, 0);
  await pair.close();
});
