// When the engine gives back memory that it needs no more.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Garbage } from "../../server/engine/garbage.ts";

let trimmed = 0;
const garbageOf = () => new Garbage(() => trimmed++);

beforeEach(() => {
  trimmed = 0;
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
});

test("what is free is given back after a second of rest, once", () => {
  const garbage = garbageOf();
  garbage.empty();
  trimmed = 0;
  garbage.busy();
  garbage.idle();
  mock.timers.tick(200);
  mock.timers.tick(799);
  assert.equal(trimmed, 0);
  mock.timers.tick(1);
  assert.equal(trimmed, 1);
  mock.timers.tick(60_000);
  assert.equal(trimmed, 1);
});

test("work puts it off, but not for longer than ten seconds", () => {
  const garbage = garbageOf();
  garbage.empty();
  trimmed = 0;
  for (let half = 1; half <= 20; half++) {
    garbage.busy();
    garbage.idle();
    mock.timers.tick(500);
  }
  assert.equal(trimmed, 0);
  garbage.busy();
  mock.timers.tick(5_000);
  assert.equal(trimmed, 0, "in the middle of work");
  garbage.idle();
  assert.equal(trimmed, 1);
});

test("arrays that runs have left behind are collected", async () => {
  const garbage = garbageOf();
  garbage.empty();
  const arrays = () => process.memoryUsage().arrayBuffers;
  const before = arrays();
  const outputs = Array.from({ length: 8 }, () => new Uint8Array(1 << 20));
  const most = arrays();
  outputs.length = 0;
  garbage.idle();
  mock.timers.tick(200);
  // V8 sweeps them in a thread of its own.
  for (let turn = 0; turn < 1_000 && arrays() > most - (8 << 20); turn++) await new Promise(setImmediate);
  assert.ok(arrays() <= most - (8 << 20), `${before}, ${most}, ${arrays()}`);
});
