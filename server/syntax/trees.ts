// Syntax trees of texts that change: parsed when they are asked for, in slices, and again only where the text differs.
import { setImmediate } from "node:timers/promises";
import { Edit, type Language, Parser, type Point, type Tree } from "web-tree-sitter";
import type { Grammars } from "./grammars.ts";

/** Larger texts are not parsed. Characters: about 12,000 lines. */
export const mostCharacters = 500_000;
/** The event loop is free again after so long. Milliseconds. */
const slice = 8;
/** A text that takes longer is given up: the parser has met something that it cannot make sense of. Milliseconds. */
const mostTime = 2_000;
/** A text that was given up is tried again after so long, or when a quarter of it is gone: a machine may have been busy. Milliseconds. */
const mostRest = 60_000;
/** Trees that are kept, those used last: a tree takes about 30 bytes a character. */
const mostTrees = 8;

/** A text and its tree. */
interface Entry {
  readonly language: Language;
  readonly parser: Parser;
  tree: Tree | null;
  /** What `tree` is the tree of. */
  text: string;
  /** Ends when nothing is to be done for this entry; a text is parsed after the one before. */
  idle: Promise<unknown>;
  /** Of the text that took too long to parse: its characters, and when that was. */
  givenUp: { readonly length: number; readonly at: number } | null;
}

export class Trees {
  readonly #grammars: Grammars;
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>();

  constructor(grammars: Grammars) {
    this.#grammars = grammars;
  }

  /**
   * Reads from the tree of a text; null where no grammar or no time is enough for one. What `read` gets is valid during the
   * call only: the next text under the same key reuses the tree.
   * @param key names what changes: a document, or a part of one
   * @param trial what to read instead, a variant of the text that is not to come: the text's own tree is kept
   */
  async read<T>(
    key: string,
    languageId: string,
    text: string,
    read: (tree: Tree) => T,
    trial = text,
  ): Promise<T | null> {
    if (Math.max(text.length, trial.length) > mostCharacters) return null;
    const language = await this.#grammars.load(languageId);
    if (language === null) return null;
    const entry = this.#entry(key, language);
    const result = entry.idle.then(async () => {
      const tree = await follow(entry, text);
      if (tree === null || trial === text) return tree && read(tree);
      const variant = await vary(entry.parser, tree, text, trial);
      const result = variant && read(variant);
      variant?.delete();
      return result;
    });
    // The fault is the caller's to tell; nobody knows what state it has left the tree in.
    entry.idle = result.catch(() => this.#drop(key));
    return result;
  }

  /** Forgets everything whose key begins so. */
  forget(prefix: string): void {
    for (const key of [...this.#entries.keys()].filter((one) => one.startsWith(prefix))) this.#drop(key);
  }

  #entry(key: string, language: Language): Entry {
    const known = this.#entries.get(key);
    if (known?.language === language) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known;
    }
    this.#drop(key);
    const parser = new Parser();
    parser.setLanguage(language);
    const entry: Entry = { language, parser, tree: null, text: "", idle: Promise.resolve(), givenUp: null };
    this.#entries.set(key, entry);
    const oldest = this.#entries.keys().next().value;
    if (this.#entries.size > mostTrees && oldest !== undefined) this.#drop(oldest);
    return entry;
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    void entry.idle.then(() => {
      entry.tree?.delete();
      entry.parser.delete();
    });
  }
}

/** Brings the entry's tree up to date with a text; null when that takes too long. */
async function follow(entry: Entry, text: string): Promise<Tree | null> {
  const { givenUp } = entry;
  if (givenUp && text.length > 0.75 * givenUp.length && performance.now() - givenUp.at < mostRest) return null;
  if (entry.tree !== null && entry.text === text) return entry.tree;
  const old = entry.tree;
  old?.edit(editBetween(entry.text, text));
  const tree = await parse(entry.parser, text, old);
  old?.delete();
  entry.givenUp = tree === null ? { length: text.length, at: performance.now() } : null;
  entry.tree = tree;
  entry.text = tree === null ? "" : text;
  return tree;
}

/** The tree of a variant of a text, whose own tree stays as it is. */
async function vary(parser: Parser, tree: Tree, text: string, trial: string): Promise<Tree | null> {
  const copy = tree.copy();
  copy.edit(editBetween(text, trial));
  const variant = await parse(parser, trial, copy);
  copy.delete();
  return variant;
}

/** Parses in slices; null when all of them take too long. */
async function parse(parser: Parser, text: string, old: Tree | null): Promise<Tree | null> {
  for (let spent = 0; spent <= mostTime; ) {
    if (spent > 0) await setImmediate();
    const start = performance.now();
    // Cancelled by `true`, a parse goes on with the next call; the declared type forgets the result.
    const progressCallback = (() => performance.now() - start > slice) as unknown as () => void;
    const tree = parser.parse(text, old, { progressCallback });
    if (tree !== null) return tree;
    spent += performance.now() - start;
  }
  parser.reset();
  return null;
}

/**
 * The one edit that turns a text into another: what lies between their common beginning and their common end. An editor's
 * changes need not be recorded for it, and it holds for texts that no editor has, like one with a candidate put in.
 */
export function editBetween(before: string, after: string): Edit {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  const last = shorter - start;
  while (same < last && before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same))
    same++;
  const [oldEndIndex, newEndIndex] = [before.length - same, after.length - same];
  return new Edit({
    startIndex: start,
    oldEndIndex,
    newEndIndex,
    startPosition: pointAt(before, start),
    oldEndPosition: pointAt(before, oldEndIndex),
    newEndPosition: pointAt(after, newEndIndex),
  });
}

/** Row and column of an offset, both from 0. */
function pointAt(text: string, offset: number): Point {
  let row = 0;
  let line = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", line)) {
    row++;
    line = at + 1;
  }
  return { row, column: offset - line };
}
