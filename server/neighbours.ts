// What the files that a document imports from declare: a few signatures, for the front of a prompt. Pure but for what it is given.
import { importsOf, signatureOf } from "./imports.ts";

/** What is read for a prompt from other files. */
export interface Neighbours {
  /** The text of a file by its path in the workspace; null where there is none that may be read. */
  readonly read: (path: string) => Promise<string | null>;
}

/** Characters of all signatures together: about 250 tokens. */
export const mostCharacters = 800;
/** Imports are looked for so far. Characters. */
export const mostSearched = 20_000;
/** Files that are read. */
const mostFiles = 12;

/**
 * The signatures of what a text imports from files of its project, those that were used last before the cursor first to be taken
 * in; "" where there are none. In the order of the imports, so that it is the same again.
 */
export async function signaturesFor(
  {
    text,
    path,
    languageId,
    offset,
  }: { readonly text: string; readonly path: string; readonly languageId: string; readonly offset: number },
  { read }: Neighbours,
): Promise<string> {
  const found: { readonly signature: string; readonly used: number }[] = [];
  const before = text.slice(0, offset);
  for (const { paths, names } of importsOf(text.slice(0, mostSearched), path, languageId).slice(0, mostFiles)) {
    const other = await firstOf(paths, read);
    for (const name of other === null ? [] : names) {
      const signature = signatureOf(other!, name, languageId);
      if (signature !== null) found.push({ signature, used: before.lastIndexOf(name) });
    }
  }
  let left = mostCharacters;
  const kept = new Set<string>();
  for (const { signature } of [...found].sort((a, b) => b.used - a.used)) {
    if (signature.length >= left) continue;
    left -= signature.length + 1;
    kept.add(signature);
  }
  const lines = [...new Set(found.map(({ signature }) => signature))].filter((each) => kept.has(each));
  return lines.length === 0 ? "" : `${lines.join("\n")}\n\n`;
}

async function firstOf(paths: readonly string[], read: Neighbours["read"]): Promise<string | null> {
  for (const path of paths) {
    const text = await read(path);
    if (text !== null) return text;
  }
  return null;
}
