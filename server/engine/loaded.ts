// A loaded model: its parts, tokenizer and caches, and the one way to read tokens into them.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Cache, Sequence } from "./cache.ts";
import { indexTokens, type TokenIndex } from "./constraint.ts";
import { openEmbedding } from "./embedding.ts";
import type { EngineOptions, ExpertInfo } from "./engine.ts";
import { openRuntime, readPart, type Session } from "./session.ts";
import { chunkSize, openStack, type Stack } from "./stack.ts";
import { openTokenizer, type Tokenizer } from "./tokenizer.ts";

export interface Loaded {
  readonly backbone: Session;
  readonly head: Session;
  readonly stack: Stack;
  readonly cache: Cache;
  readonly tokenizer: Tokenizer;
  readonly index: TokenIndex;
  readonly contextTokens: number;
  readonly experts: readonly ExpertInfo[];
  /** Loads an expert on first use. @throws Error when it is unknown or its files are not as they were built. */
  expert(id: string): Promise<Session>;
  /** Bytes of the experts loaded so far, by id. */
  loadedExperts(): Record<string, number>;
}

/**
 * Loads backbone, head and the fallback expert from a folder of compiled parts; the other experts wait until they are asked.
 * @throws Error in words when a part is missing, damaged, or belongs to another backbone.
 */
export async function load(options: EngineOptions): Promise<Loaded> {
  const runtime = await openRuntime();
  const sessions = new Map<string, Promise<Session>>();
  const session = (id: string) => {
    let loading = sessions.get(id);
    if (loading === undefined) {
      loading = runtime.load(join(options.model, id), options.threads);
      sessions.set(id, loading);
    }
    return loading;
  };
  const backbone = await session("backbone");
  const head = await session("head");
  const experts = await listExperts(options.model, backbone);
  const tokenizer = openTokenizer(JSON.parse(await readFile(join(options.model, "head", "tokenizer.json"), "utf8")));
  const layers = backbone.part.layers[1] - backbone.part.layers[0];

  const loaded: Record<string, number> = {};
  const expert = async (id: string): Promise<Session> => {
    const info = experts.find((each) => each.id === id);
    if (info === undefined) {
      throw new Error(`there is no expert "${id}"; installed: ${experts.map((each) => each.id).join(", ")}`);
    }
    const loading = await session(id);
    loaded[id] = info.bytes;
    return loading;
  };
  if (experts.some(({ id }) => id === "general")) await expert("general");

  return {
    backbone,
    head,
    stack: openStack(runtime, backbone, head, openEmbedding(head)),
    cache: new Cache(() => new Sequence(layers, backbone.part.shape), options.cacheBytes),
    tokenizer,
    index: indexTokens(tokenizer),
    contextTokens: Math.min(options.contextTokens, backbone.part.shape.context),
    experts,
    expert,
    loadedExperts: () => ({ ...loaded }),
  };
}

async function listExperts(folder: string, backbone: Session): Promise<ExpertInfo[]> {
  const experts: ExpertInfo[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    if (name === "backbone" || name === "head" || name.startsWith(".") || !(await stat(path)).isDirectory()) continue;
    const part = await readPart(path);
    if (part.kind !== "expert" || part.id !== name) throw new Error(`${path} does not hold the expert "${name}"`);
    if (part.backbone !== backbone.part.backbone) throw new Error(`the expert "${name}" belongs to another backbone`);
    experts.push({ id: name, layers: part.layers, parameters: part.parameters, bytes: partBytes(part.files) });
  }
  return experts;
}

/** Size of a part's files, bytes. */
export function partBytes(files: Session["part"]["files"]): number {
  return Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
}

export interface Reading {
  /** The expert's final hidden states of the last `wanted` tokens, [wanted, hidden]. */
  readonly hidden: Float32Array;
  /** How many of the tokens the backbone had read before. */
  readonly reused: number;
}

/**
 * Brings a sequence to hold exactly `ids`: what it has in common with them is kept, the backbone reads the rest, the expert
 * follows from wherever it stood. Yields between runs, so that others can go first; nobody else may touch this sequence
 * meanwhile.
 * @returns null when `cancelled` turned true; what has been read stays.
 */
export async function* readTokens(
  { stack }: Loaded,
  sequence: Sequence,
  expert: Session,
  ids: readonly number[],
  wanted: number,
  cancelled: () => boolean,
): AsyncGenerator<undefined, Reading | null> {
  const reused = sequence.rewindTo(ids);
  sequence.reserve(ids.length);
  while (sequence.tokens.length < ids.length) {
    if (cancelled()) return null;
    await stack.read(sequence, ids.slice(sequence.tokens.length, sequence.tokens.length + chunkSize));
    yield;
  }
  const size = expert.part.shape.hidden;
  const hidden = new Float32Array(wanted * size);
  const first = ids.length - wanted;
  const cache = sequence.expert(expert.part.id, expert.part.layers[1] - expert.part.layers[0]);
  cache.rewind(first);
  cache.reserve(ids.length);
  while (cache.length < ids.length) {
    if (cancelled()) return null;
    // Rows that are wanted are computed in runs of their own, after those that only fill the cache.
    const end = cache.length < first ? first : ids.length;
    const from = cache.length;
    const rows = Math.min(chunkSize, end - from);
    const states = await stack.follow(sequence, expert, rows);
    if (from >= first) hidden.set(states, (from - first) * size);
    yield;
  }
  return { hidden, reused };
}
