// Where a candidate may stop, and why one is not shown.
import assert from "node:assert/strict";
import { test } from "node:test";
import { possibleStops, surroundings, whyHidden } from "../../server/clean.ts";

const continuation = (text: string, stop: "stop" | "length" = "stop") => ({ text, tokens: [], stop });

test("at the end of a line a candidate stops only at its end", () => {
  assert.deepEqual(possibleStops(continuation("foo(bar, baz);  "), ""), ["foo(bar, baz);"]);
  assert.deepEqual(possibleStops(continuation(""), ""), [""]);
});

test("before text, a candidate may stop wherever something closes", () => {
  assert.deepEqual(possibleStops(continuation("a, b);"), ");"), ["a, b);", "a", "a, b", "a, b)"]);
});

test("a line cut short by the token limit loses its half word", () => {
  assert.deepEqual(possibleStops(continuation("return this.compu", "length"), ""), ["return this."]);
});

/** `before|after` around the cursor, newlines as they are. */
function hidden(marked: string, text: string): string | null {
  const [prefix, suffix] = marked.split("|") as [string, string];
  return whyHidden(text, surroundings(prefix, suffix));
}

test("what is shown and what is not", () => {
  assert.equal(hidden("let x = |;\n", "1"), null);
  assert.equal(hidden("if (a) {\n  |\n}", "return b;"), null);
  assert.equal(hidden("let x = |", ""), "the model has nothing to add here");
  assert.equal(hidden("let va|lue", "rious"), "the cursor is inside a word");
  assert.equal(hidden("foo(|);", ");"), "it would repeat the rest of the line");
  assert.equal(hidden("a();\r\n|\r\nb();\r\n", "b();"), "it would repeat the next line");
  assert.equal(hidden("x = |", "abc abc abc abc abc "), "the model repeats itself");
  assert.equal(hidden("// |", "--------------------"), null);
});
