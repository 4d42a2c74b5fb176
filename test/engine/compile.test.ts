// The compiler against PyTorch: a tiny random model and the embedded weights, compiled, cut and run.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { openTokenizer } from "../../server/engine/tokenizer.ts";
import { compileModel } from "../../server/model/compile.ts";
import type { Precision } from "../../server/model/graphweights.ts";
import type { TokenizerFile } from "../../server/model/manifest.ts";
import { openParts, type Parts } from "./parts.ts";

const root = join(import.meta.dirname, "..", "..");
const reference = join(import.meta.dirname, "reference");
// Ignored by git; compiled once and taken up again while sources and compiler stay the same.
const compiled = (name: string, precision: Precision) => join(root, "dist", "test", `${name}-${precision}`);
const read = (name: string): unknown => JSON.parse(readFileSync(join(reference, name), "utf8"));

function compileTiny(precision: Precision): string {
  const out = compiled("tiny", precision);
  const experts = ["tiny-general", "tiny-other"].map((name) => join(reference, name));
  compileModel({ backbone: join(reference, "tiny"), experts, out, precision });
  return out;
}

function compileReal(precision: Precision): string {
  const out = compiled("embedded", precision);
  const experts = [join(root, "experts", "general")];
  compileModel({ backbone: join(root, "experts", "backbone"), experts, out, precision });
  return out;
}

const row = (logits: Float32Array, index: number, size: number) => logits.subarray(index * size, (index + 1) * size);

describe("a tiny random model", () => {
  const recorded = read("tiny.logits.json") as { ids: number[]; rows: number[]; logits: number[][]; other: number[][] };
  let parts: Parts;
  before(async () => {
    parts = await openParts(compileTiny("f32"), "general");
  });

  /** Logits of positions from `first` on agree with those recorded for them. */
  function assertLike(logits: Float32Array, first: number, expected = recorded.logits): void {
    for (const [i, position] of recorded.rows.entries()) {
      if (position < first || (position - first) * parts.vocabulary >= logits.length) continue;
      const worst = expected[i]!.reduce(
        (most, want, id) => Math.max(most, Math.abs(want - logits[(position - first) * parts.vocabulary + id]!)),
        0,
      );
      assert.ok(worst < 1e-3, `logits of position ${position} are off by ${worst}`);
    }
  }

  test("agrees with PyTorch in float32, read in one run", async () => {
    parts.rewind(0);
    assertLike(await parts.run(recorded.ids), 0);
  });

  test("agrees with PyTorch in float32, read in pieces and after rewinding", async () => {
    parts.rewind(0);
    await parts.run(recorded.ids.slice(0, 5));
    await parts.run(recorded.ids.slice(30));
    parts.rewind(5);
    assertLike(await parts.run(recorded.ids.slice(5, 20)), 5);
    for (let i = 20; i < 24; i++) assertLike(await parts.run([recorded.ids[i]!]), i);
    assertLike(await parts.run(recorded.ids.slice(24)), 24);
  });

  test("agrees with PyTorch when the upper layers come from a file of their own", async () => {
    const other = await openParts(compileTiny("f32"), "other");
    assertLike(await other.run(recorded.ids), 0, recorded.other);
  });

  test("stays close with 8-bit weights", async () => {
    const small = await openParts(compileTiny("q8"), "general");
    const logits = await small.run(recorded.ids);
    for (const [i, position] of recorded.rows.entries()) {
      const got = row(logits, position, small.vocabulary);
      const squares = recorded.logits[i]!.map((want, id) => (want - got[id]!) ** 2);
      const error = Math.sqrt(squares.reduce((a, b) => a + b) / squares.length);
      assert.ok(error > 0 && error < 0.15, `logits of position ${position} are off by ${error} on average`);
    }
  });
});

describe("the embedded weights", () => {
  test("have PyTorch's ten likeliest next tokens in float32", async () => {
    const parts = await openParts(compileReal("f32"), "general");
    const prompts = read("top10.json") as { text: string; ids: number[]; top: number[]; logits: number[] }[];
    assert.equal(prompts.length, 3);
    for (const { text, ids, top, logits: want } of prompts) {
      parts.rewind(0);
      const logits = row(await parts.run(ids), ids.length - 1, parts.vocabulary);
      const found = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!).slice(0, top.length);
      assert.deepEqual(found, top, text);
      for (const [i, id] of top.entries()) {
        assert.ok(Math.abs(logits[id]! - want[i]!) < 5e-3, `${text}: token ${id} has ${logits[id]}, not ${want[i]}`);
      }
    }
  });

  test("lose at most 1 % of perplexity with 8 bits", async (t) => {
    const exact = await perplexity(compileReal("f32"));
    const small = await perplexity(compileReal("q8"));
    t.diagnostic(`perplexity ${exact.toFixed(4)} in float32, ${small.toFixed(4)} with 8 bits`);
    assert.ok(exact > 2 && exact < 20, `${exact} is no perplexity of this text`);
    assert.ok(small <= 1.01 * exact, `${small} with 8 bits, ${exact} in float32`);
  });
});

/**
 * exp of the mean negative log-likelihood of a fixed text, read in windows of 512 tokens. The text is our own: famous texts
 * are recited from memory, and a recitation that breaks off says more about one word than about the weights.
 */
async function perplexity(folder: string): Promise<number> {
  const tokenizer = openTokenizer(
    JSON.parse(readFileSync(join(folder, "head", "tokenizer.json"), "utf8")) as TokenizerFile,
  );
  const ids = tokenizer.encode(readFileSync(join(reference, "perplexity.txt"), "utf8"));
  const parts = await openParts(folder, "general");
  let sum = 0;
  let count = 0;
  for (let start = 0; start < ids.length; start += 512) {
    const window = ids.slice(start, start + 512);
    parts.rewind(0);
    for (let first = 0; first < window.length; first += 128) {
      const chunk = window.slice(first, first + 128);
      const logits = await parts.run(chunk);
      for (let i = 0; i < chunk.length && first + i + 1 < window.length; i++) {
        sum += surprise(row(logits, i, parts.vocabulary), window[first + i + 1]!);
        count++;
      }
    }
  }
  assert.ok(count > 2000, `only ${count} tokens were read`);
  return Math.exp(sum / count);
}

/** Negative log-probability of a token, in nats. */
function surprise(logits: Float32Array, id: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) largest = Math.max(largest, logit);
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - largest);
  return Math.log(total) + largest - logits[id]!;
}
