// When two runs of the engine count as the same.
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Continuation, Generation } from "../../server/engine/engine.ts";
import { uniforms } from "../../server/engine/sample.ts";
import { type Feeds, float32, openRuntime } from "../../server/engine/session.ts";
import { arranged } from "../../server/engine/twigs.ts";

/**
 * By how many nats the log-probabilities of a token may differ between two runs. Where products give a row the same bits whatever
 * runs with it, not at all. Elsewhere in float32 by rounding; with 8-bit activations the last digit of a sum decides how an
 * activation is rounded: after 30 layers it is 0.03 nats in the median and 0.4 in one token of 600. A cache that held a wrong row
 * would differ by several.
 */
export const nearTie = { f32: 1e-3, q8: 1 } as const;

/**
 * Whether the runtime's kernels for this processor give a row the same bits whatever rows run with it: that of the first token
 * through an expert's layers, which sees no other, and its logits.
 * @param model folder of compiled parts
 */
export async function rowsAreAlike(model: string): Promise<boolean> {
  const runtime = await openRuntime();
  const expert = await runtime.load(join(model, "general"), 2);
  const head = await runtime.load(join(model, "head"), 2);
  const { hidden: size, kvHeads, headSize, vocabulary } = expert.part.shape;
  const uniform = uniforms(1);
  const rows = Float32Array.from({ length: 64 * size }, () => uniform() - 0.5);
  const kept = expert.part.precision === "f32" ? new Float32Array(0) : new Uint16Array(0);
  const none = runtime.tensor(kept, [0, kvHeads, headSize]);
  const first = async (count: number) => {
    const { positions, visible } = arranged(0, count, []);
    const feeds: Feeds = {
      hidden: runtime.tensor(rows.subarray(0, count * size), [1, count, size]),
      positions: runtime.tensor(positions, [1, count]),
      visible: runtime.tensor(visible, [count, count]),
    };
    for (let layer = expert.part.layers[0]; layer < expert.part.layers[1]; layer++) {
      feeds[`past_key_${layer}`] = none;
      feeds[`past_value_${layer}`] = none;
    }
    const hidden = float32(await expert.run(feeds, ["hidden_out"]), "hidden_out");
    const logits = await head.run({ hidden: runtime.tensor(hidden, [1, count, size]) }, ["logits"]);
    return [...hidden.subarray(0, size), ...float32(logits, "logits").subarray(0, vocabulary)];
  };
  const alone = await first(1);
  for (const count of [2, 3, 7, 16, 33, 64]) {
    const together = await first(count);
    if (together.some((value, i) => value !== alone[i])) return false;
  }
  return true;
}

/**
 * Two greedy runs of one request agree: token by token they are equally sure, and where their texts part, the one's token is as
 * likely as the other's. @returns 1 where the likeliest branches part, else 0.
 */
export function assertSame(one: Generation, other: Generation, tolerance: number): number {
  let parted = 0;
  // Which branches there are, and in which order, may hang on a near-tie too: the likeliest are compared, and the others with
  // those that go the same way furthest.
  for (const [i, branch] of one.continuations.entries()) {
    const ways = i === 0 ? other.continuations.slice(0, 1) : other.continuations.slice(1);
    const lengths = ways.map((way) => commonLength(branch, way));
    const nearest = ways[lengths.indexOf(Math.max(...lengths))];
    if (nearest && parts(branch, nearest, tolerance, i === 0) && i === 0) parted++;
  }
  return parted;
}

/** How many tokens two branches have in common. */
function commonLength(one: Continuation, other: Continuation): number {
  const at = one.tokens.findIndex(({ id }, i) => id !== other.tokens[i]?.id);
  return at < 0 ? one.tokens.length : at;
}

/** @param greedy whether a token that differs must be as likely as the other: in other branches it may be another turn. */
function parts(one: Continuation, other: Continuation, tolerance: number, greedy: boolean): boolean {
  const common = commonLength(one, other);
  for (const [i, token] of one.tokens.entries()) {
    if (i === common && !greedy) return true;
    const counterpart = other.tokens[i];
    assert.ok(counterpart, `"${one.text}" goes on where "${other.text}" has ended`);
    const gap = Math.abs(token.logProbability - counterpart.logProbability);
    assert.ok(gap < tolerance, `at token ${i} "${one.text}" and "${other.text}" are ${gap} nats apart`);
    if (token.id !== counterpart.id) return true;
  }
  assert.equal(one.text, other.text);
  return false;
}
