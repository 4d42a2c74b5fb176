// What an expert says: repetition ends it, and it ends with a whole sentence. And what the user reads of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { outdented } from "../../server/explain.ts";
import { beginsAgain, wholeSentences } from "../../server/saying.ts";
import { explanationDocument } from "../../src/explanation.ts";

test("a text that repeats itself ends where the second copy begins", () => {
  const sentence = "The function adds the prices of all items. ";
  const text = `It is short. ${sentence}${sentence}`;
  assert.equal(text.slice(0, beginsAgain(text)), `It is short. ${sentence}`);
  const fine = "The function adds the prices of all items and returns the sum of them as a number.";
  assert.equal(beginsAgain(fine), fine.length);
});

test("a text that breaks off is cut to whole sentences, if it has any", () => {
  assert.equal(wholeSentences("It adds 1.5 to all. It then goes"), "It adds 1.5 to all.");
  assert.equal(wholeSentences("It then goes"), "It then goes");
});

test("code loses the indentation that its lines share", () => {
  assert.equal(outdented("  run() {\n    go();\n  }"), "run() {\n  go();\n}");
  assert.equal(outdented("run() {\n    go();\n\n  }"), "run() {\n  go();\n\n}");
});

test("facts and the model's words are told apart, and text stays text", () => {
  const author = { expert: "docs", wanted: null, rule: "built-in#3", because: "It is for people.", ms: 9 };
  const page = explanationDocument({
    place: "a.ts:1",
    facts: [{ name: "Calls", text: "`a|b`" }],
    text: "It <b>adds</b> `x`.",
    author,
  });
  assert.match(page, /## Facts, from the syntax tree/);
  assert.match(page, /\| Calls \| `a\\\|b` \|/);
  assert.match(page, /> It \\<b\\>adds\\<\/b\\> `x`\./);
  assert.match(page, /Expert docs, rule built-in#3: It is for people\./);
  assert.match(explanationDocument({ place: "a.ts:1", facts: [], text: "", author: null }), /The model is reading/);
});
