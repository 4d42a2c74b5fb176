// Lines of other open files that are most like those at the cursor, for the front of a prompt: how a thing is done elsewhere. Pure.

/** A file that is open beside the one that is completed. */
export interface Beside {
  readonly text: string;
}

/** Lines of a window that is compared, and by how many the windows move on. */
const windowLines = 8;
const stepLines = 4;
/** Lines behind such a window that belong to its snippet: what comes next there may come next here. */
const linesBehind = 6;
/** Lines before the cursor that a snippet shall be like. */
const likeLines = 12;
/** Characters of all snippets together: about 200 tokens. */
export const mostSnippets = 600;
/** Files that are searched, and how far. Characters. */
const mostFiles = 8;
const mostSearched = 60_000;
/** What two places have to have in common, as a share of the names of both. */
const leastAlike = 0.2;
/** Names that tell what a place is about; with fewer nothing can be said. */
const fewestNames = 4;

const name = /[\p{L}_$][\p{L}\p{N}_$]{2,}/gu;
const namesOf = (text: string) => new Set([...text.matchAll(name)].map(([word]) => word));

/**
 * The lines of files most like the last ones before the cursor, by the names in both; "" where nothing is like them. At most one
 * place of a file; files come in the order given, of equals the first.
 * @param prefix the text before the cursor
 * @param files the most recently used first
 */
export function snippetsFor(prefix: string, files: readonly Beside[]): string {
  const wanted = namesOf(prefix.split("\n").slice(-likeLines).join("\n"));
  if (wanted.size < fewestNames) return "";
  const found = files.slice(0, mostFiles).flatMap(({ text }) => likest(text.slice(0, mostSearched), wanted) ?? []);
  let left = mostSnippets;
  let all = "";
  for (const { text } of found.sort((a, b) => b.alike - a.alike)) {
    if (text.length + 2 > left) continue;
    left -= text.length + 2;
    all += `${text}\n\n`;
  }
  return all;
}

interface Place {
  readonly text: string;
  /** Jaccard: names in both, of the names in either. */
  readonly alike: number;
}

function likest(text: string, wanted: ReadonlySet<string>): Place | null {
  const lines = text.split(/\r?\n/);
  let best: Place | null = null;
  for (let from = 0; from < lines.length; from += stepLines) {
    const names = namesOf(lines.slice(from, from + windowLines).join("\n"));
    const both = [...names].filter((word) => wanted.has(word)).length;
    const alike = both / (names.size + wanted.size - both);
    if (alike < leastAlike || alike <= (best?.alike ?? 0)) continue;
    const snippet = lines.slice(from, from + windowLines + linesBehind).join("\n");
    best = {
      text: snippet
        .replace(/^\s*\n/, "")
        .trimEnd()
        .slice(0, mostSnippets - 2),
      alike,
    };
  }
  return best;
}
