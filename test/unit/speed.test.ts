// How many tokens a run may read and what one row more costs, by what runs have taken.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Speed } from "../../server/engine/speed.ts";

test("a run reads as many tokens as fit into 50 ms, from 32 to 64, and four times as many where somebody waits", () => {
  const speed = new Speed();
  /** Tokens of a run of a short text, when some runs have taken so many ms a token. */
  const after = (ms: number) => {
    for (let i = 0; i < 40; i++) speed.took(40, 40 * ms);
    return [speed.chunk(100, false), speed.chunk(100, true)];
  };
  assert.deepEqual(after(1), [50, 128]);
  assert.deepEqual(after(2), [32, 100]);
  assert.deepEqual(after(8), [32, 32]);
  assert.deepEqual(after(0.25), [64, 128]);
});

test("the longer the text, the fewer tokens a run reads of it", () => {
  const speed = new Speed();
  assert.deepEqual(
    [512, 1024, 2048, 4096].map((tokens) => speed.chunk(tokens, true)),
    [128, 64, 32, 32],
  );
});

test("who waits waits for as many tokens of a prompt that has a shorter one as are read in 280 ms, from 64 to 256", () => {
  const speed = new Speed();
  const after = (ms: number) => {
    for (let i = 0; i < 40; i++) speed.took(40, 40 * ms);
    return speed.mostWaitedFor;
  };
  assert.equal(speed.mostWaitedFor, 256);
  assert.deepEqual([after(1), after(2), after(8)], [256, 140, 64]);
});

test("what one row more costs is learnt from runs of few rows, in runs of one", () => {
  const speed = new Speed();
  const first = speed.costOfRow;
  speed.took(4, 100);
  assert.equal(speed.costOfRow, first, "not before there was a run of one row");
  for (let i = 0; i < 40; i++) {
    speed.took(1, 25);
    speed.took(5, 41);
    speed.took(40, 400);
  }
  assert.ok(Math.abs(speed.costOfRow - 0.16) < 0.001, `${speed.costOfRow}`);
  for (let i = 0; i < 40; i++) speed.took(2, 1);
  assert.ok(speed.costOfRow >= 0.03 && speed.costOfRow < 0.031, "a run of more rows is never taken for free");
});

test("where nothing may depend on time, nothing does", () => {
  const speed = new Speed(16);
  const first = speed.costOfRow;
  for (let i = 0; i < 9; i++) {
    speed.took(1, 10);
    speed.took(4, 100);
    speed.took(16, 1_000);
  }
  assert.deepEqual(
    [speed.chunk(100, true), speed.chunk(4096, false), speed.costOfRow, speed.mostWaitedFor],
    [16, 16, first, 256],
  );
});
