// How long to wait after a key before the model is asked: by the user's rhythm and by how long answers take.

/** Keys further apart belong to no rhythm. Milliseconds. */
const longestGap = 600;
/** So many gaps and answers are remembered. */
const remembered = 8;
/**
 * A key is overdue after so many of the gaps that three quarters do not exceed: where their logarithms scatter by 0.45, as people type,
 * every eleventh comes later.
 */
const overdue = 1.35;
/** Nobody waits longer. Milliseconds. */
const longestWait = 300;
/** What a few keys have added is read in about so long, without AVX-512. Milliseconds. */
const readingTime = 45;

export class Pace {
  readonly #now: () => number;
  readonly #gaps: number[] = [];
  readonly #answers: number[] = [];
  #last: { readonly uri: string; readonly version: number; readonly at: number } | null = null;

  /** @param now a clock, in milliseconds */
  constructor(now: () => number = () => Date.now()) {
    this.#now = now;
  }

  /** A request came for a version of a document; a new version is a key. */
  key(uri: string, version: number): void {
    const at = this.#now();
    const last = this.#last;
    if (last?.uri === uri && last.version === version) return;
    if (last?.uri === uri && at >= last.at && at - last.at < longestGap) keep(this.#gaps, at - last.at);
    this.#last = { uri, version, at };
  }

  /** An answer was computed in so many milliseconds. */
  answered(milliseconds: number): void {
    keep(this.#answers, milliseconds);
  }

  /**
   * How long to wait, milliseconds: `least` where answers come before the next key would, so that none is computed for nothing;
   * else until the next key of the rhythm is overdue. 0 stays 0.
   */
  wait(least: number): number {
    if (least <= 0 || this.#gaps.length === 0) return least;
    const gap = upper(this.#gaps);
    if (this.#answers.length > 0 && least + upper(this.#answers) < gap) return least;
    return Math.max(least, Math.min(longestWait, overdue * gap));
  }

  /**
   * When to begin to read what would be asked after such a wait, milliseconds: once the next key of the rhythm is due, or so early that it
   * is read by the end; at once where no key is expected before the end.
   */
  read(wait: number): number {
    const gap = this.#gaps.length === 0 ? 0 : upper(this.#gaps);
    return gap < wait ? Math.max(0, Math.min(gap, wait - readingTime)) : 0;
  }
}

function keep(values: number[], value: number): void {
  values.push(value);
  if (values.length > remembered) values.shift();
}

/** The value that three quarters do not exceed. */
function upper(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(0.75 * values.length) - 1]!;
}
