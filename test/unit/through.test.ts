// Typed-through completions: the rest of a suggestion while the user types it, nothing as soon as anything else changed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { typedThrough } from "../../server/features/through.ts";

const shown = { uri: "file:///a.ts", document: "const a = ;\n", offset: 10, text: "b + c" };

/** The document with `typed` at the cursor. */
const after = (typed: string) => `const a = ${typed};\n`;

test("What is typed as suggested leaves the rest", () => {
  assert.equal(typedThrough(shown, shown.uri, after(""), 10), "b + c");
  assert.equal(typedThrough(shown, shown.uri, after("b"), 11), " + c");
  assert.equal(typedThrough(shown, shown.uri, after("b + "), 14), "c");
});

test("Everything else leaves nothing", () => {
  assert.equal(typedThrough(shown, shown.uri, after("b + c"), 15), null, "all is typed");
  assert.equal(typedThrough(shown, shown.uri, after("x"), 11), null, "another character");
  assert.equal(typedThrough(shown, "file:///b.ts", after("b"), 11), null, "another document");
  assert.equal(typedThrough(shown, shown.uri, after("b"), 10), null, "the cursor went back");
  assert.equal(typedThrough(shown, shown.uri, after(""), 9), null, "the cursor is before the place");
  assert.equal(typedThrough(shown, shown.uri, "const x = b;\n", 11), null, "the text before changed");
  assert.equal(typedThrough(shown, shown.uri, "const a = b \n", 11), null, "the text after changed");
  assert.equal(typedThrough(shown, shown.uri, "const a = b);\n", 11), null, "the editor closed a bracket");
});
