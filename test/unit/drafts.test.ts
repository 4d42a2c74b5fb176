// What is guessed comes from the longest, latest match of the text's end; guesses grow and shrink with what came of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts, lookUp } from "../../server/engine/drafts.ts";

test("what followed the same two tokens before is guessed, the latest of equals", () => {
  assert.deepEqual(lookUp([1, 2, 3, 9, 1, 2, 4, 9, 1, 2], [], 2), [4, 9]);
});

test("a longer match wins over a later one", () => {
  assert.deepEqual(lookUp([7, 1, 2, 3, 8, 1, 2, 4, 7, 1, 2], [], 1), [3]);
});

test("where nothing was written before that ends so, nothing is guessed", () => {
  assert.deepEqual(lookUp([1, 2, 3, 4, 2], [], 2), [3, 4], "one token is a match");
  assert.deepEqual(lookUp([1, 2, 3, 4, 5], [], 4), []);
  assert.deepEqual(lookUp([], [], 4), []);
});

test("what was written here before is looked through too, and the text itself comes first", () => {
  assert.deepEqual(lookUp([5, 1, 2], [[1, 2, 3, 4]], 3), [3, 4]);
  assert.deepEqual(lookUp([1, 2, 6, 1, 2], [[1, 2, 3, 4]], 3), [6, 1, 2]);
});

test("a match at the very end of the text is the end itself and guesses nothing", () => {
  assert.deepEqual(lookUp([1, 2], [[1, 2]], 3), []);
});

test("guesses get longer while they come true and shorter when they do not", () => {
  const text = Array.from({ length: 40 }, (_, i) => i % 20);
  const drafts = new Drafts([]);
  const length = () => drafts.next(text, 99).length;
  assert.equal(length(), 3);
  drafts.heard(3, 3);
  assert.equal(length(), 6);
  drafts.heard(6, 6);
  drafts.heard(12, 12);
  drafts.heard(16, 16);
  assert.equal(length(), 16, "no run gets longer than this");
  drafts.heard(3, 16);
  assert.equal(length(), 4);
  drafts.heard(0, 4);
  assert.equal(length(), 1);
  drafts.heard(0, 0);
  assert.equal(length(), 1, "no guess, no lesson");
  assert.deepEqual(drafts.next(text, 1), [0], "never more than is asked for");
});
