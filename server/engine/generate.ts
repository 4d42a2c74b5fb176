// One generation: read the prompt, then choose token after token. It yields between runs.

import { release } from "./arrays.ts";
import type { Sequence } from "./cache.ts";
import { avoiding, type Constraint, healing } from "./constraint.ts";
import { Drafts } from "./drafts.ts";
import { type EncodedPrompt, encodePrompt, promptLimit, retyped } from "./encode.ts";
import type { Continuation, GenerateRequest, Generation, Prompt, Score, Token, WarmRequest } from "./engine.ts";
import { type Loaded, readTokens } from "./loaded.ts";
import { naming } from "./names.ts";
import { draw, likeliest, uniforms } from "./sample.ts";
import type { Session } from "./session.ts";
import { Transcript } from "./transcript.ts";
import { type Turn, Turns } from "./turns.ts";

/** True as soon as nobody waits for the result any more. */
export type Cancelled = () => boolean;

/** Sequences that must not be dropped from the cache: those of requests that are under way. */
export type Kept = Pick<ReadonlySet<string>, "has">;

/**
 * Generates as the request says; the text of the likeliest branch is yielded as it comes, "" where nothing is new.
 * A control token ends a branch, so that none can get into the text.
 */
export async function* generate(
  loaded: Loaded,
  request: GenerateRequest,
  kept: Kept,
  cancelled: Cancelled,
): AsyncGenerator<string, Generation> {
  if (cancelled()) return { continuations: [nothing], ...unread };
  const expert = await loaded.experts.session(request.expert);
  if (cancelled()) return { continuations: [nothing], ...unread };
  const { ids, typed, sequence, shortened } = choosePrompt(loaded, request, kept);
  const { tokenizer, index } = loaded;
  const bytes = Buffer.from(typed);
  const held = request.names ? naming(bytes, request.names, tokenizer, index) : healing(bytes, tokenizer, index);
  const constraint = request.avoid ? avoiding(held, bytes, request.avoid, tokenizer) : held;
  const usage = { ...unread, shortened, promptTokens: ids.length };

  const guess = request.sampling || request.drafting === false ? [] : retyped(typed, tokenizer);
  // Where the prompt has been read without it, it would take a run of its own, which comes to nothing in the middle of a word.
  const cached = sequence.common([...ids, ...guess]);
  const opening = cached < ids.length || cached === ids.length + guess.length ? guess : [];
  const read = [...ids, ...opening];
  const first = yield* quietly(
    readTokens(loaded, sequence, expert, read, 1 + opening.length, request.priority, cancelled),
  );
  if (first === null) return { continuations: [nothing], ...usage };
  usage.reusedTokens = Math.min(first.reused, ids.length);
  const next = await loaded.stack.predict(first.hidden);
  const turns = new Turns();
  const step = { loaded, sequence, expert, constraint, request, ids, opening, next, turns, cancelled };

  const continuations: Continuation[] = [yield* follow(step, begin, typed, usage, [])];
  sequence.written = writtenBehind(ids, continuations[0]!);
  const { key } = expert.part;
  loaded.history.add(
    key,
    continuations[0]!.tokens.map(({ id }) => id),
  );
  while (!request.sampling && continuations.length < request.branches && !cancelled()) {
    const turn = turns.next();
    if (turn === null) break;
    // Behind a turn the text often goes on as it did in another branch. Only the first branch is streamed.
    const known = continuations.map(({ tokens }) => tokens.map(({ id }) => id));
    continuations.push(yield* quietly(follow(step, turn, typed, usage, known)));
  }
  release(next);
  return { continuations, ...usage };
}

/** Where the first branch begins. */
const begin: Turn = { path: [], gap: 0 };

/** The prompt, or where too much of it has not been read its shorter one: the rest of it is read in idle time. */
function choosePrompt(loaded: Loaded, request: WarmRequest, kept: Kept) {
  const encode = (prompt: Prompt) =>
    encodePrompt(prompt, request.heal, promptLimit(loaded.contextTokens, request.maxTokens), loaded.tokenizer);
  const unread = ({ ids }: EncodedPrompt) => ids.length - loaded.cache.longest(ids);
  const whole = encode(request.prompt);
  const sequence = loaded.cache.use(request.sequence, kept);
  const left = unread(whole);
  const shorter = request.shorter && left > loaded.speed.mostWaitedFor ? encode(request.shorter) : null;
  if (shorter === null || left <= unread(shorter)) return { ...whole, sequence, shortened: false };
  return { ...shorter, sequence: loaded.cache.use(shortened(request.sequence), kept), shortened: true };
}

/** The shorter prompts of a sequence have one of their own, so that they do not drive out what has been read of the whole. */
export const shortened = (sequence: string) => `${sequence} (shortened)`;

/** Reads a prompt, for whoever asks it next. */
export async function* warm(loaded: Loaded, request: WarmRequest, kept: Kept, cancelled: Cancelled) {
  if (cancelled()) return null;
  const expert = await loaded.experts.session(request.expert);
  const { ids, typed, sequence } = choosePrompt(loaded, request, kept);
  const opening = retyped(typed, loaded.tokenizer);
  const read = [...ids, ...opening];
  yield* quietly(readTokens(loaded, sequence, expert, read, 1 + opening.length, "idle", cancelled));
  return null;
}

const nothing: Continuation = { text: "", tokens: [], stop: "cancelled" };
/** What is counted of a request before anything is read. */
const unread = { shortened: false, unsure: false, promptTokens: 0, reusedTokens: 0, newTokens: 0, runs: 0 };

interface Step {
  readonly loaded: Loaded;
  readonly sequence: Sequence;
  readonly expert: Session;
  readonly constraint: Constraint;
  readonly request: GenerateRequest;
  readonly ids: readonly number[];
  /** Tokens behind the prompt that have been read with it, and what the model predicts before each and behind the last. */
  readonly opening: readonly number[];
  readonly next: Float32Array;
  readonly turns: Turns;
  readonly cancelled: Cancelled;
}

/**
 * One branch from its turn to its end; the ways that it leaves open are noted.
 * @param known what else may be guessed from
 */
async function* follow(
  { loaded, sequence, expert, constraint, request, ids, opening, next, turns, cancelled }: Step,
  { path, gap }: Turn,
  typed: string,
  usage: { unsure: boolean; newTokens: number; runs: number },
  known: readonly (readonly number[])[],
): AsyncGenerator<string, Continuation> {
  const uniform = uniforms(request.sampling?.seed ?? 0);
  const transcript = new Transcript(loaded.tokenizer.decoder(), typed, request.stops);
  const chosen: number[] = [];
  const tokens: Token[] = [];
  const { key } = expert.part;
  const before = [sequence.written, ...known, loaded.history.of(key)];
  const isDrafting = !request.sampling && request.drafting !== false;
  const ends = (token: number) => isEnd(loaded.tokenizer.bytes(token), request.stops);
  const drafts = isDrafting ? new Drafts(ids.length, before, loaded.history.odds(key), ends) : null;
  let guess = opening;
  /** What `row` and `ahead` are views of. */
  let predicted = next;
  const width = loaded.head.part.shape.vocabulary;
  const rowOf = (at: number) => predicted.subarray(at * width, (at + 1) * width);
  /** What the model predicts behind each guessed token: it counts as long as the tokens chosen are those guessed. */
  const guessed = () => guess.map((token, i) => ({ token, row: rowOf(i + 1) }));
  let ahead = guessed();
  /** What has given text. */
  const written = { logProbability: 0, tokens: 0 };
  const finish = (stop: Continuation["stop"]): Continuation => {
    if (predicted !== next) release(predicted);
    return { text: transcript.finish(), tokens, stop };
  };

  for (let row = rowOf(0); ; ) {
    const given = path[chosen.length];
    const [token, ...others] =
      given !== undefined
        ? [given.id]
        : request.sampling
          ? [draw(row, constraint(chosen), request.sampling.temperature, uniform())]
          : likeliest(row, constraint(chosen), request.branches);
    // No token spells what was typed: as if the text ended here.
    if (token === undefined) return finish("end");
    const logProbability = given?.logProbability ?? row[token]!;
    for (const other of others) {
      const way = { id: other, logProbability: row[other]! };
      turns.add({ path: [...tokens, way], gap: gap + logProbability - way.logProbability });
    }
    if (loaded.tokenizer.bytes(token).length === 0) return finish("end");
    chosen.push(token);
    if (given === undefined || chosen.length === path.length) usage.newTokens++;
    const { text, stopped } = transcript.push(token);
    tokens.push({ id: token, text, logProbability });
    yield transcript.settled();
    if (stopped) return finish("stop");
    // A token without text repeats what healing took off, or waits for the rest of its character.
    if (text !== "") {
      written.logProbability += logProbability;
      written.tokens++;
      if (isHopeless(request, logProbability, written)) {
        usage.unsure = true;
        return finish("length");
      }
    }
    if (chosen.length >= request.maxTokens) return finish("length");
    const right = guess.length - ahead.length;
    const checked = ahead[0]?.token === token ? ahead.shift() : undefined;
    if (checked === undefined) ahead = [];
    else row = checked.row;
    if (checked !== undefined || chosen.length < path.length) continue;
    drafts?.heard(right, token);
    const read = [...ids, ...chosen];
    guess = drafts?.next(read, request.maxTokens - chosen.length - 1, loaded.speed.costOfRow) ?? [];
    const reading = yield* quietly(
      readTokens(loaded, sequence, expert, [...read, ...guess], 1 + guess.length, request.priority, cancelled),
    );
    if (reading === null) return finish("cancelled");
    usage.runs++;
    if (predicted !== next) release(predicted);
    predicted = await loaded.stack.predict(reading.hidden);
    row = rowOf(0);
    ahead = guessed();
  }
}

/** Whether a text ends with a token of these bytes; where a stop lies across tokens that is not seen. */
function isEnd(bytes: Uint8Array, stops: readonly string[]): boolean {
  const text = Buffer.from(bytes);
  return text.length === 0 || stops.some((stop) => text.includes(stop));
}

/** Whether nothing of a text could be shown any more, by its last token or by all of them. */
function isHopeless({ least, maxTokens }: GenerateRequest, last: number, { logProbability, tokens }: Score): boolean {
  if (least === undefined) return false;
  if ("token" in least) return last < least.token;
  return logProbability < least.mean * Math.min(maxTokens, tokens + least.ahead);
}

/** What is kept of the likeliest branch, with so many of the prompt's last tokens that the place is found again. */
function writtenBehind(ids: readonly number[], { tokens }: Continuation): number[] {
  return [...ids.slice(-8), ...tokens.map(({ id }) => id)];
}

/** Runs a generator for its result alone: each of its yields becomes an empty piece of text. */
export async function* quietly<Result>(steps: AsyncGenerator<unknown, Result>): AsyncGenerator<string, Result> {
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
    yield "";
  }
}
