// What an expert says: repetition ends it, and it ends with a whole sentence. And what the user reads of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { outdented } from "../../server/explain.ts";
import { beginsAgain, linesAgain, wholeSentences } from "../../server/saying.ts";
import { explanationDocument } from "../../src/explanation.ts";

test("a text that repeats itself ends where the second copy begins", () => {
  const sentence = "The function adds the prices of all items. ";
  const text = `It is short. ${sentence}${sentence}`;
  assert.equal(text.slice(0, beginsAgain(text)), `It is short. ${sentence}`);
  const fine = "The function adds the prices of all items and returns the sum of them as a number.";
  assert.equal(beginsAgain(fine), fine.length);
});

test("worked lines may be alike; the third time that one stands there is one too many", () => {
  const steps = "4 * 9 = 36, write 6, carry 3; 4 * 9 = 36, 36 + 3 = 39, write 9\n4 * 9 = 36\n36 + 3 = 39\nAnswer: 39";
  assert.equal(linesAgain(steps), steps.length);
  const loop = "try 12:\n12 * 12 = 144\ntry 12:\n12 * 12 = 144\n";
  assert.equal(linesAgain(`${loop}try 12:\n`), loop.length);
});

test("a text that breaks off is cut to whole sentences, if it has any", () => {
  assert.equal(wholeSentences("It adds 1.5 to all. It then goes"), "It adds 1.5 to all.");
  assert.equal(wholeSentences("It then goes"), "It then goes.");
  assert.equal(wholeSentences("This function closes a slice of the"), "This function closes a slice.");
});

test("code loses the indentation that its lines share", () => {
  assert.equal(outdented("  run() {\n    go();\n  }"), "run() {\n  go();\n}");
  assert.equal(outdented("run() {\n    go();\n\n  }"), "run() {\n  go();\n\n}");
});

test("facts and the model's words are told apart, and text stays text", () => {
  const author = {
    expert: "docs",
    wanted: null,
    rule: "built-in#3",
    because: "It is for people.",
    stop: "end",
    ms: 9,
  } as const;
  const page = explanationDocument({
    place: "a.ts:1",
    facts: [{ name: "Calls", text: "`a|b`" }],
    known: [{ name: "Used", text: "src/<b>.ts:3" }],
    text: "It <b>adds</b> `x`.",
    author,
  });
  assert.match(page, /## Facts, from the syntax tree/);
  assert.match(page, /\| Calls \| `a\\\|b` \|/);
  assert.match(
    page,
    /## Facts, from the language service\n\n\| \| \|\n\| --- \| --- \|\n\| Used \| src\/\\<b\\>\.ts:3 \|/,
  );
  assert.match(page, /> It \\<b\\>adds\\<\/b\\> `x`\./);
  assert.match(page, /Expert docs, rule built-in#3: It is for people\./);
  assert.match(
    explanationDocument({ place: "a.ts:1", facts: [], known: [], text: "", author: null }),
    /The model is reading/,
  );
});

test("an explanation that did not come to its end says so", () => {
  const author = { expert: "docs", wanted: null, rule: "built-in#3", because: "It is for people.", ms: 9 } as const;
  const page = (stop: "end" | "stop" | "length" | "cancelled", text = "It adds.") =>
    explanationDocument({ place: "a.ts:1", facts: [], known: [], text, author: { ...author, stop } });
  assert.match(page("cancelled"), /> It adds\.\n\n\*\*You have cancelled it/);
  assert.match(page("cancelled", ""), /cancelled it before the model wrote anything/);
  assert.match(page("length"), /cut where it became long/);
  assert.match(page("stop"), /began to repeat itself/);
  assert.doesNotMatch(page("end"), /\*\*/);
  const broken = { place: "a.ts:1", facts: [], known: [], text: "It adds", author: null, failed: "the engine ended" };
  assert.match(explanationDocument(broken), /> It adds\n\n\*\*Writing failed: the engine ended/);
  assert.match(explanationDocument({ ...broken, text: "" }), /wrote nothing: the engine ended/);
});

test("an explanation says to which machine the code was sent, and who was to answer", () => {
  const author = {
    expert: "general",
    wanted: "team",
    absent: "it said 401",
    rule: "user#1",
    because: "Mine.",
    stop: "end",
  } as const;
  const told = { place: "a.ts:1", facts: [], known: [], text: "It adds." };
  assert.match(
    explanationDocument({ ...told, author: { ...author, ms: 9 } }),
    /general \(team does not answer: it said 401\)/,
  );
  const there = { ...author, expert: "team", wanted: null, host: "gpu:8000", ms: 9 };
  assert.match(explanationDocument({ ...told, author: there }), /The code was sent to gpu:8000\./);
});
