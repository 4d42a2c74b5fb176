// The operations of the other recipes, each on code that it changes and on code that it must leave alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { after, rewritten } from "./on.ts";

test("await-promises turns chains of then into await", async () => {
  const before = `export function load(url: string): Promise<string> {\n  return fetch(url).then((reply) => reply.text());\n}\ndeclare function fetch(url: string): Promise<{ text(): Promise<string> }>;\n`;
  const result = await rewritten("await-promises", before);
  assert.match(result ?? "", /async function load/);
  assert.match(result ?? "", /await fetch\(url\)/);
  assert.doesNotMatch(result ?? "", /\.then\(/);
  assert.equal(await rewritten("await-promises", "export const a = 1;\n"), null);
});

test("fold-constants works out what is exact, and only that", async () => {
  assert.equal(await rewritten("fold-constants", "export const day = 24 * 60 * 60;\n"), "export const day = 86400;\n");
  assert.equal(
    await rewritten("fold-constants", "export const f = (n: number) => n + 2 * (10 - 4);\n"),
    "export const f = (n: number) => n + 12;\n",
  );
  assert.equal(await rewritten("fold-constants", "DAY = 24 * 60 * 60\n", "a.py"), "DAY = 86400\n");
  for (const same of [
    "export const a = 1 / 3;\n",
    "export const b = 0.1 + 0.2;\n",
    "export const c = (n: number) => n + 1 + 2;\n",
    'export const d = "a" + 1 + 2;\n',
  ]) {
    assert.equal(await rewritten("fold-constants", same), null, same);
  }
});

test("add-types writes what exported functions return, where it can be written", async () => {
  assert.equal(
    await rewritten("add-types", "export function twice(n: number) {\n  return n * 2;\n}\n"),
    "export function twice(n: number): number {\n  return n * 2;\n}\n",
  );
  for (const same of [
    "function own(n: number) {\n  return n;\n}\nown(1);\nexport {};\n",
    "export function any(n: any) {\n  return n;\n}\n",
    "export function shape() {\n  return { a: 1 };\n}\n",
  ]) {
    assert.equal(await rewritten("add-types", same), null, same);
  }
  assert.equal(await rewritten("add-types", "def f(a):\n    print(a)\n", "a.py"), "def f(a) -> None:\n    print(a)\n");
  assert.equal(await rewritten("add-types", "def f(a):\n    return a\n", "a.py"), null);
});

test("replace-pattern finds by shape, whatever the blanks, and takes the parts over", async () => {
  const options = { find: "check.equal($a, true)", replace: "check.ok($a)" };
  assert.equal(
    await rewritten("replace-pattern", "check.equal( f(1),  true );\ncheck.equal(a, false);\n", "a.js", options),
    "check.ok(f(1));\ncheck.equal(a, false);\n",
  );
  const twice = { find: "$a && $a", replace: "$a" };
  assert.equal(await rewritten("replace-pattern", "f(x && x, x && y);\n", "a.js", twice), "f(x, x && y);\n");
  await assert.rejects(
    rewritten("replace-pattern", "f();\n", "a.js", { find: "if (", replace: "x" }),
    /one expression each/,
  );
});

test("move-symbol moves a function with its imports, and others import it from there", async () => {
  const files = {
    "cart.ts": `import { round } from "./round";\n\nexport function total(a: number) {\n  return price(a);\n}\n\nexport function price(a: number) {\n  return round(a);\n}\n`,
    "round.ts": "export const round = Math.round;\n",
    "use.ts": `import { price } from "./cart";\n\nexport const used = price(1);\n`,
    "price.ts": "export {};\n",
  };
  const result = await after("move-symbol", files, { symbol: "price", into: "price.ts" });
  assert.match(result["price.ts"] ?? "", /^import \{ round \} from "\.\/round";\n\nexport function price/);
  assert.doesNotMatch(result["price.ts"] ?? "", /export \{\}/);
  assert.match(result["cart.ts"] ?? "", /import \{ price \} from "\.\/price"/);
  assert.doesNotMatch(result["cart.ts"] ?? "", /function price/);
  assert.match(result["use.ts"] ?? "", /import \{ price \} from "\.\/price"/);
});
