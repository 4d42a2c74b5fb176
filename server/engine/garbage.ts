// Lets go of what runs leave behind. Their outputs are small arrays outside of JavaScript's heap, of which V8 would let 64 MB come
// together before it collects by itself; and what they had while they ran are holes in the C library's.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** After so long without work, ms, nobody waits for the milliseconds that collecting takes. */
const rest = 200;
/** After so long, the next request may take a few more, for which memory is fetched from the system again. */
const longRest = 1_000;
/** Nor do holes grow for longer than this while requests come one after the other, ms. */
const longest = 10_000;
/** Not worth collecting, bytes. */
const little = 4 << 20;

/** @returns what has V8 collect all garbage of the calling thread at once */
export function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

export class Garbage {
  readonly #collectAll = collector();
  readonly #trim: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** Bytes of arrays that were there after the last collection. */
  #kept = 0;
  #trimmed = 0;

  /** @param trim gives free memory back to the system */
  constructor(trim: () => void) {
    this.#trim = trim;
  }

  /** There is nothing to do at the moment. */
  idle(): void {
    this.#timer ??= setTimeout(() => this.#whenRested(), rest).unref();
    if (Date.now() - this.#trimmed > longest) this.#giveBack();
  }

  /** There is. */
  busy(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Lets go of all that is not in use. */
  empty(): void {
    this.#collect();
    this.#giveBack();
  }

  #whenRested(): void {
    if (process.memoryUsage().arrayBuffers > this.#kept + little) this.#collect();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#giveBack();
    }, longRest - rest).unref();
  }

  #collect(): void {
    this.#collectAll();
    this.#kept = process.memoryUsage().arrayBuffers;
  }

  #giveBack(): void {
    this.#trim();
    this.#trimmed = Date.now();
  }
}
