// How many tokens a run may read and what one row more costs, by what runs have taken.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Speed } from "../../server/engine/speed.ts";

test("a run reads as many tokens as fit into 50 ms, from 32 to 64", () => {
  const speed = new Speed();
  for (let i = 0; i < 40; i++) speed.took(speed.chunk, speed.chunk);
  assert.ok(Math.abs(speed.chunk - 50) <= 2, `${speed.chunk}`);
  for (let i = 0; i < 40; i++) speed.took(speed.chunk, 4 * speed.chunk);
  assert.equal(speed.chunk, 32);
  for (let i = 0; i < 40; i++) speed.took(speed.chunk, speed.chunk / 4);
  assert.equal(speed.chunk, 64);
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
  assert.deepEqual([speed.chunk, speed.costOfRow], [16, first]);
});
