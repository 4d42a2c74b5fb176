// How fast this machine is, learnt from the runs that it makes: how many tokens one run may read, and what one row more costs.
import { longestDraft } from "./drafts.ts";

/** Tokens of a run. Smaller ones waste time on reading the weights. */
const smallest = 32;
/**
 * Wanted length of a run, ms, for so long a request that nobody waits for any more keeps the engine busy at most; and the most tokens
 * of one: larger runs are hardly faster, and need memory that grows with them.
 */
const usual = { ms: 50, largest: 64 };
/** Where somebody waits for the answer: the next request, which might end it, comes after a pause of its own. */
const waited = { ms: 200, largest: 128 };
/** Attention needs a number for each token of a run and each of the text, in each head: so many tokens by tokens at most. */
const mostPairs = 1 << 16;
/** Of a prompt that has a shorter one so many tokens at most are read while somebody waits, about as many as in `waitedMs`. */
const mostWaited = 256;
const leastWaited = 64;
const waitedMs = 280;
/** Tokens read in a ms, before anything is known. */
const rateAtFirst = 1;

/** What one row more adds to a run, in runs of one row: with AVX-512 about 0.08, with AVX2 0.1. */
const costAtFirst = 0.08;
const cheapest = 0.03;
const dearest = 0.5;
/** It moves by so much of the way with each run, since any single one may have been disturbed. */
const learning = 0.25;

export class Speed {
  /** What one more row adds to a run of few, in runs of one row. */
  costOfRow = costAtFirst;
  private readonly fixed: number | undefined;
  /** Tokens read in a ms. */
  private rate = rateAtFirst;
  /** Of a run of one row, ms; null until there was one. */
  private single: number | null = null;

  /** @param chunk tokens of a run, where nothing must depend on time. */
  constructor(chunk?: number) {
    this.fixed = chunk;
  }

  /** Most tokens that the next run should read of a text of so many. */
  chunk(tokens: number, isWaitedFor: boolean): number {
    if (this.fixed !== undefined) return this.fixed;
    const { ms, largest } = isWaitedFor ? waited : usual;
    return Math.max(smallest, Math.min(largest, Math.floor(mostPairs / tokens), Math.round(ms * this.rate)));
  }

  /** Most tokens that somebody should have to wait for, where a shorter prompt would do. */
  get mostWaitedFor(): number {
    if (this.fixed !== undefined) return mostWaited;
    return Math.max(leastWaited, Math.min(mostWaited, Math.round(waitedMs * this.rate)));
  }

  /** Hears how long a run of so many rows took, ms. */
  took(rows: number, ms: number): void {
    if (this.fixed !== undefined) return;
    if (rows >= smallest) this.rate = towards(this.rate, rows / Math.max(1, ms));
    if (rows === 1) {
      this.single = towards(this.single ?? ms, ms);
    } else if (rows <= 1 + longestDraft && this.single !== null) {
      // Wider runs say nothing about what a guess costs.
      const cost = (ms / this.single - 1) / (rows - 1);
      this.costOfRow = towards(this.costOfRow, Math.min(dearest, Math.max(cheapest, cost)));
    }
  }
}

const towards = (now: number, seen: number) => now + (seen - now) * learning;
