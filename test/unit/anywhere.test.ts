// Random positions of files for `npm run quality`: the same every time, anywhere, at ends of lines by turns.
import assert from "node:assert/strict";
import { test } from "node:test";
import { positions } from "../bench/anywhere.ts";

const file = (path: string, text: string) => ({
  package: "p",
  workspace: "p",
  path,
  language: "python",
  split: "held-out",
  text,
});
const files = [file("short.py", "x = 1\n"), file("empty.py", ""), file("long.py", "y = 2\n".repeat(100))];
const first = (count: number, seed: number) => positions(files, seed, count);

test("the same seed gives the same positions, another one others", () => {
  assert.deepEqual(first(20, 1), first(40, 1).slice(0, 20));
  assert.notDeepEqual(first(20, 1), first(20, 2));
});

test("every character is as likely as any other, and half of the lines end at the cursor", () => {
  const drawn = first(2_000, 1);
  assert.ok(drawn.every((each) => each.offset >= 0 && each.offset < each.file.text.length));
  assert.equal(drawn.filter(({ atEnd }) => atEnd).length, 1_000);
  const short = drawn.filter(({ file: { path } }) => path === "short.py").length;
  assert.ok(short > 5 && short < 40, `${short} of 2,000 in 1 % of the text`);
  const thirds = [0, 200, 400].map(
    (from) => drawn.filter(({ offset }) => offset >= from && offset < from + 200).length,
  );
  for (const third of thirds) assert.ok(third > 550, `${third} of 2,000 in a third`);
});

test("where there are no files there are no positions", () => {
  assert.deepEqual(positions([], 1, 3), []);
});
