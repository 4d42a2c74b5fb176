// What is guessed comes from the longest match of the text's end, and of its places the one on which most agree; drafts grow and
// shrink with what came of them and with what a row costs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts, History, lookUp, Odds } from "../../server/engine/drafts.ts";

/** Where all of the text was read. */
const find = (text: readonly number[], others: readonly (readonly number[])[] = []) =>
  lookUp(text, text.length, others);
const cheap = 0.08;

test("what followed the same two tokens before is guessed, the latest of equals", () => {
  assert.deepEqual(find([1, 2, 3, 8, 1, 2, 4, 9, 1, 2]), { token: 4, kind: "few read 2-3" });
});

test("what followed most often wins over what followed last", () => {
  assert.deepEqual(find([1, 2, 3, 1, 2, 3, 1, 2, 4, 1, 2]), { token: 3, kind: "most read 2-3" });
  assert.deepEqual(find([1, 2, 3, 5, 2, 3, 6, 2]), { token: 3, kind: "all read 1" });
});

test("a longer match wins over a later one, and over many", () => {
  assert.deepEqual(find([7, 1, 2, 3, 8, 1, 2, 4, 9, 1, 2, 4, 7, 1, 2]), { token: 3, kind: "one read 2-3" });
  assert.equal(find([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5])?.kind, "one read 4-7");
  assert.equal(find([1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8])?.kind, "one read 8");
});

test("where nothing was written before that ends so, nothing is guessed", () => {
  assert.deepEqual(find([1, 2, 3, 4, 2]), { token: 3, kind: "one read 1" }, "one token is a match");
  assert.equal(find([1, 2, 3, 4, 5]), null);
  assert.equal(find([]), null);
  assert.equal(find([1, 2], [[1, 2]]), null, "a match at the very end of a text guesses nothing");
});

test("what was written here before is looked through too, and the text itself comes first", () => {
  assert.deepEqual(find([5, 1, 2], [[1, 2, 3, 4]]), { token: 3, kind: "one written 2-3" });
  assert.equal(find([1, 2, 6, 1, 2], [[1, 2, 3, 4]])?.token, 6);
  assert.equal(lookUp([1, 2, 6, 1, 2], 2, [])?.kind, "one written 2-3", "behind what was read the model wrote");
});

test("a draft ends where another text begins", () => {
  assert.equal(find([5, 1], [[1, -1, 7, 1, 3]])?.token, 3);
  assert.deepEqual(new Drafts(2, [[1, 2, -1, 7]], new Odds()).next([5, 1], 9, cheap), [2]);
});

test("what follows the end of the text is not asked, nor what comes behind the end itself", () => {
  const others = [[1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]];
  const draft = (end: number) => new Drafts(1, others, new Odds(), (token) => token === end).next([1], 9, cheap);
  assert.deepEqual(draft(-2).slice(0, 4), [2, 3, 4, 5]);
  assert.deepEqual(draft(4), [2, 3]);
  assert.deepEqual(draft(2), []);
});

test("drafts get longer while they come true and shorter when they do not", () => {
  const text = Array.from({ length: 60 }, (_, i) => i % 20);
  const drafts = new Drafts(text.length, [], new Odds());
  const draft = (most = 99) => drafts.next(text, most, cheap);
  for (let i = 0; i < 12; i++) drafts.heard(draft().length, draft().length);
  assert.deepEqual(draft(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], "no run gets longer than this");
  assert.equal(draft(3).length, 3, "never more than is asked for");
  const lengths = [];
  for (let i = 0; i < 60; i++) {
    lengths.push(draft().length);
    drafts.heard(0, 99);
  }
  assert.deepEqual(
    lengths,
    lengths.toSorted((a, b) => b - a),
  );
  assert.ok(lengths.at(-1)! <= 1, lengths.join());
  const last = draft().length;
  drafts.next([1, 2, 3], 99, cheap);
  drafts.heard(0, 4);
  assert.equal(draft().length, last, "no guess, no lesson");
});

test("what was not guessed is learnt from as well", () => {
  const drafts = new Drafts(4, [], new Odds());
  const draft = () => drafts.next([1, 2, 1, 3, 1], 1, cheap);
  assert.deepEqual(draft(), [3], "the latest of two, and a row costs little");
  for (let i = 0; i < 9; i++) {
    draft();
    drafts.heard(0, 99);
  }
  assert.deepEqual(draft(), []);
  for (let i = 0; i < 40; i++) {
    draft();
    drafts.heard(0, 3);
  }
  assert.deepEqual(draft(), [3], "it came though nobody had guessed it");
});

test("where a row costs more, drafts are shorter", () => {
  const text = Array.from({ length: 60 }, (_, i) => i % 20);
  const length = (cost: number) => new Drafts(text.length, [], new Odds()).next(text, 99, cost).length;
  assert.ok(length(0.05) > length(0.2), `${length(0.05)} and ${length(0.2)}`);
  assert.ok(length(0.2) > length(0.6), `${length(0.2)} and ${length(0.6)}`);
});

test("a place on which more agree is trusted with a longer draft", () => {
  const once = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  const after = (...others: number[][]) => new Drafts(1, others, new Odds()).next([1], 99, 0.16).length;
  assert.ok(after(once) < after([...once, 99, ...once]), `${after(once)} and ${after([...once, 99, ...once])}`);
});

test("what each expert has written last is kept, up to 2,048 tokens, text by text, and its odds", () => {
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
  history.odds("docs").heard("one read 1", true);
  assert.ok(history.odds("docs").chance("one read 1") > history.odds("code").chance("one read 1"));
});
