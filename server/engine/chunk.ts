// How many tokens one run reads: as many as fit into the time after which a cancelled request should have ended.

/** Wanted length of a run, ms: a request that nobody waits for any more keeps the engine busy for as long at most. */
const wantedMs = 50;
/** Smaller runs waste time on reading the weights; larger ones are no faster, and need memory that grows with them. */
const smallest = 32;
const largest = 64;
/** The first runs, before anything is known. */
const atFirst = 64;

/** Learns the speed of this machine from the runs that it makes. */
export class Chunk {
  /** Tokens of the next run. */
  size: number;
  private readonly fixed: boolean;

  /** @param fixed tokens, where the size must not depend on time. */
  constructor(fixed?: number) {
    this.size = fixed ?? atFirst;
    this.fixed = fixed !== undefined;
  }

  /** Hears how long a whole run took, ms. It moves by a quarter of the way, since any single run may have been disturbed. */
  took(ms: number): void {
    if (this.fixed) return;
    const fitting = this.size * (wantedMs / Math.max(1, ms));
    const next = this.size + (fitting - this.size) / 4;
    this.size = Math.min(largest, Math.max(smallest, Math.round(next)));
  }
}
