// One try at a place: generate, cut to what may be shown, and rank where text follows.
import { readBlock } from "./block.ts";
import { candidates } from "./clean.ts";
import type { Scope } from "./context.ts";
import type { Engine, GenerateRequest, Generation } from "./engine/engine.ts";
import { type Candidate, rank } from "./rank.ts";
import { withoutOverlap } from "./stops.ts";
import type { Surroundings } from "./surroundings.ts";

export interface Attempt {
  readonly generation: Generation;
  readonly best: Candidate;
  /** The texts of other branches, without doubles. */
  readonly others: readonly string[];
  readonly cancelled: boolean;
}

export interface Trying {
  readonly engine: Engine;
  readonly request: GenerateRequest;
  readonly scope: Scope;
  readonly around: Surroundings;
  readonly signal: AbortSignal;
  /** false for who has read the suffix and knows where to stop. */
  readonly ranks: boolean;
  /** Whether a text can be shown if it is the likeliest: where none can, nobody waits for the ranking. */
  readonly mayBeShown: (candidate: Candidate) => boolean;
}

/** Generates and ranks what may stand at the cursor; streams the likeliest branch. */
export async function* oneAttempt(trying: Trying): AsyncGenerator<string, Attempt> {
  const { engine, request, scope, around, signal, ranks, mayBeShown } = trying;
  const lines = request.stops.length === 0 ? "several" : "one";
  const generation = yield* lines === "several" ? oneBlock(trying) : engine.generate(request, signal);
  const branches = generation.continuations.map((from) =>
    candidates(from, around, lines).map((text): Candidate => ({ text, stop: from.stop, from })),
  );
  // By turns, so that the many stops of one branch leave room for the others.
  const longest = Math.max(...branches.map(({ length }) => length));
  const texts = Array.from({ length: longest }, (_, i) => branches.flatMap((stops) => stops[i] ?? [])).flat();
  const trimmed = (each: Candidate): Candidate => ({ ...each, text: withoutOverlap(each.text, around) });
  const isWorth = ranks && texts.some((each) => mayBeShown(trimmed(each)));
  const contest = { texts, generation, request, suffix: scope.suffix, after: around.after };
  const ranked = isWorth ? await rank(contest, engine, signal) : texts;
  const [first, ...rest] = (ranked ?? texts).map(trimmed);
  const others = rest.filter(({ text, from }, i) => {
    const before = [first!, ...rest.slice(0, i)];
    return text !== "" && before.every((other) => other.text !== text && other.from !== from);
  });
  return { generation, best: first!, others: others.map(({ text }) => text), cancelled: ranked === null };
}

/** Generates until the block that begins at the cursor has ended. */
async function* oneBlock({ engine, request, around, signal }: Trying): AsyncGenerator<string, Generation> {
  const enough = new AbortController();
  const pieces = engine.generate(request, AbortSignal.any([signal, enough.signal]));
  for (let text = ""; ; ) {
    const step = await pieces.next();
    if (step.done) {
      if (signal.aborted || !enough.signal.aborted) return step.value;
      const continuations = step.value.continuations.map((each) => ({ ...each, stop: "stop" as const }));
      return { ...step.value, continuations };
    }
    text += step.value;
    if (readBlock(text, around, false).ended) enough.abort();
    yield step.value;
  }
}
