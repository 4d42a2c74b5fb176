// Number formats: GGUF blocks against values worked out by hand, and the error of 8-bit blocks.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHalf } from "../../server/model/half.ts";
import {
  BLOCK,
  blockType,
  repackQ40,
  repackQ80,
  spread,
  spreading,
  toBlocks,
  toNibbles,
} from "../../server/model/quantize.ts";

const view = (bytes: readonly number[]) => new DataView(Uint8Array.from(bytes).buffer);

function decoded(id: number, bytes: readonly number[], count: number): number[] {
  const out = new Float32Array(count);
  blockType(id, "a tensor").decode(view(bytes), out);
  return [...out];
}

describe("GGUF blocks", () => {
  test("half precision: normal, subnormal, infinite, signed", () => {
    assert.equal(fromHalf(0x3c00), 1);
    assert.equal(fromHalf(0xc000), -2);
    assert.equal(fromHalf(0x3555), 0.333251953125);
    assert.equal(fromHalf(0x0001), 2 ** -24);
    assert.equal(fromHalf(0x03ff), 1023 * 2 ** -24);
    assert.equal(fromHalf(0x7bff), 65504);
    assert.equal(fromHalf(0xfc00), Number.NEGATIVE_INFINITY);
    assert.ok(Object.is(fromHalf(0x8000), -0));
    assert.ok(Number.isNaN(fromHalf(0x7e00)));
  });

  test("F32 and F16", () => {
    assert.deepEqual(decoded(0, [0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0], 2), [1.5, -2]);
    assert.deepEqual(decoded(1, [0x00, 0x3c, 0x00, 0xc0], 2), [1, -2]);
  });

  const nibbles = Array.from({ length: 16 }, (_, i) => i | ((15 - i) << 4));
  const low = Array.from({ length: 16 }, (_, i) => i);
  const high = low.map((i) => 15 - i);

  test("Q4_0: low nibbles first, 8 is zero", () => {
    const values = decoded(2, [0x00, 0x38, ...nibbles], 32);
    assert.deepEqual(
      values,
      [...low, ...high].map((q) => (q - 8) / 2),
    );
  });

  test("Q4_1: scale and minimum", () => {
    const values = decoded(3, [0x00, 0x38, 0x00, 0xc0, ...nibbles], 32);
    assert.deepEqual(
      values,
      [...low, ...high].map((q) => q / 2 - 2),
    );
  });

  test("Q8_0: signed bytes", () => {
    const quants = Array.from({ length: 32 }, (_, i) => (i * 8 - 128) & 255);
    const values = decoded(8, [0x00, 0x38, ...quants], 32);
    assert.deepEqual(
      values,
      Array.from({ length: 32 }, (_, i) => (i * 8 - 128) / 2),
    );
  });

  test("an unknown format is refused with the ones that are known", () => {
    assert.throws(() => blockType(19, "tensor x"), /tensor x has number format 19.*F32, F16, Q4_0, .*Q4_K/);
  });
});

describe("8-bit blocks", () => {
  const values = Float32Array.from({ length: 4 * BLOCK }, (_, i) => Math.sin(i * 12.9898) * 10 ** (i >> 5));

  test("are off by at most half a step, a 254th of the block's largest magnitude", () => {
    const { quants, scales } = toBlocks(values, BLOCK, "x");
    for (const [i, value] of values.entries()) {
      const block = values.subarray(i - (i % BLOCK), i - (i % BLOCK) + BLOCK);
      const largest = Math.max(...[...block].map(Math.abs));
      const back = (quants[i]! - 128) * scales[Math.floor(i / BLOCK)]!;
      assert.ok(Math.abs(back - value) <= (largest / 254) * 1.0001, `value ${i}: ${value} became ${back}`);
    }
  });

  test("of zeros, or of numbers too small to scale, are zeros", () => {
    assert.ok(toBlocks(new Float32Array(BLOCK), BLOCK, "x").quants.every((quant) => quant === 128));
    assert.ok(toBlocks(new Float32Array(BLOCK).fill(1e-42), BLOCK, "x").quants.every((quant) => quant === 128));
  });

  test("of infinite or undefined values are refused", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(
        () => toBlocks(new Float32Array(BLOCK).fill(1).fill(bad, 3, 4), BLOCK, "x"),
        /x holds infinite or undefined/,
      );
    }
  });

  test("take Q8_0 over exactly", () => {
    const raw = view([0x00, 0x38, ...Array.from({ length: 32 }, (_, i) => (i * 8 - 128) & 255)]);
    const { quants, scales } = repackQ80(raw);
    assert.deepEqual([...scales], [0.5]);
    assert.deepEqual(
      [...quants],
      Array.from({ length: 32 }, (_, i) => i * 8),
    );
  });
});

describe("spreading", () => {
  const values = Float32Array.from({ length: 3 * BLOCK }, (_, i) => Math.sin(i * 12.9898) * (i === 40 ? 1000 : 1));
  const product = (one: Float32Array, other: Float32Array) => one.reduce((sum, each, i) => sum + each * other[i]!, 0);

  test("keeps the products of vectors, and undoes itself", () => {
    const others = Float32Array.from(values, (_, i) => Math.cos(i * 78.233));
    const [one, other] = [spread(values.slice()), spread(others.slice())];
    assert.ok(Math.abs(product(one, other) - product(values, others)) < 1e-3);
    for (const [i, value] of spread(one).entries()) assert.ok(Math.abs(value - values[i]!) < 1e-3, `value ${i}`);
  });

  test("leaves nothing that stands out of its block", () => {
    const block = spread(values.slice()).subarray(BLOCK, 2 * BLOCK);
    const [least, most] = [Math.min(...block.map(Math.abs)), Math.max(...block.map(Math.abs))];
    assert.ok(most < 1.1 * least, `${least} to ${most}`);
  });

  test("is a product with a matrix, as the graphs have it", () => {
    const matrix = spreading();
    const block = values.slice(0, BLOCK);
    const wanted = Array.from({ length: BLOCK }, (_, column) =>
      block.reduce((sum, each, row) => sum + each * matrix[row * BLOCK + column]!, 0),
    );
    for (const [i, value] of spread(block.slice()).entries()) assert.ok(Math.abs(value - wanted[i]!) < 1e-5);
  });
});

describe("4-bit blocks", () => {
  const columns = 3 * BLOCK;
  const values = Float32Array.from({ length: 2 * columns }, (_, i) => Math.sin(i * 12.9898) + (i >> 5) / 3);

  /** What the runtime reads: the quant less its block's zero point, times the block's scale. */
  function back({ quants, scales, zeros }: ReturnType<typeof toNibbles>): number[] {
    const perRow = columns / BLOCK;
    return Array.from({ length: 2 * quants.length }, (_, i) => {
      const quant = (quants[i >> 1]! >> (4 * (i & 1))) & 15;
      const block = Math.floor(i / BLOCK);
      const inRow = block % perRow;
      const zero = (zeros[Math.floor(block / perRow) * 2 + (inRow >> 1)]! >> (4 * (inRow & 1))) & 15;
      return (quant - zero) * scales[block]!;
    });
  }

  test("are off by at most one step, a fifteenth between the block's least and largest value and 0", () => {
    const blocks = toNibbles(values, columns, "x");
    assert.equal(blocks.zeros.length, 4);
    for (const [i, value] of back(blocks).entries()) {
      assert.ok(Math.abs(value - values[i]!) <= blocks.scales[Math.floor(i / BLOCK)]! * 1.001, `${i}: ${value}`);
    }
  });

  test("of zeros are zeros; of infinite or undefined values are refused", () => {
    assert.ok(back(toNibbles(new Float32Array(2 * columns), columns, "x")).every((value) => value === 0));
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(
        () => toNibbles(new Float32Array(columns).fill(bad, 3, 4), columns, "x"),
        /x holds infinite or undef/,
      );
    }
  });

  test("take Q4_0 over exactly", () => {
    const bytes = Array.from({ length: 6 * 18 }, (_, i) => (i % 18 === 0 ? 0 : i % 18 === 1 ? 0x38 : (i * 37) & 255));
    const want = new Float32Array(6 * BLOCK);
    blockType(2, "x").decode(view(bytes), want);
    assert.deepEqual(back(repackQ40(view(bytes), columns)), [...want]);
  });
});
