// JSON files that people and strangers write: read with limits, and every fault as a problem at its place.
import { readFileSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import {
  createScanner,
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { z } from "zod";

/** Most bytes of a rule file or an expert.json: both may come from strangers. */
export const mostBytes = 64 * 1024;
const mostDepth = 16;

/** What is wrong with a file, and where: characters [start, end) of its text. */
export interface Problem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  /** Errors leave something out, warnings do not. */
  readonly severity: "error" | "warning";
}

/** What is wrong with one file; no problems when it is in order again. */
export interface FileProblems {
  readonly uri: string;
  readonly text: string;
  readonly problems: readonly Problem[];
}

export function problemsOf(path: string, text: string, problems: readonly Problem[]): FileProblems {
  return { uri: pathToFileURL(path).href, text, problems };
}

/** A problem of a file as a whole. */
export function wholly(message: string): Problem {
  return { message, start: 0, end: 1, severity: "error" };
}

/** A file's text, null when there is none, an error when it cannot be read. Over-large ones are cut just above the limit. */
export function readSmall(path: string): string | null | Error {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return null;
    if (!stat.isFile()) return new Error("it is not a file");
    return stat.size > mostBytes ? " ".repeat(mostBytes + 1) : readFileSync(path, "utf8").replace(/^\ufeff/, "");
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Parses with offsets kept; syntax errors are problems and what could be read is still used. */
export function parseJson(source: string): { readonly root: Node | undefined; readonly problems: readonly Problem[] } {
  if (Buffer.byteLength(source) > mostBytes) {
    const message = `This file is larger than ${mostBytes / 1024} KB and is not read. Shorten it.`;
    return { root: undefined, problems: [wholly(message)] };
  }
  if (source.trim() === "") {
    const message = 'This file is empty. It should hold {"rules": []}.';
    return { root: undefined, problems: [wholly(message)] };
  }
  const deep = tooDeep(source);
  if (deep !== null) {
    const message = `This file is nested deeper than ${mostDepth} levels and is not read.`;
    return { root: undefined, problems: [{ message, start: deep, end: deep + 1, severity: "error" }] };
  }
  const errors: ParseError[] = [];
  const root = parseTree(source, errors, { allowTrailingComma: true });
  const problems = errors.map(
    ({ error, offset, length }): Problem => ({
      message: `This is no valid JSON: ${spaced(printParseErrorCode(error))}.`,
      start: offset,
      end: offset + Math.max(1, length),
      severity: "error",
    }),
  );
  return { root, problems };
}

/** "ValueExpected" -> "value expected". */
function spaced(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}

/** Offset of the first bracket that is nested too deep for a recursive parser, or null. */
function tooDeep(source: string): number | null {
  const scanner = createScanner(source, true);
  for (let depth = 0; scanner.getPosition() < source.length; ) {
    scanner.scan();
    if (scanner.getTokenLength() !== 1) continue;
    const token = source[scanner.getTokenOffset()];
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    if (depth > mostDepth) return scanner.getTokenOffset();
  }
  return null;
}

/** A schema issue as a problem at the deepest node that exists on its path. */
export function problemAt(root: Node | undefined, issue: z.core.$ZodIssue): Problem {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  let node: Node | undefined;
  for (let length = path.length; root && !node; length--) node = findNodeAtLocation(root, path.slice(0, length));
  const where = path.length > 0 ? `${path.join(".")}: ` : "";
  const start = node?.offset ?? 0;
  return { message: `${where}${issue.message}`, start, end: start + (node?.length ?? 1), severity: "error" };
}
