// What stands around the cursor decides what may not begin there.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Spot } from "../../server/context.ts";
import { surroundings, unwanted } from "../../server/surroundings.ts";

const at = (languageId: string, prefix: string, region: Spot["region"] = "code") =>
  [...unwanted(surroundings({ prefix, suffix: "\n", region, languageId }))].sort();

test("code that begins a line begins with no comment, in the marks of its language", () => {
  assert.deepEqual(at("python", "def add(a, b):\n    "), ['"""', "#", "'''"]);
  assert.deepEqual(at("typescript", "function add() {\n  "), ["/*", "/**", "//"]);
  assert.deepEqual(at("sql", ""), ["--", "/*"]);
});

test("in a line that has begun, and where a comment is written, everything may come", () => {
  assert.deepEqual(at("python", "total = 1  "), []);
  assert.deepEqual(at("typescript", "/**\n", "docstring"), []);
  assert.deepEqual(at("markdown", "", "prose"), []);
});
