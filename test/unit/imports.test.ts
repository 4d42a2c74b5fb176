// What a file imports from its neighbours, and what their declarations look like from outside.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importsOf, signatureOf } from "../../server/imports.ts";
import { mostCharacters, signaturesFor } from "../../server/neighbours.ts";

const first = (text: string, path: string, languageId: string) =>
  importsOf(text, path, languageId).map(({ paths, names }) => [paths[0], names]);

test("imports of scripts: named, renamed, whole, types, several lines, require; packages are none", () => {
  const text = [
    'import { total, type Item as Thing } from "./cart.js";',
    "import format, {",
    "  money,",
    "} from '../format';",
    'import type { A } from "./a.ts";',
    'const { load } = require("./load");',
    'const store = require("./store.cjs");',
    'import { readFile } from "node:fs";',
  ].join("\n");
  assert.deepEqual(first(text, "src/shop/main.ts", "typescript"), [
    ["src/shop/cart.ts", ["total", "Item"]],
    ["src/format.ts", ["format", "money"]],
    ["src/shop/a.ts", ["A"]],
    ["src/shop/load.ts", ["load"]],
    ["src/shop/store.ts", ["store"]],
  ]);
});

test("imports of Python: beside, above, by the package's name, several lines", () => {
  const text =
    "from .cart import total, Item as Thing\nfrom ..format import (\n    money,  # how\n    date,\n)\nfrom shop.a import A\n";
  assert.deepEqual(first(text, "shop/sub/main.py", "python"), [
    ["shop/sub/cart.py", ["total", "Item"]],
    ["shop/format.py", ["money", "date"]],
    ["shop/a.py", ["A"]],
  ]);
  assert.deepEqual(first(text, "a.rs", "rust"), []);
});

test("a signature has no body: functions, classes with their methods, interfaces, constants", () => {
  const text = `export async function load(path: string): Promise<string> {
  return path;
}
export class Cart {
  private items: Item[] = [];
  add(item: Item): void {
    if (item) this.items.push(item);
  }
}
interface Item {
  name: string;
}
export const rate = 0.2;
export class Empty {}
`;
  const of = (name: string) => signatureOf(text, name, "typescript");
  assert.equal(of("load"), "export async function load(path: string): Promise<string>;");
  assert.equal(of("Cart"), "export class Cart {\n  add(item: Item): void;\n}");
  assert.equal(of("Item"), "interface Item {\n  name: string;\n}");
  assert.equal(of("rate"), "export const rate = 0.2;");
  assert.equal(of("Empty"), "export class Empty {}");
  assert.equal(of("lo"), null);
});

test("a signature of Python", () => {
  const text =
    "def add(\n    a: int,\n    b: int,\n) -> int:  # adds\n    return a + b\n\n\nclass Cart(Base):\n    def total(self):\n        return 1\n\n    def _own(self):\n        pass\n\n\nclass Bare:\n    x = 1\n";
  assert.equal(signatureOf(text, "add", "python"), "def add(\n    a: int,\n    b: int,\n) -> int: ...");
  assert.equal(signatureOf(text, "Cart", "python"), "class Cart(Base):\n    def total(self): ...");
  assert.equal(signatureOf(text, "Bare", "python"), "class Bare: ...");
});

test("signatures stay within their budget, those used last before the cursor first, in the order of the imports", async () => {
  const long = (name: string) => `export function ${name}(${"a".repeat(500)}) {`;
  const text = 'import { one, two, three } from "./a";\n\nuse(one);\nuse(three);\n';
  const read = async (path: string) =>
    path === "a.ts" ? `${long("one")}\n}\n${long("two")}\n}\nexport function three() {\n}\n` : null;
  const asked = { text, path: "main.ts", languageId: "typescript", offset: text.length };
  const found = await signaturesFor(asked, { read });
  assert.ok(found.length <= mostCharacters + 1, `${found.length}`);
  assert.match(found, /^export function one\(a+\);\nexport function three\(\);\n\n$/);
  assert.equal(await signaturesFor(asked, { read: async () => null }), "");
});
