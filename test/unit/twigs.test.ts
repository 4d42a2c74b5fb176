// Texts that begin alike in one run: what each row stands for, where it stands, and what it sees.
import assert from "node:assert/strict";
import { test } from "node:test";
import { uniforms } from "../../server/engine/sample.ts";
import { arranged, bundled, type Twig } from "../../server/engine/twigs.ts";

const uniform = uniforms(5);
const below = (count: number) => Math.floor(uniform() * count);

/** Texts of few different tokens, so that many begin alike; none is empty, and the first is no other's beginning more often than not. */
const texts = () => Array.from({ length: 1 + below(6) }, () => Array.from({ length: 1 + below(9) }, () => below(3)));

/** The tokens behind the prompt that lead to a twig, itself the last one. */
function path(at: number, twigs: readonly Twig[], trunk: readonly number[], prompt: number): number[] {
  const { before, position, token } = twigs[at]!;
  const front = before === null ? trunk.slice(0, position - prompt) : path(before, twigs, trunk, prompt);
  return [...front, token];
}

test("each token's probability is told by the row behind the tokens before it", () => {
  for (let round = 0; round < 300; round++) {
    const all = texts();
    const [trunk] = all;
    const prompt = below(5);
    const { twigs, rows } = bundled(prompt, all);
    const paths = twigs.map((_, at) => path(at, twigs, trunk!, prompt));
    assert.equal(new Set(paths.map((each) => each.join())).size, twigs.length, "no row is read twice");
    for (const [at, { position }] of twigs.entries()) assert.equal(position, prompt + paths[at]!.length - 1);
    assert.deepEqual(rows[0], [...trunk!.keys()]);
    for (const [i, text] of all.entries()) {
      for (const [at, row] of rows[i]!.entries()) {
        const read = row < trunk!.length ? trunk!.slice(0, row) : paths[row - trunk!.length];
        assert.deepEqual(read, text.slice(0, at));
      }
      assert.equal(rows[i]!.length, text.length);
    }
  }
});

test("a row sees what comes before it in its own text", () => {
  for (let round = 0; round < 100; round++) {
    const all = texts();
    const trunk = all[0]!;
    const prompt = 1 + below(5);
    const { twigs } = bundled(prompt, all);
    // Of the prompt and the trunk so many rows were left by earlier runs.
    const length = prompt + trunk.length - 1;
    const past = below(length + 1);
    const rows = length - past;
    const { positions, visible } = arranged(past, rows, twigs);
    const count = rows + twigs.length;
    assert.equal(visible.length, count * (past + count));
    const seen = (row: number) => {
      const places = visible.subarray(row * (past + count), (row + 1) * (past + count));
      return [...places.entries()].filter(([, value]) => value === 0).map(([column]) => column);
    };
    for (let row = 0; row < rows; row++) {
      assert.equal(positions[row], BigInt(past + row));
      assert.deepEqual(seen(row), [...Array(past + row + 1).keys()]);
    }
    for (const [at, twig] of twigs.entries()) {
      assert.equal(positions[rows + at], BigInt(twig.position));
      const own: number[] = [];
      let root = twig;
      for (let each: number | null = at; each !== null; each = root.before) {
        root = twigs[each]!;
        own.unshift(past + rows + each);
      }
      assert.deepEqual(seen(rows + at), [...Array(root.position).keys(), ...own]);
      assert.equal(root.position + own.length - 1, twig.position);
    }
  }
});
