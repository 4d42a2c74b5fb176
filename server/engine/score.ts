// One scoring: how likely several texts are behind one prompt, in as few runs as possible. It yields between runs.

import { release } from "./arrays.ts";
import { commonLength, type Sequence } from "./cache.ts";
import { encodePrompt, promptLimit, scoredLimit } from "./encode.ts";
import type { Score, ScoreRequest } from "./engine.ts";
import { type Cancelled, type Kept, quietly, shortened } from "./generate.ts";
import { type Loaded, readTokens } from "./loaded.ts";
import type { Session } from "./session.ts";
import { bundled } from "./twigs.ts";

/** No more rows are read in one run. */
const mostTogether = 64;

/**
 * Log-probabilities of texts that might follow the prompt; null when cancelled. Texts are read several in a run, each row seeing the text
 * that it belongs to alone, and beginnings that they share once (tree attention, Miao et al., SpecInfer, arXiv 2305.09781).
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
  const scoring = { loaded, sequence, expert, ids, priority: request.priority, cancelled };
  const rows = Math.min(mostTogether, loaded.speed.chunk(ids.length, request.priority === "completion"));
  for (const group of grouped(endings, rows)) {
    const texts = group.map((place) => endings[place]!);
    const sums = yield* texts.length > 1 ? together(scoring, texts) : alone(scoring, texts[0]!);
    if (sums === null) return null;
    for (const [i, place] of group.entries()) scores[place] = { logProbability: sums[i]!, tokens: texts[i]!.length };
  }
  return scores;
}

/** Texts in groups of at most so many rows, those that begin alike behind each other. What is longer stands alone, what is empty nowhere. */
function* grouped(texts: readonly (readonly number[])[], most: number): Generator<readonly number[]> {
  const places = [...texts.keys()].filter((place) => texts[place]!.length > 0);
  let group: number[] = [];
  for (const place of places.sort((a, b) => compare(texts[a]!, texts[b]!))) {
    const longer = [...group, place].map((each) => texts[each]!);
    if (group.length > 0 && longer[0]!.length + bundled(0, longer).twigs.length > most) {
      yield group;
      group = [];
    }
    group.push(place);
  }
  if (group.length > 0) yield group;
}

interface Scoring {
  readonly loaded: Loaded;
  readonly sequence: Sequence;
  readonly expert: Session;
  /** The prompt. */
  readonly ids: readonly number[];
  readonly priority: ScoreRequest["priority"];
  readonly cancelled: Cancelled;
}

/** The log-probability of a text, read as any other is. */
async function* alone(
  { loaded, sequence, expert, ids, priority, cancelled }: Scoring,
  text: readonly number[],
): AsyncGenerator<string, readonly number[] | null> {
  const read = [...ids, ...text.slice(0, -1)];
  const reading = yield* quietly(readTokens(loaded, sequence, expert, read, text.length, priority, cancelled));
  if (reading === null) return null;
  return told(loaded, reading.hidden, [text], [[...text.keys()]]);
}

/** Those of several texts, read in one run. That which the sequence goes on with already is the trunk. */
async function* together(
  { loaded, sequence, expert, ids, priority, cancelled }: Scoring,
  texts: readonly (readonly number[])[],
): AsyncGenerator<string, readonly number[] | null> {
  const { stack } = loaded;
  if (sequence.common(ids) < ids.length || sequence.followed(expert.part.key) < ids.length - 1) {
    const reading = yield* quietly(readTokens(loaded, sequence, expert, ids, 1, priority, cancelled));
    if (reading === null) return null;
  }
  if (cancelled()) return null;
  const mine = ++sequence.readings;
  const held = texts.map((text) => sequence.common([...ids, ...text]));
  const trunk = held.indexOf(Math.max(...held));
  const order = [trunk, ...texts.keys()].filter((place, at) => at === 0 || place !== trunk);
  const ordered = order.map((place) => texts[place]!);
  const { twigs, rows } = bundled(ids.length, ordered);
  const whole = [...ids, ...ordered[0]!.slice(0, -1)];
  const states = await stack.read(sequence, whole.slice(sequence.rewindTo(whole)), twigs);
  yield "";
  if (cancelled() || sequence.readings !== mine) return null;
  sequence.expert(expert.part).rewind(ids.length - 1);
  const hidden = await stack.follow(sequence, expert, ordered[0]!.length, twigs, states);
  if (states.length > 0) release(states);
  yield "";
  const sums = await told(loaded, hidden, ordered, rows);
  return texts.map((_, place) => sums[order.indexOf(place)]!);
}

/**
 * The log-probability of each text.
 * @param hidden the expert's final hidden states, [rows, hidden]
 * @param rows for each text which of them tells each of its tokens
 */
async function told(
  { stack, head }: Loaded,
  hidden: Float32Array,
  texts: readonly (readonly number[])[],
  rows: readonly (readonly number[])[],
): Promise<readonly number[]> {
  const predicted = await stack.predict(hidden);
  const width = head.part.shape.vocabulary;
  const sums = texts.map((text, i) =>
    text.reduce((sum, token, at) => sum + predicted[rows[i]![at]! * width + token]!, 0),
  );
  // A row of the vocabulary has 200 KB.
  release(predicted);
  return sums;
}

/** By the first token that differs; a beginning comes before what goes on from it. */
function compare(one: readonly number[], other: readonly number[]): number {
  const at = commonLength(one, other);
  return (one[at] ?? -1) - (other[at] ?? -1);
}
