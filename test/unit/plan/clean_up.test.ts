// The operations of "clean up this file", each on code that it changes and on code that it must leave alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { rewritten } from "./on.ts";

test("organise-imports sorts, joins and leaves out what nothing uses", async () => {
  const before = `import { z } from "./z";\nimport { a, unused } from "./a";\n\nexport const both = [a, z];\n`;
  assert.equal(
    await rewritten("organise-imports", before),
    `import { a } from "./a";\nimport { z } from "./z";\n\nexport const both = [a, z];\n`,
  );
  assert.equal(await rewritten("organise-imports", `import { a } from "./a";\n\nexport const b = a;\n`), null);
});

test("remove-unused removes declarations, and keeps parameters, exports and values that act", async () => {
  const before = `function unused() {}\nexport function f(a: number, b: number) {\n  const left = 1;\n  const acted = send();\n  return b;\n}\ndeclare function send(): number;\n`;
  assert.equal(
    await rewritten("remove-unused", before),
    `export function f(a: number, b: number) {\n  const acted = send();\n  return b;\n}\ndeclare function send(): number;\n`,
  );
  assert.equal(await rewritten("remove-unused", "export const kept = 1;\n"), null);
  for (const kind of ["of", "in"]) {
    const loop = `export function f(a: number[]) {\n  let n = 0;\n  for (const one ${kind} a) n++;\n  return n;\n}\n`;
    assert.equal(await rewritten("remove-unused", loop), null, "what a loop goes over has to have a name");
  }
  const one = "export const kept = 1;\n";
  for (const gone of ["function gone() {}\n", "const gone = 1;\n", "interface Gone {\n  a: 1;\n}\n"])
    assert.equal(await rewritten("remove-unused", gone + one), one, "the only one of its kind");
});

test("var-to-let takes const where nothing is assigned again, else let", async () => {
  const before = `export function f(n: number) {\n  var sum = 0;\n  for (var i = 0; i < n; i++) sum += i;\n  var label = "sum";\n  return label + sum;\n}\n`;
  assert.equal(
    await rewritten("var-to-let", before),
    `export function f(n: number) {\n  let sum = 0;\n  for (let i = 0; i < n; i++) sum += i;\n  const label = "sum";\n  return label + sum;\n}\n`,
  );
});

test("var-to-let leaves what block scope would change", async () => {
  for (const body of [
    "if (n) { var a = 1; } return a;", // used outside its block
    "a = 1; var a; return a;", // used before
    "for (var i = 0; i < n; i++) later(() => i);", // one variable for all rounds
    "while (n--) { var once; if (!once) once = n; }", // keeps its value from round to round
    "var a = 1; var a = 2; return a;", // declared twice
  ]) {
    assert.equal(await rewritten("var-to-let", `export function f(n) {\n  ${body}\n}\n`, "a.js"), null, body);
  }
  assert.equal(await rewritten("var-to-let", "var shared = 1;\n", "a.js"), null, "a global of a script");
});

test("simplify-booleans returns the condition", async () => {
  const f = (body: string) => `export function f(a: number, s: string) {\n  ${body}\n}\n`;
  for (const [before, expected] of [
    ["if (a > 1) return true; else return false;", "return a > 1;"],
    ["if (a > 1) {\n    return true;\n  }\n  return false;", "return a > 1;"],
    ["if (a === 1) return false;\n  return true;", "return a !== 1;"],
    ["if (a < 1) return false;\n  return true;", "return !(a < 1);"],
    ["if (s) return true;\n  return false;", "return Boolean(s);"],
  ] as const) {
    assert.equal(await rewritten("simplify-booleans", f(before)), f(expected));
  }
  for (const same of [
    "if (a) return true;\n  return true;",
    "if (a) {\n    // why\n    return true;\n  }\n  return false;",
    "if (a) return true;\n  f(a, s);\n  return false;",
  ]) {
    assert.equal(await rewritten("simplify-booleans", f(same)), null, same);
  }
});

test("In Python the tree alone decides: bool() where the condition may be no boolean", async () => {
  const f = (body: string) => `def f(a):\n    ${body}\n`;
  assert.equal(
    await rewritten("simplify-booleans", f("if a > 1:\n        return True\n    else:\n        return False"), "a.py"),
    f("return a > 1"),
  );
  assert.equal(
    await rewritten("simplify-booleans", f("if a:\n        return True\n    return False"), "a.py"),
    f("return bool(a)"),
  );
});

test("unused-imports-python removes imports whose names occur nowhere else", async () => {
  const before = `import os\nimport sys\nfrom typing import Any, List\n\n\ndef f(a: Any):\n    return sys.path, a\n`;
  assert.equal(
    await rewritten("unused-imports-python", before, "a.py"),
    `import sys\nfrom typing import Any\n\n\ndef f(a: Any):\n    return sys.path, a\n`,
  );
  for (const same of [
    "import os  # noqa\n",
    `from a import b\n__all__ = ["b"]\n`,
    "import a.b\n",
    "from a import *\n",
  ]) {
    assert.equal(await rewritten("unused-imports-python", same, "a.py"), null, same);
  }
  assert.equal(await rewritten("unused-imports-python", "import os\n", "__init__.py"), null);
});
