// Whether lines of other open files help, signatures in the prompt with them and without.
import { posix } from "node:path";
import { snippetsFor } from "../../server/snippets.ts";
import type { File } from "./anywhere.ts";
import { type Borrowing, measureBorrowed, mostAsked, signaturesIn } from "./borrowed.ts";
import type { Contender } from "./contenders.ts";
import type { Cursor } from "./samples.ts";
import type { Asking } from "./sections.ts";

/** As many files are open beside the one that is written in: those of its folder that come next to it, by their names. */
const besides = 6;

/** A Markdown table; @param files the held-out files, of which those in the same folder are taken to be open */
export async function measureSnippets(
  contender: Contender,
  cursors: readonly Cursor[],
  files: readonly File[],
  asking: Asking,
): Promise<string> {
  const signaturesOf = signaturesIn(files);
  const asked: Borrowing[] = [];
  for (const sample of cursors) {
    if (asked.length >= mostAsked) break;
    const snippets = snippetsFor(sample.before, beside(sample, files));
    const signatures = snippets === "" ? null : await signaturesOf(sample);
    if (signatures !== null) asked.push({ sample, without: signatures, with: snippets + signatures });
  }
  return measureBorrowed("snippets", "lines of open files", contender, asked, asking);
}

/** The files of a cursor's folder, in its language. */
function beside({ package: from, path, language }: Cursor, files: readonly File[]): readonly File[] {
  const folder = posix.dirname(path);
  const near = files.filter(
    (each) => each.package === from && each.language === language && posix.dirname(each.path) === folder,
  );
  const sorted = near.sort((a, b) => (a.path < b.path ? -1 : 1));
  const own = sorted.findIndex((each) => each.path === path);
  if (own < 0) return [];
  const others = sorted.map((file, at) => ({ file, far: Math.abs(at - own) })).filter(({ far }) => far > 0);
  return others
    .sort((a, b) => a.far - b.far)
    .slice(0, besides)
    .map(({ file }) => file);
}
