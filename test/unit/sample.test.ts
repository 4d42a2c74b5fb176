// From logits to tokens.
import assert from "node:assert/strict";
import { test } from "node:test";
import { draw, likeliest, logSumExp, uniforms } from "../../server/engine/sample.ts";

test("greedy choice breaks ties to the lowest id and keeps to what is allowed", () => {
  const logits = Float32Array.of(1, 3, 3, 2, 3);
  assert.deepEqual(likeliest(logits, null, 1), [1]);
  assert.deepEqual(likeliest(logits, null, 4), [1, 2, 4, 3]);
  assert.deepEqual(likeliest(logits, [4, 0, 3], 2), [4, 3]);
  assert.deepEqual(likeliest(logits, [4, 2], 1), [2]);
  assert.deepEqual(likeliest(logits, [], 1), []);
});

test("log-sum-exp does not overflow", () => {
  assert.ok(Math.abs(logSumExp(Float32Array.of(1000, 1000)) - (1000 + Math.log(2))) < 1e-3);
  assert.ok(Math.abs(logSumExp(Float32Array.of(0, Math.log(3))) - Math.log(4)) < 1e-6);
});

test("drawing follows the distribution, and the seed alone", () => {
  const logits = Float32Array.of(0, Math.log(3), -Infinity);
  const counts = [0, 0, 0];
  const uniform = uniforms(7);
  for (let i = 0; i < 4000; i++) counts[draw(logits, null, 1, uniform())]!++;
  assert.equal(counts[2], 0);
  assert.ok(Math.abs(counts[1]! / 4000 - 0.75) < 0.03, String(counts));
  assert.equal(draw(logits, [0], 1, 0.99), 0);
  const again = uniforms(7);
  const first = uniforms(7);
  for (let i = 0; i < 10; i++) assert.equal(again(), first());
});
