// Pauses between restarts, and the end of patience.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff, memory } from "../../src/backoff.ts";

test("four crashes within three minutes are followed by longer and longer pauses, the fifth by none", () => {
  const backoff = new Backoff();
  const pauses = [0, 1, 2, 3, 4].map((crash) => backoff.next(crash * 30_000));
  assert.deepEqual(pauses, [0, 1_000, 5_000, 15_000, null]);
});

test("crashes are forgotten after three minutes", () => {
  const backoff = new Backoff();
  for (const now of [0, 1, 2, 3]) backoff.next(now);
  assert.equal(backoff.next(memory + 1), 5_000, "the first two are forgotten, two are left");
});

test("a restart that the user asks for starts from the beginning", () => {
  const backoff = new Backoff();
  for (const now of [0, 1, 2, 3, 4]) backoff.next(now);
  backoff.forget();
  assert.equal(backoff.next(5), 0);
});
