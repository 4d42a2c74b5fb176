// How fast this machine is, learnt from the runs that it makes: how many tokens one run may read, and what one row more costs.
import { longestDraft } from "./drafts.ts";

/** Wanted length of a run, ms: a request that nobody waits for any more keeps the engine busy for as long at most. */
const wantedMs = 50;
/** Smaller runs waste time on reading the weights; larger ones are no faster, and need memory that grows with them. */
const smallest = 32;
const largest = 64;
/** The first runs, before anything is known. */
const atFirst = 64;

/** What one row more adds to a run, in runs of one row: with AVX-512 about 0.08, with AVX2 0.16. */
const costAtFirst = 0.08;
const cheapest = 0.03;
const dearest = 0.5;
/** It moves by so much of the way with each run, since any single one may have been disturbed. */
const learning = 0.25;

export class Speed {
  /** Tokens of the next run. */
  chunk: number;
  /** What one more row adds to a run of few, in runs of one row. */
  costOfRow = costAtFirst;
  private readonly fixed: boolean;
  /** Of a run of one row, ms; null until there was one. */
  private single: number | null = null;

  /** @param chunk tokens, where nothing must depend on time. */
  constructor(chunk?: number) {
    this.chunk = chunk ?? atFirst;
    this.fixed = chunk !== undefined;
  }

  /** Hears how long a run of so many rows took, ms. */
  took(rows: number, ms: number): void {
    if (this.fixed) return;
    if (rows === this.chunk) {
      const fitting = rows * (wantedMs / Math.max(1, ms));
      this.chunk = Math.min(largest, Math.max(smallest, Math.round(towards(this.chunk, fitting))));
    }
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
