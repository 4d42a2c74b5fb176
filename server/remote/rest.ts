// When an engine on another machine is asked again after it has failed: later each time.

const shortest = 5_000;
const longest = 300_000;

export class Rest {
  readonly #now: () => number;
  #failures = 0;
  #until = 0;
  #why = "";

  /** `now`: milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Why it rests, in words, or null when it can be asked. */
  get why(): string | null {
    const left = this.#until - this.#now();
    return left > 0 ? `${this.#why}; it is asked again in ${Math.ceil(left / 1000)} s` : null;
  }

  failed(why: string): void {
    this.#why = why;
    this.#until = this.#now() + Math.min(longest, shortest * 2 ** this.#failures);
    this.#failures++;
  }

  answered(): void {
    this.#failures = 0;
    this.#until = 0;
  }
}
