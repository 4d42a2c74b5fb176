// How many faults a syntax tree has: places where text had to be skipped or something missing had to be thought up.
import type { Node } from "web-tree-sitter";

/** Nodes that are looked at before counting is given up: a text this broken tells nothing. */
const mostNodes = 5_000;

/** Number of ERROR and MISSING nodes; null when the tree is too broken to count them. */
export function countFaults(root: Node): number | null {
  let faults = 0;
  let seen = 0;
  for (const waiting = [root]; waiting.length > 0; ) {
    const node = waiting.pop()!;
    if (node.isError || node.isMissing) faults++;
    if (!node.hasError) continue;
    seen += node.childCount;
    if (seen > mostNodes) return null;
    waiting.push(...node.children);
  }
  return faults;
}
