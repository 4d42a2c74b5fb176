// When two runs of the engine count as the same.
import assert from "node:assert/strict";
import type { Continuation, Generation } from "../../server/engine/engine.ts";

/**
 * By how many nats the log-probabilities of a token may differ between two runs. In float32 that is rounding. With 8-bit
 * activations the last digit of a sum, which hangs on how many rows ran together, decides how an activation is rounded: after
 * 30 layers it is 0.03 nats in the median and 0.4 in one token of 600. A cache that held a wrong row would differ by several.
 */
export const nearTie = { f32: 1e-3, q8: 1 } as const;

/**
 * Two greedy runs of one request agree: token by token they are equally sure, and where their texts part, the one's token is as
 * likely as the other's. @returns how many branches part.
 */
export function assertSame(one: Generation, other: Generation, tolerance: number): number {
  let parted = 0;
  // Which branches there are may hang on a near-tie too: those that both have are compared.
  for (const [i, branch] of one.continuations.entries()) {
    const counterpart = other.continuations[i];
    if (counterpart && parts(branch, counterpart, tolerance)) parted++;
  }
  return parted;
}

function parts(one: Continuation, other: Continuation, tolerance: number): boolean {
  for (const [i, token] of one.tokens.entries()) {
    const counterpart = other.tokens[i];
    assert.ok(counterpart, `"${one.text}" goes on where "${other.text}" has ended`);
    const gap = Math.abs(token.logProbability - counterpart.logProbability);
    assert.ok(gap < tolerance, `at token ${i} "${one.text}" and "${other.text}" are ${gap} nats apart`);
    if (token.id !== counterpart.id) return true;
  }
  assert.equal(one.text, other.text);
  return false;
}
