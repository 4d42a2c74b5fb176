// From log-probabilities to tokens.
import assert from "node:assert/strict";
import { test } from "node:test";
import { draw, likeliest, uniforms } from "../../server/engine/sample.ts";

const only = (...among: number[]) => ({ among, isBarred: null });

test("greedy choice breaks ties to the lowest id and keeps to what is allowed", () => {
  const row = Float32Array.of(1, 3, 3, 2, 3);
  assert.deepEqual(likeliest(row, null, 1), [1]);
  assert.deepEqual(likeliest(Float32Array.of(-Infinity, -Infinity), null, 1), [0]);
  assert.deepEqual(likeliest(row, null, 4), [1, 2, 4, 3]);
  assert.deepEqual(likeliest(row, only(4, 0, 3), 2), [4, 3]);
  assert.deepEqual(likeliest(row, only(4, 2), 1), [2]);
  assert.deepEqual(likeliest(row, only(), 1), []);
  assert.deepEqual(likeliest(row, { among: null, isBarred: (token) => token === 1 }, 2), [2, 4]);
  assert.deepEqual(likeliest(row, { among: [4, 0, 3], isBarred: (token) => token > 3 }, 2), [3, 0]);
});

test("drawing follows the distribution, and the seed alone", () => {
  const row = Float32Array.of(0, Math.log(3), -Infinity);
  const counts = [0, 0, 0];
  const uniform = uniforms(7);
  for (let i = 0; i < 4000; i++) counts[draw(row, null, 1, uniform())]!++;
  assert.equal(counts[2], 0);
  assert.ok(Math.abs(counts[1]! / 4000 - 0.75) < 0.03, String(counts));
  assert.equal(draw(row, only(0), 1, 0.99), 0);
  assert.equal(draw(row, { among: null, isBarred: (token) => token === 1 }, 1, 0.99), 0);
  const again = uniforms(7);
  const first = uniforms(7);
  for (let i = 0; i < 10; i++) assert.equal(again(), first());
});
