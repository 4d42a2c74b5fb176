// What has been computed for a text and can be used again: keys, values and hidden states, per sequence.
import type { Shape } from "../model/manifest.ts";

/**
 * Keys and values of a run of layers for one sequence. Each layer has two arrays [kvHeads, capacity, headSize], of which
 * the first `length` rows of every head count. Rewinding is forgetting: the rows stay and are written over.
 */
export class LayerCache {
  length = 0;
  capacity = 0;
  /** Per layer; replaced when the cache grows. */
  keys: Float32Array[];
  values: Float32Array[];
  private readonly shape: Shape;

  constructor(layers: number, shape: Shape) {
    this.shape = shape;
    this.keys = Array.from({ length: layers }, () => new Float32Array(0));
    this.values = Array.from({ length: layers }, () => new Float32Array(0));
  }

  get bytes(): number {
    return this.keys.length * 2 * this.capacity * this.rowSize * 4;
  }

  /** Makes room for `rows` rows in all; may replace the arrays. */
  reserve(rows: number): void {
    if (rows <= this.capacity) return;
    const capacity = grown(rows);
    this.keys = this.keys.map((old) => this.copied(old, capacity));
    this.values = this.values.map((old) => this.copied(old, capacity));
    this.capacity = capacity;
  }

  /** Adds `rows` rows; `keys[layer]` and `values[layer]` are [kvHeads, rows, headSize]. There must be room for them. */
  append(rows: number, keys: readonly Float32Array[], values: readonly Float32Array[]): void {
    for (let layer = 0; layer < this.keys.length; layer++) {
      this.write(this.keys[layer]!, keys[layer]!, rows);
      this.write(this.values[layer]!, values[layer]!, rows);
    }
    this.length += rows;
  }

  rewind(length: number): void {
    this.length = Math.min(this.length, length);
  }

  /** Adds those of the first `length` rows of another cache that are missing here. */
  take(other: LayerCache, length: number): void {
    this.reserve(length);
    for (let layer = 0; layer < this.keys.length; layer++) {
      this.copy(this.keys[layer]!, other.keys[layer]!, other.capacity, length);
      this.copy(this.values[layer]!, other.values[layer]!, other.capacity, length);
    }
    this.length = Math.max(this.length, length);
  }

  private copy(into: Float32Array, from: Float32Array, capacity: number, length: number): void {
    const { kvHeads, headSize } = this.shape;
    for (let head = 0; head < kvHeads; head++) {
      const rows = from.subarray((head * capacity + this.length) * headSize, (head * capacity + length) * headSize);
      into.set(rows, (head * this.capacity + this.length) * headSize);
    }
  }

  private get rowSize(): number {
    return this.shape.kvHeads * this.shape.headSize;
  }

  private write(into: Float32Array, rows: Float32Array, count: number): void {
    const { kvHeads, headSize } = this.shape;
    for (let head = 0; head < kvHeads; head++) {
      const from = rows.subarray(head * count * headSize, (head + 1) * count * headSize);
      into.set(from, (head * this.capacity + this.length) * headSize);
    }
  }

  private copied(old: Float32Array, capacity: number): Float32Array {
    const { kvHeads, headSize } = this.shape;
    const wider = new Float32Array(kvHeads * capacity * headSize);
    for (let head = 0; head < kvHeads; head++) {
      const from = head * this.capacity * headSize;
      wider.set(old.subarray(from, from + this.length * headSize), head * capacity * headSize);
    }
    return wider;
  }
}

/**
 * One text as the backbone has read it. Below the cut all experts share the same keys, values and hidden states; each
 * expert adds only its own layers, and only as far as it has been asked (Huang et al., CCoE, arXiv 2407.11686).
 */
export class Sequence {
  /** The tokens that the backbone has read. */
  readonly tokens: number[] = [];
  readonly backbone: LayerCache;
  /** The backbone's output, [capacity, hidden]; the first tokens.length rows count. */
  hidden = new Float32Array(0);
  /** The likeliest text that was generated here last, with the end of its prompt: typing on or deleting often leads to it again. */
  written: readonly number[] = [];
  private readonly experts = new Map<string, LayerCache>();
  private readonly shape: Shape;

  constructor(layers: number, shape: Shape) {
    this.shape = shape;
    this.backbone = new LayerCache(layers, shape);
  }

  get bytes(): number {
    let bytes = this.backbone.bytes + this.hidden.byteLength;
    for (const cache of this.experts.values()) bytes += cache.bytes;
    return bytes;
  }

  /** By the key of the expert's part: an expert that was removed and another one of its name have nothing in common. */
  expert(key: string, layers: number): LayerCache {
    let cache = this.experts.get(key);
    if (cache === undefined) {
      cache = new LayerCache(layers, this.shape);
      this.experts.set(key, cache);
    }
    return cache;
  }

  /** How many tokens an expert has followed. */
  followed(key: string): number {
    return this.experts.get(key)?.length ?? 0;
  }

  /** Length of the longest prefix that `tokens` and this sequence have in common. */
  common(tokens: readonly number[]): number {
    return commonLength(this.tokens, tokens);
  }

  /** Keeps only what `tokens` and this sequence have in common; its length. */
  rewindTo(tokens: readonly number[]): number {
    const length = this.common(tokens);
    this.rewind(length);
    return length;
  }

  /** Takes over what another sequence holds of its first `length` tokens, with which this one's begin too. Rows are copied. */
  take(other: Sequence, length: number): void {
    const own = this.tokens.length;
    if (length <= own) return;
    this.backbone.take(other.backbone, length);
    const size = this.shape.hidden;
    this.append(other.tokens.slice(own, length), other.hidden.subarray(own * size, length * size));
  }

  /** The same for an expert's rows; this sequence must hold as many tokens. */
  takeExpert(other: Sequence, key: string, layers: number, length: number): void {
    const theirs = other.expert(key, layers);
    const own = this.expert(key, layers);
    if (length > own.length) own.take(theirs, length);
  }

  rewind(length: number): void {
    if (length >= this.tokens.length) return;
    this.tokens.length = length;
    this.backbone.rewind(length);
    for (const cache of this.experts.values()) cache.rewind(length);
  }

  /** Makes room for `rows` tokens in all, once instead of chunk by chunk. */
  reserve(rows: number): void {
    const size = this.shape.hidden;
    this.backbone.reserve(rows);
    if (this.hidden.length >= rows * size) return;
    const wider = new Float32Array(grown(rows) * size);
    wider.set(this.hidden.subarray(0, this.tokens.length * size));
    this.hidden = wider;
  }

  /** Notes that the backbone has read `tokens`, whose output states [tokens.length, hidden] are given. */
  append(tokens: readonly number[], hidden: Float32Array): void {
    this.reserve(this.tokens.length + tokens.length);
    this.hidden.set(hidden, this.tokens.length * this.shape.hidden);
    this.tokens.push(...tokens);
  }
}

/** All sequences, within a budget of bytes; the one not used for longest goes first. */
export class Cache {
  // A Map iterates in the order of insertion, and `use` inserts again: the first is the one not used for longest.
  private readonly sequences = new Map<string, Sequence>();
  private readonly create: () => Sequence;
  private readonly budget: number;

  /** @param budget bytes; the sequence in use may exceed it. */
  constructor(create: () => Sequence, budget: number) {
    this.create = create;
    this.budget = budget;
  }

  get bytes(): number {
    let bytes = 0;
    for (const sequence of this.sequences.values()) bytes += sequence.bytes;
    return bytes;
  }

  /** Length of the longest prefix of `tokens` that any sequence holds. */
  longest(tokens: readonly number[]): number {
    return Math.max(0, ...[...this.sequences.values()].map((each) => each.common(tokens)));
  }

  /**
   * Gives `sequence`, which holds nothing but a prefix of `tokens`, what another one has read of them further: a prefix that
   * several prompts share is read once, by the backbone and by the expert of this key.
   * @returns how many of the tokens are there then
   */
  share(sequence: Sequence, tokens: readonly number[], key: string, layers: number): number {
    // For the next token of a text, which is asked again and again, there is nothing to be had.
    const least = Math.min(sequence.tokens.length, sequence.followed(key));
    if (tokens.length - least <= fewestShared) return sequence.tokens.length;
    const others = [...this.sequences.values()].filter((each) => each !== sequence);
    const common = others.map((each) => each.common(tokens));
    const most = Math.max(0, ...common);
    if (most > sequence.tokens.length + fewestShared) sequence.take(others[common.indexOf(most)]!, most);
    const held = sequence.tokens.length;
    const followed = others.map((each, i) => Math.min(held, common[i]!, each.followed(key)));
    const furthest = Math.max(0, ...followed);
    if (furthest > sequence.followed(key) + fewestShared)
      sequence.takeExpert(others[followed.indexOf(furthest)]!, key, layers, furthest);
    return held;
  }

  /** The sequence of that name, new if need be. Others are dropped until the budget holds, but never `kept` ones. */
  use(name: string, kept: ReadonlySet<string>): Sequence {
    const sequence = this.sequences.get(name) ?? this.create();
    this.sequences.delete(name);
    this.sequences.set(name, sequence);
    let bytes = this.bytes;
    for (const [other, { bytes: freed }] of this.sequences) {
      if (bytes <= this.budget) break;
      if (other === name || kept.has(other)) continue;
      this.sequences.delete(other);
      bytes -= freed;
    }
    return sequence;
  }
}

/** How many tokens two texts have in common at their beginning. */
export function commonLength(one: readonly number[], other: readonly number[]): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length++;
  return length;
}

/** Fewer tokens than these are read as fast as their rows are looked for and copied. */
const fewestShared = 8;

/** Rows to allocate: enough for the next lines that are typed, so that the arrays are not copied at every key. */
function grown(needed: number): number {
  const step = 128;
  return Math.ceil((needed + step / 2) / step) * step;
}
