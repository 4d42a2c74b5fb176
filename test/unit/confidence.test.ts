// How sure the model is of a text: the mean over its own tokens, and what the setting makes of a threshold.
import assert from "node:assert/strict";
import { test } from "node:test";
import { confidence, leastConfidence, leastWord, sureWords } from "../../server/confidence.ts";

const tokens = [
  { id: 0, text: "", logProbability: -9 },
  { id: 0, text: "a +", logProbability: -0.5 },
  { id: 0, text: " b", logProbability: -0.1 },
  { id: 0, text: ";\n", logProbability: -0.3 },
  { id: 0, text: "next", logProbability: -4 },
];
const continuation = { text: "a + b;\nnext", tokens, stop: "stop" } as const;
const near = (actual: number | null, expected: number) => assert.ok(Math.abs(actual! - expected) < 1e-9, `${actual}`);

test("only the tokens of the text count, not what heals nor what was cut off", () => {
  near(confidence(continuation, "a + b;"), -0.3);
  near(confidence(continuation, "a + b"), -0.3);
  near(confidence(continuation, "a +"), -0.5);
  near(confidence(continuation, "a + b;\n    next"), -4.9 / 4);
  assert.equal(confidence(continuation, ""), null);
});

test("the setting moves the threshold, and all withholds nothing", () => {
  assert.equal(leastConfidence(-0.4, "balanced"), -0.4);
  assert.ok(leastConfidence(-0.4, "few") > -0.4);
  assert.ok(leastConfidence(-0.4, "many") < -0.4);
  assert.equal(leastConfidence(-0.4, "all"), Number.NEGATIVE_INFINITY);
});

test("words are kept as long as each is sure by itself", () => {
  const prose = {
    text: " of the parser's state, or so",
    stop: "stop",
    tokens: [
      { id: 0, text: " of the", logProbability: -0.2 },
      { id: 0, text: " pars", logProbability: -0.4 },
      { id: 0, text: "er's", logProbability: -0.2 },
      { id: 0, text: " state,", logProbability: -0.1 },
      { id: 0, text: " or", logProbability: -1.5 },
      { id: 0, text: " so", logProbability: -0.1 },
    ],
  } as const;
  assert.equal(sureWords(prose, prose.text, leastWord("balanced")), " of the parser's state,");
  assert.equal(sureWords(prose, prose.text, -0.5), " of the", "a word of two tokens is as likely as both together");
  assert.equal(sureWords(prose, " of the parser", leastWord("balanced")), " of the parser");
  assert.equal(sureWords(prose, prose.text, leastWord("all")), prose.text);
  assert.equal(sureWords(prose, "changed", -0.1), "changed", "what the model did not write is left as it is");
  assert.equal(sureWords(prose, prose.text, -0.1), "");
  const half = { ...prose, stop: "length" } as const;
  assert.equal(sureWords(half, " of the parser'", -0.5), " of the", "what was cut off a word counts");
  assert.ok(leastWord("few") > leastWord("balanced") && leastWord("many") < leastWord("balanced"));
});
