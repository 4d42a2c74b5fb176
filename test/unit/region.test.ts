// The region at the cursor, marked "|" in each case.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Region } from "../../server/protocol.ts";
import { regionAt } from "../../server/region.ts";

function check(languageId: string, marked: string, region: Region, inner = languageId): void {
  const offset = marked.indexOf("|");
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  assert.deepEqual(regionAt(text, offset, languageId), { region, languageId: inner }, `${languageId}: ${marked}`);
}

test("TypeScript", () => {
  check("typescript", "const a = |", "code");
  check("typescript", "// add two num|", "comment");
  check("typescript", "// add\n|", "code");
  check("typescript", "/* a\n b|", "comment");
  check("typescript", "/* a */ |", "code");
  check("typescript", "/** Adds\n * two|\n */", "docstring");
  check("typescript", "const a = 'b|'", "string");
  check("typescript", "const a = 'b'|", "code");
  check("typescript", "const a = 'it\\'s|", "string");
  check("typescript", "const a = 'open\nconst b = |", "code");
  check("typescript", "const a = `x\ny|`", "string");
  check("typescript", "const a = `x $" + "{b|} z`", "code");
  check("typescript", "const a = `x $" + "{f({b: 1})} z|`", "string");
  check("typescript", "const a = `x $" + "{b} z`; |", "code");
  check("typescript", "const a = s.replace(/['\"`]/g, ''); |", "code");
  check("typescript", "const a = b / c; // d'|", "comment");
  check("typescript", "const u = 'http://x'; |", "code");
});

test("Python", () => {
  check("python", "x = 1  # co|", "comment");
  check("python", 'def f():\n    """Add|', "docstring");
  check("python", 'def f():\n    """Add\n\n    more|', "docstring");
  check("python", 'def f():\n    """Add."""\n    |', "code");
  check("python", '"""Module|', "docstring");
  check("python", '#!/usr/bin/env python\n"""Module|', "docstring");
  check("python", 'q = """select|', "string");
  check("python", 'x = [\n  "a|', "string");
  check("python", "x = 'it|", "string");
  check("python", "x = {'a': 1}\n|", "code");
});

test("Other languages", () => {
  check("rust", "fn f<'a>(x: &'a str) { |", "code");
  check("rust", "let c = '\"'; |", "code");
  check("rust", "/// Adds|", "docstring");
  check("rust", "// Adds|", "comment");
  check("go", "a := `raw\n|`", "string");
  check("shellscript", "echo $# |", "code");
  check("shellscript", "ls # list|", "comment");
  check("sql", "select 'it''s' -- a|", "comment");
  check("sql", "select 'it''s|'", "string");
  check("html", "<p><!-- a|", "comment");
  check("css", "a { /* b|", "comment");
  check("json", '{"a": "b|"}', "string");
  check("lua", "--[[ a\nb|", "comment");
  check("elixir", '@doc """\nAdds|', "docstring");
  check("brainstorm", "a // b|", "comment");
});

test("Markdown and its fences", () => {
  check("markdown", "# Title\n\nSome te|", "prose");
  check("markdown", "```ts\nconst a = |\n```", "code", "typescript");
  check("markdown", "```ts\n// note|\n```", "comment", "typescript");
  check("markdown", "```python\nx = 1\n```\nand th|", "prose");
  check("markdown", "~~~ {.python}\n```\n|", "code", "python");
  check("markdown", "````md\n```ts\n|", "prose", "markdown");
  check("markdown", "```math\na^2|\n```", "math", "latex");
  check("markdown", "The area is $\\pi r^|$.", "math");
  check("markdown", "The area is $\\pi r^2$ and |", "prose");
  check("markdown", "It costs $5 and |", "prose");
  check("markdown", "It is $5x|$ wide", "math");
  check("markdown", "use `$PATH` and |", "prose");
  check("markdown", "$$\n\\int|", "math");
  check("markdown", "$$\n\\int\n$$\n\ntext|", "prose");
  check("markdown", "one $x\n\nother |", "prose");
  check("markdown", `$$ never closed${"\n".repeat(15_000)}text|`, "prose");
});

test("LaTeX", () => {
  check("latex", "We show|", "prose");
  check("latex", "We show $x^|", "math");
  check("latex", "cost \\$5 |", "prose");
  check("latex", "\\begin{align}\n x &= |", "math");
  check("latex", "\\begin{align} x \\end{align} so |", "prose");
  check("latex", "\\[ x |", "math");
  check("latex", "% a note|", "comment");
  check("latex", "50\\% of|", "prose");
});

test("Plain text is prose whatever is in it", () => {
  check("plaintext", "it's // so|", "prose");
  check("git-commit", 'Fix the "thing|', "prose");
});

test("One line of a megabyte and a file of many lines are read through a window", () => {
  const line = `${"x".repeat(1_000_000)} // note`;
  assert.equal(regionAt(line, line.length, "typescript").region, "comment");
  const file = `${"const a = 1;\n".repeat(100_000)}// note`;
  assert.equal(regionAt(file, file.length, "typescript").region, "comment");
  // Nesting as deep as the window allows must not exhaust the stack.
  const nested = ["`", "$", "{"].join("");
  assert.equal(regionAt(nested.repeat(9_000), nested.length * 9_000, "typescript").region, "code");
});
