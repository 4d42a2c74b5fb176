// The syntax of documents: what the cursor is in, whether a text fits there, and the facts of a function. Made once, at the top.
import type { Position } from "vscode-languageserver-protocol";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Tree } from "web-tree-sitter";
import { closing, codeOnly } from "../brackets.ts";
import { gather, type Root, type Scope, type Spot } from "../context.ts";
import { inDocstring } from "../docstring.ts";
import { inMarkdown, markdownLanguages, type Snippet } from "../markdown.ts";
import { inMarkup, markupLanguages } from "../markup.ts";
import { scan } from "../region.ts";
import { countFaults } from "./faults.ts";
import { type FunctionFacts, type FunctionPlace, functionAt, functionsIn } from "./functions.ts";
import type { GrammarFiles } from "./grammars.ts";
import { Grammars } from "./grammars.ts";
import { faultsInJson, jsonLanguages, regionInJson } from "./json.ts";
import { regionInTree } from "./regions.ts";
import { type Rewrite, type RewriteKind, rewritesIn } from "./rewrites.ts";
import { mostCharacters, Trees } from "./trees.ts";

export interface SyntaxOptions {
  readonly files: GrammarFiles;
  /** How long a region is waited for; then the text is scanned instead and the parse goes on for the next question. Milliseconds. */
  readonly patience: number;
  /** Hears, once a grammar, what cannot be loaded. */
  readonly onTrouble: (message: string) => void;
}

/** The part of a document that a text is put into: its key, and what it is. */
interface Part extends Snippet {
  readonly key: string;
}

/** Brackets of longer texts are not closed for a trial. Characters. */
const mostClosed = 100_000;
/** Texts within texts are followed so deep: code in a fence in a docstring in a fence. */
const mostDepth = 3;

export class Syntax {
  readonly #trees: Trees;
  readonly #patience: number;

  constructor({ files, patience, onTrouble }: SyntaxOptions) {
    this.#trees = new Trees(new Grammars(files, onTrouble));
    this.#patience = patience;
  }

  /** The scope of a request at a position of a document. */
  async scope(document: TextDocument, position: Position, root: Root | null): Promise<Scope> {
    return gather(document, position, root, await this.spot(document, document.offsetAt(position)));
  }

  /** What an offset of a document is in. */
  async spot(document: TextDocument, offset: number): Promise<Spot> {
    return (await this.#locate(partOf(document, offset), 0)).spot;
  }

  /**
   * How many more faults the document has with a text put in at an offset than with the cursor's line as it is, or without
   * that line, whichever has less; not above 0 where it has none left; null where no grammar tells.
   */
  async addedFaults(document: TextDocument, offset: number, text: string): Promise<number | null> {
    const { part } = await this.#locate(partOf(document, offset), 0);
    const asItIs = await this.#added(part, text, (whole) => whole);
    // Where a block is not closed yet, what is added to it may upset how the parser mends that: so it is closed for a trial.
    if (asItIs === null || asItIs <= 0 || part.text.length > mostClosed) return asItIs;
    const closed = await this.#added(part, text, (whole) => `${whole}\n${closing(codeOnly(whole, part.languageId))}`);
    return closed === null ? asItIs : Math.min(asItIs, closed);
  }

  /** The facts of the named function or class at an offset, see functions.ts; null where there is none or no grammar. */
  functionAt(document: TextDocument, offset: number): Promise<FunctionFacts | null> {
    const { languageId } = document;
    const text = document.getText();
    return this.read(document, (tree) => functionAt(tree.rootNode, text, offset, languageId));
  }

  /** Every named function and class of a document, in order; none where there is no grammar. */
  async functionsIn(document: TextDocument): Promise<readonly FunctionPlace[]> {
    return (await this.read(document, (tree) => functionsIn(tree.rootNode, document.languageId))) ?? [];
  }

  /** Rewrites of a text in Python, see rewrites.ts; none where there is no grammar. */
  async rewrites(key: string, languageId: string, text: string, kind: RewriteKind): Promise<readonly Rewrite[]> {
    return (
      (await this.#trees.read(`plan:${key}`, languageId, text, (tree) => rewritesIn(tree.rootNode, text, kind))) ?? []
    );
  }

  /** How many syntax errors a text has; null where no grammar tells. */
  faults(key: string, languageId: string, text: string): Promise<number | null> {
    return this.#trees.read(`plan:${key}`, languageId, text, (tree) => countFaults(tree.rootNode));
  }

  /** Reads from the document's tree, see `Trees.read`. */
  read<T>(document: TextDocument, read: (tree: Tree) => T): Promise<T | null> {
    return this.#trees.read(document.uri, document.languageId, document.getText(), read);
  }

  /**
   * The functions of the document with a text put in at an offset, and how many more faults it then has; null where no grammar tells. The
   * document's own tree is kept.
   */
  async withPut(
    document: TextDocument,
    offset: number,
    put: string,
  ): Promise<{ readonly places: readonly FunctionPlace[]; readonly added: number } | null> {
    const { uri, languageId } = document;
    const text = document.getText();
    const before = await this.read(document, (tree) => countFaults(tree.rootNode));
    const read = ({ rootNode }: Tree) => ({ faults: countFaults(rootNode), places: functionsIn(rootNode, languageId) });
    const trial = text.slice(0, offset) + put + text.slice(offset);
    const after = await this.#trees.read(uri, languageId, text, read, trial);
    if (after === null || after.faults === null) return null;
    return { places: after.places, added: after.faults - (before ?? 0) };
  }

  /** The document is closed. */
  forget(uri: string): void {
    this.#trees.forget(uri);
  }

  async #added(part: Part, put: string, trial: (whole: string) => string): Promise<number | null> {
    const { text, offset } = part;
    const [before, after] = [text.slice(0, offset), text.slice(offset)];
    const withPut = await this.#faults(part, trial(before + put + after));
    if (withPut === null || withPut === 0) return withPut;
    const asItIs = await this.#faults(part, trial(text));
    const line = before.slice(0, before.lastIndexOf("\n") + 1);
    const without = await this.#faults(part, trial(line + after.replace(/^[^\n]*/, "")));
    return asItIs === null || without === null ? null : withPut - Math.min(asItIs, without);
  }

  /** The faults of a variant of a part's text. */
  async #faults({ key, languageId, text }: Part, trial: string): Promise<number | null> {
    if (jsonLanguages.has(languageId) && trial.length <= mostCharacters) return faultsInJson(trial);
    return this.#trees.read(key, languageId, text, (tree) => countFaults(tree.rootNode), trial);
  }

  /** The innermost part that holds the offset, and what the offset is in. */
  async #locate(part: Part, depth: number): Promise<{ readonly part: Part; readonly spot: Spot }> {
    const { languageId, text, offset } = part;
    const inner = (snippet: Snippet) => this.#locate({ ...snippet, key: `${part.key}\n${depth}` }, depth + 1);
    const here = (region: Spot["region"]) => ({ part, spot: { region, languageId } });
    if (text.length <= mostCharacters && depth < mostDepth) {
      if (markdownLanguages.has(languageId)) {
        const found = inMarkdown(text, offset);
        return "region" in found ? here(found.region) : inner(found.snippet);
      }
      const snippet = markupLanguages.has(languageId) ? inMarkup(text, offset) : null;
      if (snippet) return inner(snippet);
      if (jsonLanguages.has(languageId)) return here(regionInJson(text, offset));
    }
    if (depth > 0 && languageId === "latex") return here("math");
    const found = (await this.#inTree(part)) ?? { ...scan(text, offset, languageId), end: text.length };
    if (found.region !== "docstring" || depth >= mostDepth) return here(found.region);
    const documented = inDocstring(text, found.start, found.end, offset, languageId);
    // Code in a docstring is checked as a text of its own; the docstring itself as a part of its document.
    return "region" in documented ? here(documented.region) : inner(documented.snippet);
  }

  async #inTree({ key, languageId, text, offset }: Part) {
    const reading = this.#trees.read(key, languageId, text, (tree) => {
      const found = regionInTree(tree.rootNode, text, offset, languageId);
      return "region" in found ? found : { ...scan(text, offset, languageId, found.scanFrom), end: text.length };
    });
    return Number.isFinite(this.#patience) ? Promise.race([reading, after(this.#patience)]) : reading;
  }
}

function partOf(document: TextDocument, offset: number): Part {
  return { key: document.uri, languageId: document.languageId, text: document.getText(), offset };
}

/** Null after some milliseconds, which keep no process alive; after none as soon as what is ready has had its turn. */
function after(milliseconds: number): Promise<null> {
  return new Promise((resolve) => {
    if (milliseconds === 0) setImmediate(() => resolve(null));
    else setTimeout(() => resolve(null), milliseconds).unref();
  });
}
