// Byte-pair encoding over a byte-level vocabulary, in tables of numbers: as maps of strings they would take 45 MB.

/** Merges of two tokens into one, found by hashing; a slot is empty where its left token is -1. */
export class Merges {
  readonly #left: Int32Array;
  readonly #right: Int32Array;
  readonly #rank: Int32Array;
  readonly #merged: Int32Array;
  readonly #mask: number;

  /**
   * @param merges "left right", the most urgent first, in the vocabulary's own alphabet
   * @returns null when a merge is of tokens that the vocabulary lacks
   */
  static of(merges: readonly string[], ids: ReadonlyMap<string, number>): Merges | null {
    const table = new Merges(merges.length);
    for (const [rank, merge] of merges.entries()) {
      const space = merge.indexOf(" ", 1);
      const left = ids.get(merge.slice(0, space));
      const right = ids.get(merge.slice(space + 1));
      const merged = ids.get(merge.slice(0, space) + merge.slice(space + 1));
      if (left === undefined || right === undefined || merged === undefined) return null;
      table.#add(left, right, rank, merged);
    }
    return table;
  }

  private constructor(count: number) {
    // At most half full, so that a pair is found in a few steps.
    const slots = 2 ** Math.ceil(Math.log2(Math.max(1, count) * 2));
    this.#mask = slots - 1;
    this.#left = new Int32Array(slots).fill(-1);
    this.#right = new Int32Array(slots);
    this.#rank = new Int32Array(slots);
    this.#merged = new Int32Array(slots);
  }

  /** The tokens that a text falls into, from the tokens of its bytes: the most urgent merge first, of equals the leftmost. */
  apply(bytes: readonly number[]): number[] {
    const ids = [...bytes];
    /** Places of the neighbours that are left; -1 behind the last, and before the first. */
    const next = ids.map((_, place) => (place + 1 < ids.length ? place + 1 : -1));
    const previous = ids.map((_, place) => place - 1);
    const waiting = new Heap();
    const consider = (place: number) => {
      const after = place < 0 ? -1 : next[place]!;
      if (after < 0) return;
      const slot = this.#find(ids[place]!, ids[after]!);
      if (slot >= 0) waiting.push(this.#rank[slot]!, place, slot);
    };
    for (let place = 0; place < ids.length; place++) consider(place);
    for (let best = waiting.pop(); best !== null; best = waiting.pop()) {
      const { place, slot } = best;
      const after = next[place]!;
      // What was found may have been merged otherwise since; a place that is gone holds no token.
      if (after < 0 || ids[place] !== this.#left[slot] || ids[after] !== this.#right[slot]) continue;
      ids[place] = this.#merged[slot]!;
      ids[after] = -1;
      next[place] = next[after]!;
      if (next[after]! >= 0) previous[next[after]!] = place;
      consider(previous[place]!);
      consider(place);
    }
    return ids.filter((id) => id >= 0);
  }

  #add(left: number, right: number, rank: number, merged: number): void {
    let slot = this.#hash(left, right);
    while (this.#left[slot] !== -1) {
      // Of two that are the same the more urgent one counts.
      if (this.#left[slot] === left && this.#right[slot] === right) return;
      slot = (slot + 1) & this.#mask;
    }
    this.#left[slot] = left;
    this.#right[slot] = right;
    this.#rank[slot] = rank;
    this.#merged[slot] = merged;
  }

  #find(left: number, right: number): number {
    let slot = this.#hash(left, right);
    while (this.#left[slot] !== -1) {
      if (this.#left[slot] === left && this.#right[slot] === right) return slot;
      slot = (slot + 1) & this.#mask;
    }
    return -1;
  }

  #hash(left: number, right: number): number {
    // Odd constants near the golden ratio spread neighbours; the upper bits are the better ones.
    const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & this.#mask;
  }
}

interface Waiting {
  readonly rank: number;
  readonly place: number;
  readonly slot: number;
}

/** What waits to be merged, the most urgent on top: a text of one long piece takes n log n steps. */
class Heap {
  readonly #items: Waiting[] = [];

  push(rank: number, place: number, slot: number): void {
    const items = this.#items;
    const item = { rank, place, slot };
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(item, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  pop(): Waiting | null {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined) return null;
    if (items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1]!, items[child]!)) child++;
      if (!before(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return top;
  }
}

const before = (one: Waiting, other: Waiting) =>
  one.rank < other.rank || (one.rank === other.rank && one.place < other.place);
