// Keys, values and hidden states: growing keeps rows, rewinding forgets them, the budget drops the sequence not used longest.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Cache, LayerCache, Sequence } from "../../server/engine/cache.ts";

const shape = { hidden: 4, heads: 2, kvHeads: 2, headSize: 3, vocabulary: 10, context: 4096 };

/** [kvHeads, rows, headSize] whose values name head, row and place. */
function rows(first: number, count: number, sign: number): Float32Array {
  const data: number[] = [];
  for (let head = 0; head < shape.kvHeads; head++)
    for (let row = first; row < first + count; row++)
      for (let place = 0; place < shape.headSize; place++) data.push(sign * (head * 10000 + row * 10 + place));
  return Float32Array.from(data);
}

function check(cache: LayerCache, length: number): void {
  assert.equal(cache.length, length);
  for (let head = 0; head < shape.kvHeads; head++) {
    const from = head * cache.capacity * shape.headSize;
    const expected = rows(0, length, 1).subarray(head * length * 3, (head + 1) * length * 3);
    assert.deepEqual(cache.keys[0]!.subarray(from, from + length * 3), expected);
    assert.deepEqual(
      cache.values[0]!.subarray(from, from + length * 3),
      expected.map((value) => -value),
    );
  }
}

function append(cache: LayerCache, count: number): void {
  cache.reserve(cache.length + count);
  cache.append(count, [rows(cache.length, count, 1)], [rows(cache.length, count, -1)]);
}

test("a layer cache keeps its rows through growth and rewinding", () => {
  const cache = new LayerCache(1, shape);
  for (const count of [5, 128, 1, 300]) append(cache, count);
  check(cache, 434);
  cache.rewind(7);
  append(cache, 2);
  check(cache, 9);
  cache.rewind(100);
  assert.equal(cache.length, 9);
});

test("a sequence rewinds to the longest common prefix, its experts with it", () => {
  const sequence = new Sequence(1, shape);
  sequence.append([1, 2, 3, 4], new Float32Array(16).fill(1));
  append(sequence.backbone, 4);
  append(sequence.expert("code", 1), 3);
  append(sequence.expert("math", 1), 1);
  assert.equal(sequence.rewindTo([1, 2, 9]), 2);
  assert.deepEqual(sequence.tokens, [1, 2]);
  assert.equal(sequence.backbone.length, 2);
  assert.equal(sequence.expert("code", 1).length, 2);
  assert.equal(sequence.expert("math", 1).length, 1);
  sequence.append([5], Float32Array.of(5, 5, 5, 5));
  assert.deepEqual(sequence.hidden.subarray(0, 12), Float32Array.of(1, 1, 1, 1, 1, 1, 1, 1, 5, 5, 5, 5));
});

test("over budget, the sequence not used for longest goes, but never one that is kept", () => {
  const made: Sequence[] = [];
  const cache = new Cache(() => {
    const sequence = new Sequence(1, shape);
    sequence.append([1], new Float32Array(4));
    made.push(sequence);
    return sequence;
  }, 20_000);
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
  const cache = new Cache(() => new Sequence(1, shape), 1e9);
  const none = new Set<string>();
  const tokens = Array.from({ length: 200 }, (_, i) => i);
  const donor = cache.use("donor", none);
  donor.append(
    tokens,
    Float32Array.from({ length: 800 }, (_, i) => i),
  );
  append(donor.backbone, 200);
  append(donor.expert("code", 1), 150);
  append(donor.expert("math", 1), 200);
  const other = cache.use("other", none);
  other.append(tokens.slice(0, 20), new Float32Array(80));
  append(other.backbone, 20);

  const asked = [...tokens.slice(0, 120), 999, ...tokens.slice(121)];
  assert.equal(cache.longest(asked), 120);
  assert.equal(cache.longest([7]), 0);
  const own = cache.use("own", none);
  assert.equal(cache.share(own, asked, "code", 1), 120);
  assert.deepEqual(own.tokens, tokens.slice(0, 120));
  check(own.backbone, 120);
  check(own.expert("code", 1), 120);
  assert.equal(own.followed("math"), 0, "only the expert that is asked");
  assert.deepEqual(own.hidden.subarray(0, 480), donor.hidden.subarray(0, 480));
  assert.equal(donor.tokens.length, 200, "the other one keeps its own");

  append(own.backbone, 1);
  own.append([5], new Float32Array(4));
  check(donor.backbone, 200);
  assert.equal(cache.share(own, [...tokens.slice(0, 120), 5, 6], "math", 1), 121);
  assert.equal(own.followed("math"), 120, "an expert that comes later takes over its own rows");
});

test("a few tokens are not worth a copy", () => {
  const cache = new Cache(() => new Sequence(1, shape), 1e9);
  const donor = cache.use("donor", new Set());
  donor.append([1, 2, 3], new Float32Array(12));
  append(donor.backbone, 3);
  assert.equal(cache.share(cache.use("own", new Set()), [1, 2, 3, 4], "code", 1), 0);
});
