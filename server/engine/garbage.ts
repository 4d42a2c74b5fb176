// Lets go of what runs leave behind. Their outputs are small arrays outside of JavaScript's heap, of which V8 would let 64 MB come
// together before it collects by itself.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** After so long without work, ms, nobody waits for the milliseconds that collecting takes. */
const rest = 200;
/** Not worth collecting, bytes. */
const little = 4 << 20;

export class Garbage {
  readonly #collect: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** Bytes of arrays that were there after the last collection. */
  #kept = 0;

  constructor() {
    setFlagsFromString("--expose-gc");
    this.#collect = runInNewContext("gc") as () => void;
  }

  /** There is nothing to do at the moment. */
  idle(): void {
    this.#timer ??= setTimeout(() => this.#whenRested(), rest).unref();
  }

  /** There is. */
  busy(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  collect(): void {
    this.#collect();
    this.#kept = process.memoryUsage().arrayBuffers;
  }

  #whenRested(): void {
    this.#timer = undefined;
    if (process.memoryUsage().arrayBuffers > this.#kept + little) this.collect();
  }
}
