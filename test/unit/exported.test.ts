// What a file exports: told right, and looked up once for all of its functions. Work is counted, not timed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TextDocument } from "vscode-languageserver-textdocument";
import { Node } from "web-tree-sitter";
import { newSyntax } from "./syntax.ts";

const syntax = newSyntax();

/** How often whole trees are searched or their top is listed while the functions of a text are read. */
async function searches(languageId: string, text: string): Promise<number> {
  const [search, list] = ["descendantsOfType", "namedChildren"].map(
    (name) => Object.getOwnPropertyDescriptor(Node.prototype, name)!,
  );
  let count = 0;
  const counted = (node: Node) => {
    if (node.parent === null) count++;
  };
  Object.defineProperty(Node.prototype, "descendantsOfType", {
    ...search,
    value(this: Node, ...given: Parameters<Node["descendantsOfType"]>) {
      counted(this);
      return search!.value.apply(this, given);
    },
  });
  Object.defineProperty(Node.prototype, "namedChildren", {
    ...list,
    get(this: Node) {
      counted(this);
      return list!.get!.call(this);
    },
  });
  try {
    const places = await syntax.functionsIn(TextDocument.create("file:///many", languageId, 1, text));
    assert.ok(places.length >= 20);
  } finally {
    Object.defineProperty(Node.prototype, "descendantsOfType", search!);
    Object.defineProperty(Node.prototype, "namedChildren", list!);
  }
  return count;
}

test("what a file exports is looked up once, however many functions it has", async () => {
  const functions = (count: number) => Array.from({ length: count }, (_, i) => `function f${i}() {}\n`).join("");
  const methods = (count: number) => Array.from({ length: count }, (_, i) => `  m${i}() {}\n`).join("");
  const few = await searches("javascript", `${functions(20)}export { f1 };\n`);
  assert.ok(few > 0 && few < 5, `${few} searches`);
  assert.equal(await searches("javascript", `${functions(200)}export { f1 };\n`), few);
  assert.equal(await searches("typescript", `class A {\n${methods(200)}}\nexport { A };\n`), few);
});

test("what lists export is exported: under its own name, from this file, with the methods of classes", async () => {
  const text = `function a() {}
function b() {}
function c() {}
class D { run() { function inner() {} } private hidden() {} }
class E { run() {} }
export { a, b as other, D };
export { c } from "./c";
`;
  const places = await syntax.functionsIn(TextDocument.create("file:///lists", "typescript", 1, text));
  const isExported = places.map(({ within, name, isExported: is }) => [[within, name].filter(Boolean).join("."), is]);
  assert.deepEqual(isExported, [
    ["a", true],
    ["b", true],
    ["c", false],
    ["D", true],
    ["D.run", true],
    ["inner", false],
    ["D.hidden", false],
    ["E", false],
    ["E.run", false],
  ]);
  // The text changes: what was found out of the tree before is not said of the new one.
  const changed = TextDocument.create("file:///lists", "typescript", 2, text.replace("export { a, b", "export { b"));
  assert.equal((await syntax.functionsIn(changed))[0]?.isExported, false);
});
