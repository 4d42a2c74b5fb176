// Where a generation might have gone another way: what was nearly as likely as the token that was chosen.
import type { Token } from "./engine.ts";

/** A chosen token and how likely it was. */
export type Chosen = Pick<Token, "id" | "logProbability">;

/** A way that was not taken: the tokens of a branch before it, and the one with which it parts from the branch. */
export interface Turn {
  readonly path: readonly Chosen[];
  /** By how much less likely than what was chosen, all turns that led here together. Nats. */
  readonly gap: number;
}

/** A way is not followed when it is less than 1/20 as likely as the likeliest: there the model is sure. */
const widestGap = Math.log(20);

/**
 * Ways that are still open, from all branches that have been followed. Branches begin where the model is least sure, wherever in
 * the text that is, so that none is spent on a beginning that nothing competes with.
 */
export class Turns {
  private readonly open: Turn[] = [];

  add(turn: Turn): void {
    if (turn.gap <= widestGap) this.open.push(turn);
  }

  /** The likeliest open way, which is none any more; of equals the one that was found first. Null when the model was sure. */
  next(): Turn | null {
    if (this.open.length === 0) return null;
    const nearest = this.open.reduce((one, other) => (other.gap < one.gap ? other : one));
    this.open.splice(this.open.indexOf(nearest), 1);
    return nearest;
  }
}
