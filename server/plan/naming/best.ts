// The name that is put in where code needs one: the best that is free.
import type { Pen, Spent, Unnamed } from "../operation.ts";
import { isUsable } from "./words.ts";

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
