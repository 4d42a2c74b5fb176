// The loss of experts at 8 bits in our engine, on the very tokens that PyTorch has measured in float32.
import * as z from "zod";
import { Sequence } from "../../server/engine/cache.ts";
import type { EngineOptions } from "../../server/engine/engine.ts";
import { type Loaded, load, readTokens } from "../../server/engine/loaded.ts";
import type { Contender } from "./contenders.ts";
import type { Journal } from "./journal.ts";
import type { Text } from "./samples.ts";

/** Rows of one run of the head. */
const rowsOfRun = 64;

export interface Measured {
  /** Mean over the counted tokens, nats. */
  readonly loss: number;
  /** Tokens whose prediction counts. */
  readonly counted: number;
}

/** Below the cut all experts read the same, so a text is read once for all of them. */
export class Losses {
  readonly #options: EngineOptions;
  readonly #journal: Journal;
  readonly #progress: (done: number, of: number) => void;
  #loaded: Promise<Loaded> | null = null;

  constructor(options: EngineOptions, journal: Journal, progress: (done: number, of: number) => void) {
    this.#options = options;
    this.#journal = journal;
    this.#progress = progress;
  }

  /**
   * Losses of contenders on the shared backbone over all texts, by name; those that are not complete are left out.
   * @param asked whether to measure what is not known yet.
   */
  async of(contenders: readonly Contender[], texts: readonly Text[], asked: boolean): Promise<Map<string, Measured>> {
    const sums = new Map<string, number | null>(contenders.map(({ name }) => [name, 0]));
    for (const [done, text] of texts.entries()) {
      let sequence: Sequence | null = null;
      for (const { name, expert, weights } of contenders) {
        const measure = async () => {
          this.#loaded ??= load(this.#options, { changed: () => undefined, trouble: console.warn });
          const loaded = await this.#loaded;
          sequence ??= newSequence(loaded);
          return negativeLogLikelihood(loaded, sequence, expert, text);
        };
        const what = ["loss", weights, text.ids, text.weights];
        const sum = await this.#journal.remember(what, z.number(), asked ? measure : null);
        const before = sums.get(name) ?? null;
        sums.set(name, sum === null || before === null ? null : before + sum);
      }
      if (asked) this.#progress(done + 1, texts.length);
    }
    const counted = texts.reduce((sum, { weights }) => sum + targets(weights).length, 0);
    const complete = [...sums].filter((entry): entry is [string, number] => entry[1] !== null && counted > 0);
    return new Map(complete.map(([name, sum]) => [name, { loss: sum / counted, counted }]));
  }
}

function newSequence({ backbone }: Loaded): Sequence {
  return new Sequence(backbone.part);
}

/** Places of the tokens whose prediction counts. Nothing is before the first one. */
function targets(weights: readonly number[]): number[] {
  return weights.flatMap((weight, place) => (weight > 0 && place > 0 ? [place] : []));
}

/** Minus the sum of the log-probabilities of a text's counted tokens, nats. */
async function negativeLogLikelihood(
  loaded: Loaded,
  sequence: Sequence,
  id: string,
  { ids, weights }: Text,
): Promise<number> {
  const expert = await loaded.experts.session(id);
  const read = ids.slice(0, -1);
  const steps = readTokens(loaded, sequence, expert, read, read.length, "idle", () => false);
  let step = await steps.next();
  while (!step.done) step = await steps.next();
  const hidden = step.value!.hidden;
  const size = expert.part.shape.hidden;
  const places = targets(weights);
  let sum = 0;
  for (let at = 0; at < places.length; at += rowsOfRun) {
    const some = places.slice(at, at + rowsOfRun);
    const rows = new Float32Array(some.length * size);
    // The state of the token before predicts the one at a place.
    some.forEach((place, i) => {
      rows.set(hidden.subarray((place - 1) * size, place * size), i * size);
    });
    const predicted = await loaded.stack.predict(rows);
    const width = predicted.length / some.length;
    some.forEach((place, i) => {
      sum -= predicted[i * width + ids[place]!]!;
    });
  }
  return sum;
}
