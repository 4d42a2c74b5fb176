// The figures of `npm run quality`: chrF2, edit similarity, exact answers, faults.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chrf } from "../bench/chrf.ts";
import { similarity } from "../bench/edit.ts";
import { faultsOf } from "../bench/faults.ts";
import { median, quantile } from "../bench/machine.ts";
import type { Cursor } from "../bench/samples.ts";
import { isSolved, onlyRight, scoreLines, wordsOf } from "../bench/score.ts";

/** said, written and the score that sacreBLEU 2.6.0 gives (CHRF().sentence_score). */
const known: readonly (readonly [string, string, number])[] = [
  ["abcdefg", "hijklmnop", 0],
  ["a", "a", 100],
  ["", "b", 0],
  ["Returns the sum.", "Returns the sum of two numbers.", 50.165375396395476],
  [
    "risk assessment must be made of those who are qualified and expertise in the sector - these are the scientists .",
    "risk assessment has to be undertaken by those who are qualified and expert in the area - that is the scientists .",
    65.29525178664795,
  ],
  ["The cat", "the cat sat", 36.80181723271671],
  ["é😀 ok", "é😀 okay", 58.011049723756905],
  ["aaaa", "aa", 78.125],
  ["ab", "ab cd ef", 31.25],
];

for (const [said, written, score] of known) {
  test(`chrF2 of ${JSON.stringify(said.slice(0, 20))} is sacreBLEU's`, () => {
    assert.ok(Math.abs(chrf([{ said, written }]) - score) < 1e-9);
  });
}

test("chrF2 of a corpus counts all pairs together, as sacreBLEU's corpus_score does", () => {
  const score = chrf(known.map(([said, written]) => ({ said, written })));
  assert.ok(Math.abs(score - 56.74043065075139) < 1e-9, `${score}`);
});

test("edit similarity is 1 minus the distance over the longer length", () => {
  assert.equal(similarity("", ""), 1);
  assert.equal(similarity("same", "same"), 1);
  assert.equal(similarity("", "abcd"), 0);
  assert.equal(similarity("kitten", "sitting"), 1 - 3 / 7);
});

test("quantiles are of nearest rank", () => {
  const values = [5, 1, 4, 2, 3];
  assert.equal(quantile(values, 0.95), 5);
  assert.equal(quantile(values, 0.5), median(values));
  assert.throws(() => quantile([], 0.5), RangeError);
});

test("faults are what the written line does not have", () => {
  const line = { before: "foo(a", after: ")", rest: ", b" };
  assert.deepEqual(faultsOf(", b", line), []);
  assert.deepEqual(faultsOf(", g(b)", line), []);
  assert.deepEqual(faultsOf(", b)", line), ["doubled bracket"]);
  assert.deepEqual(faultsOf("x, y);", { before: "f(", after: ");", rest: "x" }), [
    "doubled bracket",
    "repeated suffix",
  ]);
  assert.deepEqual(faultsOf("<|im_end|>", line), ["control token"]);
  assert.deepEqual(faultsOf("<|im_end|>", { before: "stop = '", after: "'", rest: "<|im_end|>" }), []);
  // A closing bracket of an earlier line is no fault where it was written.
  assert.deepEqual(faultsOf("};", { before: "", after: "", rest: "});" }), []);
});

const cursor = (rest: string): Cursor => ({
  id: rest,
  group: "python",
  kind: "boundary",
  package: "pip:p",
  workspace: "p",
  path: "p.py",
  language: "python",
  before: "def f():\n    return ",
  rest,
  after: "\n",
});

test("lines are right when they are exactly the rest", () => {
  const samples = [cursor("one"), cursor("two"), cursor("three"), cursor("four")];
  const lines = [
    { text: "one", shown: true, confidence: -0.1, broken: false, unclosed: false, ms: 10 },
    { text: "two ", shown: false, confidence: -0.1, broken: false, unclosed: false, ms: 20 },
    { text: "thre", shown: true, confidence: -0.1, broken: false, unclosed: false, ms: 30 },
    { text: "", shown: false, confidence: -0.1, broken: false, unclosed: false, ms: 40 },
  ];
  const score = scoreLines(samples, lines);
  assert.deepEqual(score && [score.count, score.exact, score.shown, score.exactShown], [4, 0.5, 0.5, 0.5]);
  assert.equal(score?.edit, (1 + 1 + 0.8 + 0) / 4);
  const other = lines.map(({ text, ...line }) => ({
    ...line,
    text: text === "one" ? "no" : text === "thre" ? "three" : text,
  }));
  assert.deepEqual(onlyRight(samples, lines, other), [1, 1]);
  assert.equal(scoreLines([], []), null);
});

test("an exercise is solved by the last answer line", () => {
  assert.ok(isSolved("2 + 2 = 4\nAnswer:  4", "4"));
  assert.ok(isSolved("Answer: 5\nno\nAnswer: x = 1  or x = 2", "x = 1 or x = 2"));
  assert.ok(!isSolved("The answer is 4", "4"));
  assert.ok(!isSolved("Answer: 44", "4"));
});

test("documentation is compared by its words", () => {
  const words = "Adds two numbers.\n\n@returns the sum";
  assert.equal(wordsOf("/**\n * Adds two numbers.\n *\n * @returns the sum\n */"), words);
  assert.equal(wordsOf('```python\ndef f():\n    """Adds two\n    numbers."""\n```'), "Adds two\nnumbers.");
  assert.equal(wordsOf("Adds two numbers."), "Adds two numbers.");
  assert.equal(wordsOf("```\n// Adds two numbers.\n```"), "Adds two numbers.");
  assert.equal(wordsOf("/** Adds two num"), "Adds two num");
});
