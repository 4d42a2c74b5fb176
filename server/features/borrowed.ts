// What a prompt borrows from other files: signatures of what a document imports, kept as they are while the cursor stays, so that
// what the model has read of the prompt is not thrown away.
import { readFile, stat } from "node:fs/promises";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { URI } from "vscode-uri";
import type { Scope } from "../context.ts";
import { importsKnown, importsOf } from "../imports.ts";
import { mostCharacters, mostSearched, signaturesFor } from "../neighbours.ts";
import { charactersPerToken, windowBefore } from "../prompt.ts";
import type { Around } from "./around.ts";

/** Larger files are not read. Bytes. */
const mostBytes = 200_000;
/** Documents whose signatures are kept. */
const mostKept = 20;

interface Kept {
  /** Where the prompt's window begins, and the imports. */
  readonly place: string;
  readonly signatures: Promise<string>;
  /** URIs of the files that were read for them. */
  readonly read: string[];
}

export class Borrowed {
  readonly #around: Pick<Around, "document" | "mayRead" | "root" | "trusted">;
  /** In the order of their last use. */
  readonly #kept = new Map<string, Kept>();

  constructor(around: Pick<Around, "document" | "mayRead" | "root" | "trusted">) {
    this.#around = around;
  }

  /** The signatures for a place; "" where there are none. They change when the prompt's window or the imports do. */
  of(document: TextDocument, scope: Scope, contextTokens: number): Promise<string> {
    const { uri, position } = scope;
    const root = this.#around.root(uri);
    if (root === null || !importsKnown(document.languageId)) return Promise.resolve("");
    const text = document.getText();
    // The prompt's window begins about there; when it moves, most of the prompt is read anew anyway.
    const most = Math.max(0, contextTokens * charactersPerToken - mostCharacters);
    const first = position.line - (windowBefore(scope, most).split("\n").length - 1);
    // The line at the cursor is not finished.
    const [from, to] = [
      document.offsetAt({ line: position.line, character: 0 }),
      document.offsetAt({ line: position.line + 1, character: 0 }),
    ];
    const finished = text.slice(0, from) + text.slice(to);
    const imports = importsOf(finished.slice(0, mostSearched), scope.path, document.languageId);
    const place = JSON.stringify([first, imports]);
    const known = this.#kept.get(uri);
    this.#kept.delete(uri);
    const asked = { text: finished, path: scope.path, languageId: document.languageId, offset: from };
    const isSame = known?.place === place && known.read.every((file) => this.#around.mayRead(file).allowed);
    const read: string[] = [];
    const reads = async (path: string) => {
      const said = await this.#read(root.uri, path);
      if (said !== null) read.push(uriIn(root.uri, path).toString());
      return said;
    };
    const kept = isSame ? known : { place, read, signatures: signaturesFor(asked, { read: reads }) };
    this.#kept.set(uri, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
    return kept.signatures;
  }

  /** A document was closed. */
  forget(uri: string): void {
    this.#kept.delete(uri);
  }

  /** What others have borrowed may stand otherwise in a document's text now; but for that all of it, if none is named. */
  changed(uri?: string): void {
    for (const other of this.#kept.keys()) if (other !== uri) this.#kept.delete(other);
  }

  /** What an editor shows of a file counts; nothing else of an untrusted workspace is read, nor what is outside of it. */
  async #read(root: string, path: string): Promise<string | null> {
    if (path.startsWith("..")) return null;
    const { document, mayRead, trusted } = this.#around;
    const uri = uriIn(root, path);
    const open = document(uri.toString());
    if (open) return mayRead(uri.toString()).allowed ? open.getText() : null;
    if (!trusted() || uri.scheme !== "file") return null;
    try {
      const found = await stat(uri.fsPath);
      if (!found.isFile() || found.size > mostBytes || !mayRead(uri.toString()).allowed) return null;
      return await readFile(uri.fsPath, "utf8");
    } catch {
      // Most of the paths that an import may mean are not there, and what cannot be read tells nothing.
      return null;
    }
  }
}

const uriIn = (root: string, path: string): URI =>
  URI.parse(`${root.replace(/\/$/, "")}/${path.split("/").map(encodeURIComponent).join("/")}`);
