// When two runs of the engine count as the same, as design.md defines it.
import assert from "node:assert/strict";
import type { Engine, GenerateRequest, Generation, Token } from "../../server/engine/engine.ts";
import { never, request } from "./models.ts";

/**
 * Two runs of one request agree: they give the same text, or where they part, the one's token is as likely as the other's
 * to within `tolerance` nats.
 */
export async function assertSame(
  engine: Engine,
  asked: Partial<GenerateRequest>,
  { continuations: [one] }: Generation,
  { continuations: [other] }: Generation,
  tolerance: number,
): Promise<void> {
  const parting = one!.tokens.findIndex((token, i) => token.text !== other!.tokens[i]?.text);
  if (parting < 0) return assert.equal(one!.tokens.length, other!.tokens.length);
  const texts = [one!, other!].map(({ tokens }) => joined(tokens.slice(0, parting + 1)));
  const { sequence, expert, prompt, heal, priority } = request({ ...asked, sequence: "referee" });
  const scores = await engine.score({ sequence, expert, prompt, shortened: false, heal, priority, texts }, never);
  const gap = Math.abs(scores![0]!.logProbability - scores![1]!.logProbability);
  assert.ok(gap < tolerance, `"${texts[0]}" parts from "${texts[1]}" by ${gap} nats`);
}

const joined = (tokens: readonly Token[]) => tokens.map(({ text }) => text).join("");
