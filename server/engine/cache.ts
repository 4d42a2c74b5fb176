// What has been computed for a text and can be used again: keys, values and hidden states, per sequence.
import type { Part } from "../model/manifest.ts";
import { mapped, release } from "./arrays.ts";
import type { Values } from "./session.ts";

/** What a part says of the rows that its layers leave behind. */
type Kept = Pick<Part, "layers" | "shape" | "precision">;

/**
 * Keys and values of a run of layers for one sequence, of which the first `length` rows count. Rewinding is forgetting: the rows
 * stay and are written over.
 */
export class LayerCache {
  length = 0;
  /** What the layers gave for the last rows, [some, hidden], where that is known: who has read ahead need not ask again. */
  last: Float32Array | null = null;
  /**
   * [2 * layers, capacity, row]: for each layer its keys, then its values. The system gives memory only to rows that have been written,
   * so room for more costs nothing.
   */
  private data: Values;
  private capacity = 0;
  /** Rows that have been written since `data` was made. */
  private written = 0;
  private readonly slots: number;
  /** Numbers in a row of one layer's keys, or values. */
  private readonly row: number;
  /** As the graphs give them: half precision loses less than the weights' 8 bits do, and takes half the memory. */
  private readonly make: (size: number) => Values;

  constructor({ layers, shape, precision }: Kept) {
    this.slots = 2 * (layers[1] - layers[0]);
    this.row = shape.kvHeads * shape.headSize;
    this.make = (size) =>
      precision === "f32" ? new Float32Array(mapped(4 * size)) : new Uint16Array(mapped(2 * size));
    this.data = this.make(0);
  }

  get bytes(): number {
    return this.slots * this.written * this.row * this.data.BYTES_PER_ELEMENT;
  }

  /** Makes room for `rows` rows in all. */
  reserve(rows: number): void {
    if (rows <= this.capacity) return;
    const capacity = grown(rows);
    const wider = this.make(this.slots * capacity * this.row);
    for (let slot = 0; slot < this.slots; slot++) wider.set(this.rows(slot), slot * capacity * this.row);
    release(this.data);
    this.data = wider;
    this.capacity = capacity;
    this.written = this.length;
  }

  /** A view of the rows of a layer's keys (slot 2 * layer) or values (slot 2 * layer + 1), [length, row]. */
  rows(slot: number): Values {
    return this.data.subarray(slot * this.capacity * this.row, (slot * this.capacity + this.length) * this.row);
  }

  /** Adds the first `count` of `of` rows to each slot: `rows` is [2 * layers, of, row]. */
  append(count: number, rows: Values, of = count): void {
    this.reserve(this.length + count);
    for (let slot = 0; slot < this.slots; slot++) {
      const first = slot * of * this.row;
      const added = rows.subarray(first, first + count * this.row);
      this.data.set(added, (slot * this.capacity + this.length) * this.row);
    }
    this.grow(this.length + count);
  }

  rewind(length: number): void {
    if (length >= this.length) return;
    this.length = length;
    this.last = null;
  }

  /** Adds those of the first `length` rows of another cache that are missing here. */
  take(other: LayerCache, length: number): void {
    if (length <= this.length) return;
    this.reserve(length);
    for (let slot = 0; slot < this.slots; slot++) {
      const missing = other.rows(slot).subarray(this.length * this.row, length * this.row);
      this.data.set(missing, (slot * this.capacity + this.length) * this.row);
    }
    this.grow(length);
  }

  /** Gives its memory back; it holds nothing any more and is not used again. */
  end(): void {
    release(this.data);
  }

  private grow(length: number): void {
    this.last = null;
    this.length = length;
    this.written = Math.max(this.written, length);
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
  /** How many readings have begun here: whoever finds another one has been overtaken, and nothing is as he left it. */
  readings = 0;
  /** The backbone's output, [capacity, hidden]; the first tokens.length rows count. */
  hidden = new Float32Array(0);
  /** The likeliest text that was generated here last, with the end of its prompt: typing on or deleting often leads to it again. */
  written: readonly number[] = [];
  private readonly experts = new Map<string, LayerCache>();
  private readonly part: Kept;
  /** Most tokens that `hidden` has held since it was made. */
  private most = 0;

  /** @param part the backbone's */
  constructor(part: Kept) {
    this.part = part;
    this.backbone = new LayerCache(part);
  }

  get bytes(): number {
    let bytes = this.backbone.bytes + this.most * this.part.shape.hidden * this.hidden.BYTES_PER_ELEMENT;
    for (const cache of this.experts.values()) bytes += cache.bytes;
    return bytes;
  }

  /** By the key of the expert's part: an expert that was removed and another one of its name have nothing in common. */
  expert(part: Part): LayerCache {
    let cache = this.experts.get(part.key);
    if (cache === undefined) {
      cache = new LayerCache(part);
      this.experts.set(part.key, cache);
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
    const size = this.part.shape.hidden;
    this.append(other.tokens.slice(own, length), other.hidden.subarray(own * size, length * size));
  }

  /** The same for an expert's rows; this sequence must hold as many tokens. */
  takeExpert(other: Sequence, part: Part, length: number): void {
    this.expert(part).take(other.expert(part), length);
  }

  rewind(length: number): void {
    // Backbone and experts also where the tokens are no more: what failed on its way may have left them ahead.
    this.tokens.length = Math.min(this.tokens.length, length);
    this.backbone.rewind(this.tokens.length);
    for (const cache of this.experts.values()) cache.rewind(this.tokens.length);
  }

  /** Makes room for `rows` tokens in all, once instead of chunk by chunk. */
  reserve(rows: number): void {
    const size = this.part.shape.hidden;
    this.backbone.reserve(rows);
    if (this.hidden.length >= rows * size) return;
    const wider = new Float32Array(mapped(4 * grown(rows) * size));
    wider.set(this.hidden.subarray(0, this.tokens.length * size));
    release(this.hidden);
    this.hidden = wider;
    this.most = this.tokens.length;
  }

  /** Notes that the backbone has read `tokens`, whose output states [tokens.length, hidden] are given. */
  append(tokens: readonly number[], hidden: Float32Array): void {
    this.reserve(this.tokens.length + tokens.length);
    this.hidden.set(hidden, this.tokens.length * this.part.shape.hidden);
    this.tokens.push(...tokens);
    this.most = Math.max(this.most, this.tokens.length);
  }

  /** Gives its memory back; it is not used again. */
  end(): void {
    release(this.hidden);
    this.backbone.end();
    for (const cache of this.experts.values()) cache.end();
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
   * several prompts share is read once, by the backbone and by this expert.
   * @returns how many of the tokens are there then
   */
  share(sequence: Sequence, tokens: readonly number[], expert: Part): number {
    const { key } = expert;
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
      sequence.takeExpert(others[followed.indexOf(furthest)]!, expert, furthest);
    return held;
  }

  /** The sequence of that name, new if need be. Others are dropped until the budget holds, but never `kept` ones. */
  use(name: string, kept: Pick<ReadonlySet<string>, "has">): Sequence {
    const sequence = this.sequences.get(name) ?? this.create();
    this.sequences.delete(name);
    this.sequences.set(name, sequence);
    let bytes = this.bytes;
    for (const [other, dropped] of this.sequences) {
      if (bytes <= this.budget) break;
      if (other === name || kept.has(other)) continue;
      this.sequences.delete(other);
      bytes -= dropped.bytes;
      dropped.end();
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

/**
 * Rows to make room for: enough for the next lines that are typed, so that not every key copies what is there; not many more, since
 * some systems give memory in pieces of 2 MB.
 */
function grown(needed: number): number {
  return Math.ceil((needed + 64) / 256) * 256;
}
