// One scoring: how likely several texts are behind one prompt. It yields between runs.

import { release } from "./arrays.ts";
import { commonLength } from "./cache.ts";
import { encodePrompt, promptLimit, scoredLimit } from "./encode.ts";
import type { Score, ScoreRequest } from "./engine.ts";
import { type Cancelled, type Kept, quietly, shortened } from "./generate.ts";
import { type Loaded, readTokens } from "./loaded.ts";

/**
 * Log-probabilities of texts that might follow the prompt; null when cancelled. Texts that begin alike come one after the other,
 * so that a beginning is read, followed and predicted once.
 */
export async function* score(
  loaded: Loaded,
  request: ScoreRequest,
  kept: Kept,
  cancelled: Cancelled,
): AsyncGenerator<string, readonly Score[] | null> {
  if (cancelled()) return null;
  const expert = await loaded.experts.session(request.expert);
  if (cancelled()) return null;
  const most = scoredLimit(loaded.contextTokens);
  const limit = promptLimit(loaded.contextTokens, most);
  const { ids, typed } = encodePrompt(request.prompt, request.heal, limit, loaded.tokenizer);
  const name = request.shortened ? shortened(request.sequence) : request.sequence;
  const sequence = loaded.cache.use(name, kept);
  const endings = request.texts.map((text) => loaded.tokenizer.encode(typed + text).slice(0, most));
  const scores: Score[] = endings.map(() => ({ logProbability: 0, tokens: 0 }));
  let previous: readonly number[] = [];
  /** What may stand at each place of the previous ending. */
  let rows: Float32Array[] = [];
  /** What the rows are views of, each from its first row on. */
  const predictions: { readonly first: number; readonly rows: Float32Array }[] = [];
  /** Gives back what no row is left of: a row of the vocabulary has 200 KB. */
  const keep = (length: number) => {
    rows = rows.slice(0, length);
    while (predictions.length > 0 && predictions.at(-1)!.first >= length) release(predictions.pop()!.rows);
  };
  try {
    for (const [place, ending] of [...endings.entries()].sort(([, one], [, other]) => compare(one, other))) {
      if (ending.length === 0) continue;
      // The state before a token tells its probability; after the last nobody asks. Where two endings part both are told.
      keep(Math.min(commonLength(previous, ending) + 1, ending.length));
      const wanted = ending.length - rows.length;
      if (wanted > 0) {
        const read = [...ids, ...ending.slice(0, -1)];
        const reading = yield* quietly(readTokens(loaded, sequence, expert, read, wanted, request.priority, cancelled));
        if (reading === null) return null;
        const predicted = await loaded.stack.predict(reading.hidden);
        predictions.push({ first: rows.length, rows: predicted });
        const width = predicted.length / wanted;
        for (let i = 0; i < wanted; i++) rows.push(predicted.subarray(i * width, (i + 1) * width));
      }
      previous = ending;
      const logProbability = ending.reduce((sum, token, i) => sum + rows[i]![token]!, 0);
      scores[place] = { logProbability, tokens: ending.length };
    }
  } finally {
    keep(0);
  }
  return scores;
}

/** By the first token that differs; a beginning comes before what goes on from it. */
function compare(one: readonly number[], other: readonly number[]): number {
  const at = commonLength(one, other);
  return (one[at] ?? -1) - (other[at] ?? -1);
}
