// The scope of a request: what is asked about, as plain values cut from one document.
import type { Position } from "vscode-languageserver-protocol";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { URI } from "vscode-uri";
import type { Region } from "./protocol.ts";

/** What the cursor is in. */
export interface Spot {
  readonly region: Region;
  /** Of the document; in a fenced block that of the fence. */
  readonly languageId: string;
}

export interface Scope extends Spot {
  readonly uri: string;
  /** Name of the workspace folder that holds the document, or null. */
  readonly workspace: string | null;
  /** Relative to that folder, with "/"; outside of one the file's name. */
  readonly path: string;
  readonly position: Position;
  /** The text before the cursor, at most `mostPrefix` characters; line ends as in the document. */
  readonly prefix: string;
  /** The text after the cursor, at most `mostSuffix` characters. */
  readonly suffix: string;
  /** Signatures of what the document imports, see neighbours.ts; absent or "": none. */
  readonly neighbours?: string;
  /** The end of the prefix that an editor's list of suggestions has chosen and nobody has typed; absent or "": none. */
  readonly chosen?: string;
}

/** A workspace folder. */
export interface Root {
  readonly uri: string;
  readonly name: string;
}

const mostPrefix = 24_000;
const mostSuffix = 2_000;

/**
 * Gathers the scope at a position, which is clamped to the document. Reads no more than a window of the text.
 * @param spot what the position is in, see `Syntax.scope`
 */
export function gather(document: TextDocument, position: Position, root: Root | null, spot: Spot): Scope {
  const offset = document.offsetAt(position);
  const from = Math.max(0, offset - mostPrefix);
  const window = document.getText({
    start: document.positionAt(from),
    end: document.positionAt(offset + mostSuffix),
  });
  // positionAt steps back from between CR and LF, so the window may begin a character early.
  const cursor = offset - document.offsetAt(document.positionAt(from));
  const prefix = window.slice(0, cursor);
  const suffix = window.slice(cursor);
  return {
    uri: document.uri,
    workspace: root?.name ?? null,
    path: pathIn(document.uri, root),
    position: document.positionAt(offset),
    region: spot.region,
    languageId: spot.languageId,
    prefix: wellFormed(prefix),
    suffix: wellFormed(suffix),
  };
}

/** The document's path relative to the folder; its name when it lies outside. */
export function pathIn(uri: string, root: Root | null): string {
  const path = plainPath(uri);
  return (root && below(path, root)) ?? path.slice(path.lastIndexOf("/") + 1);
}

/** Whether a document lies in a folder, by its URI alone. */
export function isIn(uri: string, root: Root): boolean {
  return below(plainPath(uri), root) !== null;
}

function below(path: string, root: Root): string | null {
  const base = plainPath(root.uri).replace(/\/$/, "");
  return path.startsWith(`${base}/`) ? path.slice(base.length + 1) : null;
}

/** A URI's decoded path with "/"; Windows drives in lower case, since editors write them both ways. */
function plainPath(uri: string): string {
  return URI.parse(uri).path.replace(/^\/[A-Z]:/, (drive) => drive.toLowerCase());
}

/** Half a surrogate pair that the window's edge cut off is dropped; one in the document itself becomes U+FFFD. */
function wellFormed(text: string): string {
  return text
    .replace(/^[\udc00-\udfff]/, "")
    .replace(/[\ud800-\udbff]$/, "")
    .toWellFormed();
}
