// What a candidate must make likely: of what follows the cursor the first characters, whatever blanks stand between them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { following } from "../../server/rank.ts";

test("indents and empty lines take nothing from the characters that count", () => {
  assert.equal(following(`" in row:\n${" ".repeat(16)}print(cell)\n`), `" in row:\n${" ".repeat(16)}print(cel`);
  assert.equal(following(");\n}\n"), ");\n}");
  assert.equal(following("abcdefghijklmnopqrst"), "abcdefghijklmnop");
  assert.equal(following(""), "");
});

test("but not without end", () => {
  assert.equal(following(`)${"\n".repeat(500)}x`), ")");
  assert.equal(following(" ".repeat(500)), "");
});
