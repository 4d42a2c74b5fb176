// How alike two texts are, counted in edits.
import leven from "leven";

/** 1 minus the Levenshtein distance (in UTF-16 units) over the longer one's length: 1 for equal texts, 0 for nothing in common. */
export function similarity(one: string, other: string): number {
  const longer = Math.max(one.length, other.length);
  return longer === 0 ? 1 : 1 - leven(one, other) / longer;
}
