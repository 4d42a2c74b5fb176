// What is asked for where code needs a name, and the names in the order in which they are tried.
import type { Pen, Spent } from "../operation.ts";
import { isUsable } from "./words.ts";

/** A place that wants a name, as it is shown to a model. */
export interface Unnamed {
  readonly file: string;
  readonly languageId: string;
  readonly expert: string;
  /** Code that a name is the next word of: the model's own proposals go on from it. */
  readonly ask: string;
  /** The text before the first place of the name. */
  readonly before: string;
  /** What stands from there on, cut where the name stands: the best name makes the whole likeliest. */
  readonly pieces: readonly string[];
  /** Names by rules, the best first: with a model they are in the contest, without one they are all there is. */
  readonly candidates: readonly string[];
  /** Names that mean something there already. */
  readonly taken: readonly string[];
}

/** Names, the best first. */
export interface Named {
  readonly names: readonly string[];
  readonly spent: Spent;
}

/**
 * The best name that is free. By the model, else by the rules alone.
 * @throws Error in words where there is none
 */
export async function bestName(unnamed: Unnamed, pen: Pen | null, spend: (spent: Spent) => void): Promise<string> {
  const ranked = pen === null ? null : await pen.name(unnamed);
  if (ranked !== null && "names" in ranked) spend(ranked.spent);
  const names = ranked !== null && "names" in ranked ? ranked.names : unnamed.candidates;
  const name = [...names, ...unnamed.candidates].find((each) => isFree(each, unnamed));
  if (name !== undefined) return name;
  const why = ranked !== null && "why" in ranked ? `: ${ranked.why}` : "";
  throw new Error(`No better name was found${why}.`);
}

export function isFree(name: string, { taken }: Pick<Unnamed, "taken">): boolean {
  return isUsable(name) && !taken.includes(name);
}
