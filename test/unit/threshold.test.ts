// The threshold above which most of what is shown is right, and the names that exist.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isExisting } from "../bench/members.ts";
import type { Cursor } from "../bench/samples.ts";
import type { Line } from "../bench/score.ts";
import { chooseThreshold, halves, withThreshold } from "../bench/threshold.ts";
import { savedPer100, typeAll } from "../bench/typing.ts";

const sample = (i: number): Cursor => ({
  id: `${i}`,
  group: "python",
  kind: "word",
  package: "p",
  workspace: "p",
  path: "p.py",
  language: "python",
  before: "",
  rest: "x",
  after: "",
});

/** Lines that grow less sure by 0.01 each; those that `right` names are right. */
function lines(count: number, right: (i: number) => boolean): Line[] {
  return Array.from({ length: count }, (_, i) => ({
    text: right(i) ? "x" : "y",
    shown: true,
    confidence: -(i + 1) / 100,
    broken: false,
    unclosed: false,
    ms: 1,
  }));
}
const samples = (count: number) => Array.from({ length: count }, (_, i) => sample(i));

test("as low as at least six in ten of what is shown are right", () => {
  const said = lines(100, (i) => i < 30);
  assert.equal(chooseThreshold(samples(100), said), -0.5);
  const shown = withThreshold(said, -0.5).filter((line) => line.shown);
  assert.equal(shown.length, 50);
});

test("too few lines, or too few that are right, give none; what fails the checks does not count", () => {
  assert.equal(
    chooseThreshold(
      samples(10),
      lines(10, () => true),
    ),
    null,
  );
  assert.equal(
    chooseThreshold(
      samples(50),
      lines(50, (i) => i % 2 === 0),
    ),
    null,
  );
  const hidden = lines(100, (i) => i < 30).map((line, i) => ({ ...line, shown: i < 10 }));
  assert.equal(chooseThreshold(samples(100), hidden), null);
});

test("the halves have nothing in common and miss nothing", () => {
  const [one, other] = halves(
    samples(50),
    lines(50, () => true),
  );
  const ids = [...one.samples, ...other.samples].map(({ id }) => id);
  assert.equal(new Set(ids).size, 50);
  assert.deepEqual([one.samples.length, other.samples.length], [26, 24]);
});

test("a name exists when it is one of those that are offered; a text without one says nothing", () => {
  const names = ["map", "mapAll"];
  assert.equal(isExisting("map(x)", { names }), true);
  assert.equal(isExisting("maps", { names }), false);
  assert.equal(isExisting("(x)", { names }), null);
});

test("what is offered is taken where it is what was written, with one key", async () => {
  const right = await typeAll("return a + b;", async (typed) => (typed === 7 ? "a + b;" : null));
  assert.deepEqual(right, { characters: 13, keys: 8, offered: 1, taken: 1 });
  const wrong = await typeAll("abc", async () => "xyz");
  assert.deepEqual(wrong, { characters: 3, keys: 3, offered: 3, taken: 0 });
  assert.equal(savedPer100([right]), (100 * 5) / 13);
  assert.equal(savedPer100([]), null);
});
