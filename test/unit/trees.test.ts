// Syntax trees of texts that change: as good as fresh ones, never in the way, and given up where they cannot be had.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { TextDocument } from "vscode-languageserver-textdocument";
import { Grammars, grammarNames } from "../../server/syntax/grammars.ts";
import { Syntax } from "../../server/syntax/syntax.ts";
import { editBetween, mostCharacters, Trees } from "../../server/syntax/trees.ts";
import { files, newSyntax } from "./syntax.ts";

const source = readFileSync(new URL("../../server/engine/tokenizer.ts", import.meta.url), "utf8");
const silent = () => assert.fail("nothing is wrong");
const shape = (trees: Trees, key: string, text: string) =>
  trees.read(key, "typescript", text, (tree) => tree.rootNode.toString());

test("the edit between two texts is what lies between their common beginning and end", () => {
  const { startIndex, oldEndIndex, newEndIndex, startPosition, oldEndPosition, newEndPosition } = editBetween(
    "ab\ncd\nef",
    "ab\ncxx\nyd\nef",
  );
  assert.deepEqual({ startIndex, oldEndIndex, newEndIndex }, { startIndex: 4, oldEndIndex: 4, newEndIndex: 8 });
  assert.deepEqual(startPosition, { row: 1, column: 1 });
  assert.deepEqual(oldEndPosition, { row: 1, column: 1 });
  assert.deepEqual(newEndPosition, { row: 2, column: 1 });
  assert.equal(editBetween("aaa", "aaaa").newEndIndex - editBetween("aaa", "aaaa").startIndex, 1);
});

test("a tree that follows a text through edits is that of the text", async () => {
  const trees = new Trees(new Grammars(files, silent));
  const inserted = ["const a = 1;\n", "/** é */\n", "`$" + "{x} 😀`;\n", "function f() { return [1, 2]; }\n", ""];
  const starts = [...source.matchAll(/^(?=export|const|function)/gm)].map(({ index }) => index);
  let text = source;
  for (const [i, start] of starts.entries()) {
    const at = Math.min(start, text.length);
    const line = text.lastIndexOf("\n", at) + 1;
    text = text.slice(0, line) + inserted[i % inserted.length] + text.slice(line);
    assert.equal(await shape(trees, "changing", text), await shape(trees, `fresh ${i}`, text));
  }
});

test("texts that are asked about at once do not meddle with each other", async () => {
  const trees = new Trees(new Grammars(files, silent));
  const texts = Array.from({ length: 30 }, (_, i) => `const a${i} = ${"[".repeat(i)}${"]".repeat(i)};`);
  const read = await Promise.all(texts.map((text) => shape(trees, "one", text)));
  for (const [i, text] of texts.entries()) assert.equal(read[i], await shape(trees, `apart ${i}`, text), text);
});

test("while a long text is parsed other work gets its turn", async () => {
  const trees = new Trees(new Grammars(files, silent));
  await shape(trees, "loads the grammar", "");
  const long = source.repeat(Math.floor(mostCharacters / source.length));
  let turns = 0;
  let isDone = false;
  const count = () => {
    turns++;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  const isParsed = await trees.read("long", "typescript", long, (tree) => tree.rootNode.endIndex === long.length);
  isDone = true;
  assert.equal(isParsed, true);
  assert.ok(turns > 3, `${turns} turns`);
});

test("too long a text, and a language without a grammar, have no tree; an unknown name finds none by accident", async () => {
  const trees = new Trees(new Grammars(files, silent));
  assert.equal(await trees.read("a", "typescript", " ".repeat(mostCharacters + 1), () => 1), null);
  assert.equal(await trees.read("a", "elixir", "a", () => 1), null);
  assert.equal(await trees.read("a", "constructor", "a", () => 1), null);
});

test("every grammar can be loaded, and one after another in the same place", async () => {
  const trees = new Trees(new Grammars(files, silent));
  const ids =
    "typescript typescriptreact javascript python go rust java csharp cpp c php ruby css shellscript powershell ini";
  for (const id of ids.split(" "))
    assert.equal(await trees.read("one", id, "", (tree) => tree.rootNode.endIndex), 0, id);
  assert.equal(grammarNames.length, 15);
});

test("a fault while reading is the reader's, and the next reading works", async () => {
  const trees = new Trees(new Grammars(files, silent));
  const failing = trees.read("a", "typescript", "a", () => {
    throw new Error("mine");
  });
  await assert.rejects(failing, /mine/);
  assert.match((await shape(trees, "a", "a;")) ?? "", /expression_statement/);
});

test("without its grammars regions are scanned, and that is told once a grammar", async () => {
  const told: string[] = [];
  const syntax = new Syntax({
    files: { ...files, folder: "/nowhere" },
    patience: Number.POSITIVE_INFINITY,
    onTrouble: (message) => void told.push(message),
  });
  const document = TextDocument.create("file:///a.py", "python", 1, 'def f():\n    """Adds');
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(await syntax.spot(document, 20), { region: "docstring", languageId: "python" });
  }
  assert.equal(await syntax.addedFaults(document, 20, "x"), null);
  assert.equal(told.length, 1);
  assert.match(told[0]!, /python.*tree-sitter-python\.wasm/);
});

test("who does not wait gets the scan's answer, and the tree's once it is there", async () => {
  const syntax = new Syntax({ files, patience: 0, onTrouble: silent });
  // Only the tree knows that the comment stands above a declaration.
  const document = TextDocument.create("file:///a.go", "go", 1, "package a\n\n// Adds.\nfunc Add() {}\n");
  assert.equal((await syntax.spot(document, 15)).region, "comment");
  await syntax.read(document, () => null);
  assert.equal((await syntax.spot(document, 15)).region, "docstring");
});

test("a closed document is forgotten with its parts, and can be opened again", async () => {
  const syntax = newSyntax();
  const document = TextDocument.create("file:///a.md", "markdown", 1, "```ts\n// a\n```\n");
  assert.equal((await syntax.spot(document, 9)).region, "comment");
  syntax.forget(document.uri);
  assert.equal((await syntax.spot(document, 9)).region, "comment");
});

test("a document longer than can be parsed is scanned", async () => {
  const syntax = newSyntax();
  const text = `${"const a = 1;\n".repeat(50_000)}// note`;
  const document = TextDocument.create("file:///long.ts", "typescript", 1, text);
  assert.deepEqual(await syntax.spot(document, text.length), { region: "comment", languageId: "typescript" });
  assert.equal(await syntax.addedFaults(document, text.length, "x"), null);
});
