// Where a candidate may stop, and why one is not shown.
import assert from "node:assert/strict";
import { test } from "node:test";
import { candidates, whyHidden, whyNowhere } from "../../server/clean.ts";
import { indentedLike } from "../../server/indentation.ts";
import type { Region } from "../../server/protocol.ts";
import { withoutOverlap } from "../../server/stops.ts";
import { type Surroundings, surroundings } from "../../server/surroundings.ts";

const continuation = (text: string, stop: "stop" | "length" = "stop") => ({ text, tokens: [], stop });

/** `before|after` around the cursor, newlines as they are. */
function around(marked: string, languageId = "typescript", region: Region = "code"): Surroundings {
  const [prefix, suffix] = marked.split("|") as [string, string];
  return surroundings({ prefix, suffix, region, languageId });
}

test("at the end of a line a candidate stops only at its end", () => {
  assert.deepEqual(candidates(continuation("foo(bar, baz);  "), around("|"), "one"), ["foo(bar, baz);"]);
  assert.deepEqual(candidates(continuation(""), around("|"), "one"), [""]);
});

test("before text, a candidate may stop wherever something closes", () => {
  const stops = candidates(continuation("a, b);"), around("f(|);"), "one");
  assert.deepEqual(stops, ["a, b);", "a", "a, b", "a, b)"]);
});

test("a line cut short by the token limit loses its half word and the bracket that it leaves open", () => {
  const cut = (text: string) => candidates(continuation(text, "length"), around("x = |"), "one")[0];
  assert.equal(cut("return this.compu"), "return this");
  assert.equal(cut("a + max(b, min(c, de"), "a");
  assert.equal(cut("a.map((x) => x).filter(("), "a.map((x) => x)");
});

test("what stands behind the cursor is kept apart as the model does", () => {
  assert.deepEqual(candidates(continuation("await "), around("x = |load()"), "one"), ["await "]);
  assert.deepEqual(candidates(continuation("await "), around("x = |;"), "one"), ["await"]);
});

function hidden(marked: string, text: string, languageId?: string, region?: Region): string | null {
  const place = around(marked, languageId, region);
  return whyNowhere(place) ?? whyHidden(text, place);
}

test("every reason not to show a text", () => {
  assert.equal(hidden("let x = |;\n", "1"), null);
  assert.equal(hidden("if (a) {\n  |\n}", "return b;"), null);
  assert.equal(hidden("let x = |", ""), "the model has nothing to add here");
  assert.equal(hidden("let va|lue", "rious"), "the cursor is inside a word");
  assert.equal(hidden("foo(|);", ");"), "it would repeat the rest of the line");
  assert.equal(hidden("a();\r\n|\r\nb();\r\n", "b();"), "it would repeat the next line");
  assert.equal(hidden("load(a);\n|\n", "load(a);"), "it would repeat the line above");
  assert.equal(hidden("x = |", "abc abc abc abc abc "), "the model repeats itself");
  assert.equal(hidden("// |", "--------------------"), null);
  assert.equal(hidden("x = |", "<|im_end|>"), "the model wrote a control token");
  assert.equal(hidden("x = |", "y <file_sep>"), "the model wrote a control token");
  assert.equal(hidden("x = |", "'\ufffd'"), "the model wrote half a character");
  assert.equal(hidden("x = |count;", "dis"), "it would run into the word after the cursor");
  assert.equal(hidden("x = |", "max(a, b"), "it would leave a bracket open");
  assert.equal(hidden("f(g(|))", "x) + h("), null);
  assert.equal(hidden("f(|, b)", "x)"), "it would close a bracket twice");
});

test("what closes or opens a block is no fault", () => {
  assert.equal(hidden("if (a) {\n  b();\n|\n", "}"), null);
  assert.equal(hidden("  if (a) {\n    b();\n  |\n}", "}"), null);
  assert.equal(hidden("|\n}", "}"), "it would repeat the next line");
  assert.equal(hidden("items.forEach(|", "(item) => {"), null);
  assert.equal(hidden("items.forEach(| {", "(item) =>"), null);
});

test("nothing is said against brackets in prose, comments and strings of several lines", () => {
  assert.equal(hidden("// as |", "f(x", "typescript", "comment"), null);
  assert.equal(hidden("see |", "(the other", "markdown", "prose"), null);
  assert.equal(hidden("`a\n b |", "(c", "typescript", "string"), null);
});

test("what stands behind the cursor is not written twice, and nothing that is needed is taken away", () => {
  const trimmed = (marked: string, text: string, languageId?: string, region?: Region) =>
    withoutOverlap(text, around(marked, languageId, region));
  assert.equal(trimmed("f(|)", "a, b)"), "a, b");
  assert.equal(trimmed("f(g(|)", "a)"), "a)");
  assert.equal(trimmed('s = "|"', 'utf8"', "typescript", "string"), "utf8");
  assert.equal(trimmed("d = {|}", "'a': ''}", "python"), "'a': ''");
  assert.equal(trimmed("d = {'a|', 'b': 1}", "': '", "python", "string"), "': '");
  assert.equal(trimmed("x = |= 2", "a ="), "a =");
  assert.equal(trimmed("return | b;", "a + b;"), "a +");
});

test("lines are indented as the document is", () => {
  const tabs = around("function f() {\n\tif (a) {\n\t\t|\n\t}\n}");
  assert.equal(indentedLike("a();\n    b();", tabs), "a();\n\tb();");
  assert.equal(indentedLike("a();\n    if (c) {\n        d();\n    }", tabs), "a();\n\tif (c) {\n\t\td();\n\t}");
  const spaces = around("def f():\n  if a:\n    |", "python");
  assert.equal(indentedLike("a()\n\t\tb()", spaces), "a()\n    b()");
});
