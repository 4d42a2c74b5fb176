// How many faults a syntax tree has: places where text had to be skipped or something missing had to be thought up.
import type { Node } from "web-tree-sitter";

/** Nodes that are looked at before counting is given up: a text this broken tells nothing. */
const mostNodes = 20_000;

export interface Faults {
  /** Those that begin within a range. */
  readonly near: number;
  readonly elsewhere: number;
}

/** Number of ERROR and MISSING nodes in and out of [start, end]; null when the tree is too broken to count them. */
export function countFaults(root: Node, start: number, end: number): Faults | null {
  let near = 0;
  let elsewhere = 0;
  let seen = 0;
  for (const waiting = [root]; waiting.length > 0; ) {
    const node = waiting.pop()!;
    if (node.isError || node.isMissing) {
      if (node.startIndex >= start && node.startIndex <= end) near++;
      else elsewhere++;
    }
    if (!node.hasError) continue;
    seen += node.childCount;
    if (seen > mostNodes) return null;
    waiting.push(...node.children);
  }
  return { near, elsewhere };
}

/**
 * How many more faults there are after a text was put in than before. Where a text is broken elsewhere, unfinished at its end
 * for example, the parser may pair what is left over in another way: then only more faults near the cursor count.
 */
export function added(before: Faults, after: Faults): number {
  const near = after.near - before.near;
  const all = near + after.elsewhere - before.elsewhere;
  return before.elsewhere === 0 ? all : Math.min(all, near);
}
