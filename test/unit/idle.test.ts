// What can wait is done once nothing has happened for a while. Time here is mocked.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { WhenIdle } from "../../src/idle.ts";

let done: number;
let idle: WhenIdle;
beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  done = 0;
  idle = new WhenIdle(1_000, () => done++);
});

test("it is done once, after a quiet time, for all that ask", () => {
  idle.ask();
  mock.timers.tick(999);
  idle.ask();
  mock.timers.tick(999);
  assert.equal(done, 0);
  mock.timers.tick(1);
  assert.equal(done, 1);
  idle.stir(false);
  mock.timers.tick(10_000);
  assert.equal(done, 1);
});

test("whatever stirs puts it off; while something goes on it is not done", () => {
  idle.ask();
  mock.timers.tick(900);
  idle.stir(true);
  mock.timers.tick(10_000);
  idle.ask();
  mock.timers.tick(10_000);
  assert.equal(done, 0);
  idle.stir(false);
  mock.timers.tick(1_000);
  assert.equal(done, 1);
});

test("nobody asks, or not any more: nothing is done", () => {
  idle.stir(false);
  mock.timers.tick(10_000);
  idle.ask();
  idle.stir(true);
  idle.forget();
  mock.timers.tick(10_000);
  assert.equal(done, 0);
  idle.ask();
  mock.timers.tick(1_000);
  assert.equal(done, 1);
});
