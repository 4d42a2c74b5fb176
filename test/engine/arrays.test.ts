// Large arrays: where they lie, and that their memory is given back without waiting for V8 to collect it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { release } from "../../server/engine/arrays.ts";

test("A released array is empty, and its memory is free at once", () => {
  const before = process.memoryUsage().arrayBuffers;
  const array = new Float32Array(1 << 20);
  assert.ok(process.memoryUsage().arrayBuffers >= before + (4 << 20));
  release(array);
  assert.equal(array.length, 0);
  assert.ok(process.memoryUsage().arrayBuffers < before + (1 << 20));
});

test("A view's whole array is released", () => {
  const array = new Float32Array(1000);
  const view = array.subarray(10, 20);
  release(view);
  assert.equal(array.length, 0);
});
