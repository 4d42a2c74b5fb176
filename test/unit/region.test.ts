// Regions without a grammar: the scan that serves long texts, broken ones, and the languages that have none.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Region } from "../../server/protocol.ts";
import { scan } from "../../server/region.ts";

function check(languageId: string, marked: string, region: Region): void {
  const offset = marked.indexOf("|");
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  assert.equal(scan(text, offset, languageId).region, region, `${languageId}: ${marked}`);
}

test("TypeScript, half typed", () => {
  check("typescript", "const a = |", "code");
  check("typescript", "// add two num|", "comment");
  check("typescript", "// add\n|", "code");
  check("typescript", "/* a\n b|", "comment");
  check("typescript", "/* a */ |", "code");
  check("typescript", "/** Adds\n * two|\n */", "docstring");
  check("typescript", "const a = 'it\\'s|", "string");
  check("typescript", "const a = 'open\nconst b = |", "code");
  check("typescript", "const a = `x $" + "{f({b: 1})} z|`", "string");
  check("typescript", "const a = `x $" + "{b} z`; |", "code");
  check("typescript", "const a = s.replace(/['\"`]/g, ''); |", "code");
  check("typescript", "const a = b / c; // d'|", "comment");
});

test("Python, half typed", () => {
  check("python", 'def f():\n    """Add\n\n    more|', "docstring");
  check("python", '#!/usr/bin/env python\n"""Module|', "docstring");
  check("python", 'q = """select|', "string");
  check("python", "x = {'a': 1}\n|", "code");
  check("python", "x = f'{a|", "code");
  check("python", "x = f'{{a}} b|", "string");
  check("python", "self'x {b|", "string");
});

test("Languages without a grammar", () => {
  check("sql", "select 'it''s' -- a|", "comment");
  check("sql", "select 'it''s|'", "string");
  check("html", "<p><!-- a|", "comment");
  check("lua", "--[[ a\nb|", "comment");
  check("elixir", '@doc """\nAdds|', "docstring");
  check("zig", "/// Adds|", "docstring");
  check("kotlin", 'val s = """a\nb|', "string");
  check("brainstorm", "a // b|", "comment");
  check("plaintext", "it's // so|", "prose");
  check("git-commit", 'Fix the "thing|', "prose");
});

test("From a sure place on", () => {
  const text = "it's prose\nconst a = 'b'";
  assert.equal(scan(text, text.length - 1, "typescript").region, "string");
  assert.equal(scan(text, text.length - 1, "typescript", 11).region, "string");
  assert.equal(scan("it`s broken\nconst a = 1", 20, "typescript").region, "string");
  assert.equal(scan("it`s broken\nconst a = 1", 20, "typescript", 12).region, "code");
});

test("One line of a megabyte and a file of many lines are read through a window", () => {
  const line = `${"x".repeat(1_000_000)} // note`;
  assert.equal(scan(line, line.length, "typescript").region, "comment");
  const file = `${"const a = 1;\n".repeat(100_000)}// note`;
  assert.equal(scan(file, file.length, "typescript").region, "comment");
  // Nesting as deep as the window allows must not exhaust the stack.
  const nested = ["`", "$", "{"].join("");
  assert.equal(scan(nested.repeat(9_000), nested.length * 9_000, "typescript").region, "code");
});
