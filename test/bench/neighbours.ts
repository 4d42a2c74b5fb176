// Whether signatures of what a file imports help, in prompts of the same length.
import type { File } from "./anywhere.ts";
import { type Borrowing, measureBorrowed, mostAsked, signaturesIn } from "./borrowed.ts";
import type { Contender } from "./contenders.ts";
import type { Cursor } from "./samples.ts";
import type { Asking } from "./sections.ts";

/** A Markdown table; @param files the held-out files, among which the imports are looked for */
export async function measureNeighbours(
  contender: Contender,
  cursors: readonly Cursor[],
  files: readonly File[],
  asking: Asking,
): Promise<string> {
  const signaturesOf = signaturesIn(files);
  const asked: Borrowing[] = [];
  for (const sample of cursors) {
    if (asked.length >= mostAsked) break;
    const signatures = await signaturesOf(sample);
    if (signatures) asked.push({ sample, without: "", with: signatures });
  }
  return measureBorrowed("neighbours", "signatures", contender, asked, asking);
}
