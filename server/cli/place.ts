// FILE:LINE:COLUMN of the command line -> a document and a position in it.
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Position } from "vscode-languageserver-protocol";
import { TextDocument } from "vscode-languageserver-textdocument";
import { Access, mayUse } from "../access.ts";
import type { Root } from "../context.ts";
import { languageOf } from "../language.ts";

/** What the caller got wrong, in one line that says what to do. */
export class BadInput extends Error {}

export interface Place {
  readonly document: TextDocument;
  readonly position: Position;
  readonly root: Root;
  /** Path of the root. */
  readonly folder: string;
}

/** Larger files are refused before they are read. Bytes. */
const mostBytes = 40_000_000;

/**
 * Reads the file and finds the place. Lines and columns count from 1, the cursor is before the column.
 * @param given the folder of --root, if any; else the nearest one above the file with .git, package.json or tsconfig.json
 * @throws BadInput
 */
export function placeOf(argument: string | undefined, given: string | undefined): Place {
  const [, name, lineText, columnText] = /^(.+):(\d+):(\d+)$/s.exec(argument ?? "") ?? [];
  if (name === undefined) throw new BadInput("Name a place as FILE:LINE:COLUMN, for example src/app.ts:12:5.");
  const file = resolve(name);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) throw new BadInput(`${name} does not exist.`);
  if (!stat.isFile()) throw new BadInput(`${name} is not a file.`);
  if (given !== undefined && !statSync(given, { throwIfNoEntry: false })?.isDirectory()) {
    throw new BadInput(`--root ${given} is not a folder.`);
  }
  const folder = given === undefined ? nearestRoot(file) : resolve(given);
  const verdict = new Access().mayRead(file, [folder]);
  if (!verdict.allowed) throw new BadInput(`${name} is not read: ${verdict.why}.`);
  if (stat.size > mostBytes) throw new BadInput(`${name} is too large: at most ${mostBytes / 1e6} MB are read.`);
  const text = readText(file, name);
  const usable = mayUse(text);
  if (!usable.allowed) throw new BadInput(`${name} is not read: ${usable.why}.`);

  const document = TextDocument.create(pathToFileURL(file).href, languageOf(file), 0, text);
  const [line, column] = [Number(lineText), Number(columnText)];
  if (line < 1 || column < 1) throw new BadInput("Lines and columns count from 1.");
  if (line > document.lineCount)
    throw new BadInput(`${name} has ${document.lineCount} lines, there is no line ${line}.`);
  const content = document.getText({ start: { line: line - 1, character: 0 }, end: { line, character: 0 } });
  const length = content.replace(/\r?\n$|\r$/, "").length;
  if (column > length + 1)
    throw new BadInput(`Line ${line} of ${name} has ${length} characters, give a column up to ${length + 1}.`);
  const root = { uri: pathToFileURL(folder).href, name: basename(folder) };
  return { document, position: { line: line - 1, character: column - 1 }, root, folder };
}

function readText(file: string, name: string): string {
  try {
    return readFileSync(file, "utf8").replace(/^\ufeff/, "");
  } catch (error) {
    throw new BadInput(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** The nearest folder above a file that holds a project, else the file's own. */
export function nearestRoot(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if ([".git", "package.json", "tsconfig.json"].some((mark) => existsSync(join(folder, mark)))) return folder;
    if (folder === dirname(folder)) return dirname(file);
  }
}
