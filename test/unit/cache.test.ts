// Keys, values and hidden states: growing keeps rows, rewinding forgets them, the budget drops the sequence not used longest.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Cache, LayerCache, Sequence } from "../../server/engine/cache.ts";
import type { Part } from "../../server/model/manifest.ts";

const shape = { hidden: 4, heads: 2, kvHeads: 2, headSize: 3, vocabulary: 10, context: 4096 };
const common = { format: 1, precision: "f32", shape, parameters: 1, files: {}, backbone: "" } as const;
const backbone: Part = { ...common, kind: "backbone", id: "backbone", key: "backbone", layers: [0, 2] };
const expert = (id: string): Part => ({ ...common, kind: "expert", id, key: id, layers: [2, 3] });
const [code, math] = [expert("code"), expert("math")];

/** The numbers of `count` rows of a slot, which name slot, row and place. */
function rows(slot: number, first: number, count: number): number[] {
  const size = shape.kvHeads * shape.headSize;
  return Array.from(
    { length: count * size },
    (_, i) => slot * 10_000 + first * 10 + Math.floor(i / size) * 10 + (i % size),
  );
}

function check(cache: LayerCache, length: number, slots: number): void {
  assert.equal(cache.length, length);
  for (let slot = 0; slot < slots; slot++) assert.deepEqual([...cache.rows(slot)], rows(slot, 0, length));
}

function append(cache: LayerCache, count: number, slots: number): void {
  const each = Array.from({ length: slots }, (_, slot) => rows(slot, cache.length, count));
  cache.append(count, Float32Array.from(each.flat()));
}

test("a layer cache keeps its rows through growth and rewinding", () => {
  const cache = new LayerCache(backbone);
  for (const count of [5, 128, 1, 600]) append(cache, count, 4);
  check(cache, 734, 4);
  cache.rewind(7);
  append(cache, 2, 4);
  check(cache, 9, 4);
  cache.rewind(100);
  assert.equal(cache.length, 9);
});

test("of rows that were read together the first are kept, and the output for the last row only while it is that", () => {
  const cache = new LayerCache(backbone);
  append(cache, 3, 4);
  // Two rows and a third that belongs to another text.
  const each = Array.from({ length: 4 }, (_, slot) => [...rows(slot, 3, 2), ...rows(9, 0, 1)]);
  cache.append(2, Float32Array.from(each.flat()), 3);
  check(cache, 5, 4);
  cache.last = Float32Array.of(1);
  cache.rewind(5);
  assert.ok(cache.last);
  cache.rewind(4);
  assert.equal(cache.last, null);
  cache.last = Float32Array.of(1);
  append(cache, 1, 4);
  assert.equal(cache.last, null);
});

test("rows take half the memory but where all is exact, and what was written counts until the cache grows", () => {
  const exact = new LayerCache(backbone);
  const half = new LayerCache({ ...backbone, precision: "q8" });
  exact.append(3, new Float32Array(4 * 3 * 6));
  half.append(3, new Uint16Array(4 * 3 * 6));
  assert.equal(exact.bytes, 4 * 3 * 6 * 4);
  assert.equal(half.bytes, exact.bytes / 2);
  half.rewind(1);
  assert.equal(half.bytes, exact.bytes / 2);
  half.reserve(100_000);
  assert.equal(half.bytes, exact.bytes / 2 / 3);
});

test("a sequence rewinds to the longest common prefix, its experts with it", () => {
  const sequence = new Sequence(backbone);
  sequence.append([1, 2, 3, 4], new Float32Array(16).fill(1));
  append(sequence.backbone, 4, 4);
  append(sequence.expert(code), 3, 2);
  append(sequence.expert(math), 1, 2);
  assert.equal(sequence.rewindTo([1, 2, 9]), 2);
  assert.deepEqual(sequence.tokens, [1, 2]);
  assert.equal(sequence.backbone.length, 2);
  assert.equal(sequence.expert(code).length, 2);
  assert.equal(sequence.expert(math).length, 1);
  sequence.append([5], Float32Array.of(5, 5, 5, 5));
  assert.deepEqual(sequence.hidden.subarray(0, 12), Float32Array.of(1, 1, 1, 1, 1, 1, 1, 1, 5, 5, 5, 5));
});

test("over budget, the sequence not used for longest goes, but never one that is kept", () => {
  const made: Sequence[] = [];
  const cache = new Cache(() => {
    const sequence = new Sequence(backbone);
    sequence.append([1], new Float32Array(4));
    made.push(sequence);
    return sequence;
    // Bytes: two of them fit.
  }, 40);
  const none = new Set<string>();
  const a = cache.use("a", none);
  cache.use("b", none);
  cache.use("a", none);
  cache.use("c", none);
  assert.equal(cache.use("a", none), a);
  assert.equal(made.length, 3);
  cache.use("b", new Set(["a"]));
  assert.equal(made.length, 4, "b had been dropped");
  cache.use("d", new Set(["a"]));
  assert.equal(cache.use("a", none), a, "a was kept");
});

test("a new sequence takes over what another one has read of its tokens, with the rows of the expert that is asked", () => {
  const cache = new Cache(() => new Sequence(backbone), 1e9);
  const none = new Set<string>();
  const tokens = Array.from({ length: 200 }, (_, i) => i);
  const donor = cache.use("donor", none);
  donor.append(
    tokens,
    Float32Array.from({ length: 800 }, (_, i) => i),
  );
  append(donor.backbone, 200, 4);
  append(donor.expert(code), 150, 2);
  append(donor.expert(math), 200, 2);
  const other = cache.use("other", none);
  other.append(tokens.slice(0, 20), new Float32Array(80));
  append(other.backbone, 20, 4);

  const asked = [...tokens.slice(0, 120), 999, ...tokens.slice(121)];
  assert.equal(cache.longest(asked), 120);
  assert.equal(cache.longest([7]), 0);
  const own = cache.use("own", none);
  assert.equal(cache.share(own, asked, code), 120);
  assert.deepEqual(own.tokens, tokens.slice(0, 120));
  check(own.backbone, 120, 4);
  check(own.expert(code), 120, 2);
  assert.equal(own.followed("math"), 0, "only the expert that is asked");
  assert.deepEqual(own.hidden.subarray(0, 480), donor.hidden.subarray(0, 480));
  assert.equal(donor.tokens.length, 200, "the other one keeps its own");

  append(own.backbone, 1, 4);
  own.append([5], new Float32Array(4));
  check(donor.backbone, 200, 4);
  assert.equal(cache.share(own, [...tokens.slice(0, 120), 5, 6], math), 121);
  assert.equal(own.followed("math"), 120, "an expert that comes later takes over its own rows");
});

test("a few tokens are not worth a copy", () => {
  const cache = new Cache(() => new Sequence(backbone), 1e9);
  const donor = cache.use("donor", new Set());
  donor.append([1, 2, 3], new Float32Array(12));
  append(donor.backbone, 3, 4);
  assert.equal(cache.share(cache.use("own", new Set()), [1, 2, 3, 4], code), 0);
});

test("the memory of a cache that has grown, and of a sequence that is dropped, is free at once", () => {
  const { rss } = process.memoryUsage;
  const count = 400_000;
  const rows = new Float32Array(count * 4 * shape.kvHeads * shape.headSize);
  const before = rss();
  const cache = new Cache(() => new Sequence(backbone), 1);
  const { backbone: layers } = cache.use("first", new Set());
  layers.append(count, rows);
  layers.reserve(2 * count);
  const held = rss() - before;
  assert.ok(held > 0.9 * rows.byteLength && held < 1.5 * rows.byteLength, `${held} bytes for ${rows.byteLength}`);
  cache.use("second", new Set());
  const left = rss() - before;
  assert.ok(left < 0.2 * rows.byteLength, `${left} bytes are left`);
});
