// How long to wait after a crash, and when to stop trying.

/** Pauses before the restarts, in milliseconds; one crash more is one too many. */
export const pauses: readonly number[] = [0, 1_000, 5_000, 15_000];

/** Crashes longer ago than this many milliseconds are forgotten. */
export const memory = 3 * 60_000;

/** Counts crashes within the last three minutes. */
export class Backoff {
  private crashes: number[] = [];

  /** Notes a crash at `now` (milliseconds); the pause before the restart, or null when there should be none. */
  next(now: number): number | null {
    this.crashes = this.crashes.filter((crash) => now - crash < memory);
    this.crashes.push(now);
    return pauses[this.crashes.length - 1] ?? null;
  }

  /** Forgets the crashes, because the user asks for a new attempt. */
  forget(): void {
    this.crashes = [];
  }
}
