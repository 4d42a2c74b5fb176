// What is guessed comes from the longest, latest match of the text's end; guesses grow and shrink with what came of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts, lookUp as find, History } from "../../server/engine/drafts.ts";

const lookUp = (...asked: Parameters<typeof find>) => find(...asked).tokens;

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

test("the length of the match is told, and a guess ends where another text begins", () => {
  assert.deepEqual(find([1, 2, 3, 9, 1, 2], [], 3), { length: 2, tokens: [3, 9, 1] });
  assert.deepEqual(find([5, 1], [[1, 2, -1, 7]], 3), { length: 1, tokens: [2] });
  assert.deepEqual(find([5, 1], [[1, -1, 1, 3]], 3), { length: 1, tokens: [3] }, "a text's end guesses nothing");
  assert.deepEqual(find([5], [[6, 7]], 3), { length: 0, tokens: [] });
});

test("guesses get longer while they come true and shorter when they do not", () => {
  const text = Array.from({ length: 60 }, (_, i) => i % 20);
  const drafts = new Drafts([]);
  const length = () => drafts.next(text, 99).length;
  for (let i = 0; i < 8; i++) drafts.heard(length(), length());
  assert.equal(length(), 16, "no run gets longer than this");
  const lengths = [];
  for (let i = 0; i < 12; i++) {
    lengths.push(length());
    drafts.heard(0, length());
  }
  assert.deepEqual(
    lengths,
    lengths.toSorted((a, b) => b - a),
  );
  assert.ok(lengths.at(-1)! <= 1, lengths.join());
  const last = length();
  drafts.heard(0, 0);
  assert.equal(length(), last, "no guess, no lesson");
  assert.equal(new Drafts([]).next(text, 1).length, 1, "never more than is asked for");
});

test("a longer match is trusted with a longer guess", () => {
  const others = [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]];
  const after = (...text: number[]) => new Drafts(others).next(text, 99).length;
  assert.ok(after(99, 2) < after(1, 2, 3), `${after(99, 2)} and ${after(1, 2, 3)}`);
  assert.ok(after(1, 2, 3) < after(1, 2, 3, 4, 5), `${after(1, 2, 3)} and ${after(1, 2, 3, 4, 5)}`);
});

test("what each expert has written last is kept, up to 2,048 tokens, text by text", () => {
  const history = new History();
  history.add("docs", [1, 2]);
  history.add("code", [3]);
  history.add("docs", [4]);
  assert.deepEqual(history.of("docs"), [1, 2, -1, 4, -1]);
  assert.deepEqual([history.of("code"), history.of("math")], [[3, -1], []]);
  for (let i = 0; i < 300; i++)
    history.add(
      "docs",
      Array.from({ length: 9 }, () => i),
    );
  assert.equal(history.of("docs").length, 2048);
  assert.equal(history.of("docs").at(-2), 299);
});
