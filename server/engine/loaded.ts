// A loaded model: its parts, tokenizer and caches, and the one way to read tokens into them.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { release } from "./arrays.ts";
import { Cache, Sequence } from "./cache.ts";
import { indexTokens, type TokenIndex } from "./constraint.ts";
import { History } from "./drafts.ts";
import { openEmbedding } from "./embedding.ts";
import { mostRetyped } from "./encode.ts";
import type { EngineOptions } from "./engine.ts";
import { ExpertSet, type Heard } from "./experts.ts";
import type { Priority } from "./queue.ts";
import { openRuntime, type Session } from "./session.ts";
import { Speed } from "./speed.ts";
import { openStack, type Stack } from "./stack.ts";
import { openTokenizer, type Tokenizer } from "./tokenizer.ts";

export interface Loaded {
  readonly backbone: Session;
  readonly head: Session;
  readonly experts: ExpertSet;
  readonly stack: Stack;
  readonly speed: Speed;
  readonly cache: Cache;
  readonly history: History;
  readonly tokenizer: Tokenizer;
  readonly index: TokenIndex;
  readonly contextTokens: number;
}

/**
 * Loads backbone, head and the fallback expert from a folder of compiled parts; the other experts wait until they are asked.
 * @throws Error in words when a part of the model is missing, damaged, or belongs to another backbone.
 */
export async function load(options: EngineOptions, heard: Heard): Promise<Loaded> {
  const { model, threads } = options;
  const runtime = await openRuntime();
  const backbone = await runtime.load(join(model, "backbone"), threads);
  const head = await runtime.load(join(model, "head"), threads);
  const experts = new ExpertSet(runtime, backbone, threads, heard);
  await experts.setModel(model);
  await experts.setAdded(options.added ?? []);
  const tokenizer = openTokenizer(JSON.parse(await readFile(join(model, "head", "tokenizer.json"), "utf8")));
  if (experts.now.experts.some(({ id }) => id === "general")) await experts.session("general");

  return {
    backbone,
    head,
    experts,
    stack: openStack(runtime, backbone, head, openEmbedding(head)),
    speed: new Speed(options.chunkTokens),
    cache: new Cache(() => new Sequence(backbone.part), options.cacheBytes),
    history: new History(),
    tokenizer,
    index: indexTokens(tokenizer),
    contextTokens: Math.min(options.contextTokens, backbone.part.shape.context),
  };
}

/** Of so many rows the expert's output is kept: the last of a prompt, and what heals it. */
const mostKept = 1 + mostRetyped;

export interface Reading {
  /** The expert's final hidden states of the last `wanted` tokens, [wanted, hidden]. */
  readonly hidden: Float32Array;
  /** How many of the tokens the backbone had read before. */
  readonly reused: number;
}

/**
 * Brings a sequence to hold exactly `ids`: what it or another one has in common with them is kept, the backbone reads the rest,
 * the expert follows from wherever it stood. Yields between runs, so that others can go first; who goes on with this sequence meanwhile
 * has overtaken it.
 * @param priority of the request: where it is a completion somebody waits, and a run may take longer, for all to take less
 * @returns null when `cancelled` turned true or it was overtaken; what has been read stays.
 */
export async function* readTokens(
  { stack, speed, cache: sequences }: Loaded,
  sequence: Sequence,
  expert: Session,
  ids: readonly number[],
  wanted: number,
  priority: Priority,
  cancelled: () => boolean,
): AsyncGenerator<undefined, Reading | null> {
  /** Tokens of the next of the runs, all alike, that read so many. */
  const part = (left: number) => Math.ceil(left / Math.ceil(left / speed.chunk(ids.length, priority === "completion")));
  const mine = ++sequence.readings;
  const isOver = () => cancelled() || sequence.readings !== mine;
  sequence.rewindTo(ids);
  const reused = sequences.share(sequence, ids, expert.part);
  sequence.reserve(ids.length);
  while (sequence.tokens.length < ids.length) {
    if (isOver()) return null;
    const started = performance.now();
    const read = sequence.tokens.length;
    const fresh = ids.slice(read, read + part(ids.length - read));
    await stack.read(sequence, fresh);
    speed.took(fresh.length, performance.now() - started);
    yield;
  }
  if (isOver()) return null;
  const cache = sequence.expert(expert.part);
  const size = expert.part.shape.hidden;
  const { last } = cache;
  if (last !== null && cache.length === ids.length && last.length >= wanted * size) {
    return { hidden: last.slice(-wanted * size), reused };
  }
  const hidden = new Float32Array(wanted * size);
  const first = ids.length - wanted;
  cache.rewind(first);
  cache.reserve(ids.length);
  while (cache.length < ids.length) {
    if (isOver()) return null;
    const from = cache.length;
    const states = await stack.follow(sequence, expert, part(ids.length - from));
    const filling = Math.max(0, first - from);
    hidden.set(states.subarray(filling * size), Math.max(0, from - first) * size);
    release(states);
    yield;
  }
  if (sequence.readings !== mine) return null;
  cache.last = hidden.slice(-mostKept * size);
  return { hidden, reused };
}
