// Documenting a function: where its comment goes, and the one edit that puts it there. Nothing that exists is touched.
import type { TextEdit } from "vscode-languageserver-protocol";
import type { TextDocument } from "vscode-languageserver-textdocument";
import layouts from "../experts/layouts.json" with { type: "json" };
import { commentLines } from "./comment.ts";
import { outdented } from "./explain.ts";
import { documentable } from "./protocol.ts";
import { type Said, say } from "./saying.ts";
import type { Who } from "./speaking.ts";
import type { FunctionFacts } from "./syntax/functions.ts";
import type { Syntax } from "./syntax/syntax.ts";

/** Longer functions are cut for the expert. Characters. */
const mostCode = 1_200;
/** Most tokens of a comment. */
const mostTokens = 160;

/** The function at an offset that can be documented, or why there is none, in words. */
export async function whatToDocument(
  document: TextDocument,
  offset: number,
  syntax: Syntax,
): Promise<FunctionFacts | string> {
  if (!documentable.includes(document.languageId)) return `comments in ${document.languageId} cannot be written yet`;
  const facts = await syntax.functionAt(document, offset);
  if (facts === null) return "the cursor is in no function: put it on one";
  if (facts.documentation !== null) return `${facts.name} has a comment already, which is left as it is`;
  if (facts.languageId === "python" && placeInPython(document.getText(), facts) === null) {
    return `the body of ${facts.name} stands on the line of its head: give it lines of its own`;
  }
  return facts;
}

/** Streams the expert's reply. @throws Error in words when the engine fails */
export function wordsFor(
  document: TextDocument,
  { whole }: FunctionFacts,
  path: string,
  { engine, expert, manner }: Who,
  signal: AbortSignal,
): AsyncGenerator<string, Said> {
  const code = outdented(document.getText().slice(whole.start, whole.end)).slice(0, mostCode);
  const slots = { path, language: document.languageId, window: code, request: layouts.requests.document };
  return say(engine, { sequence: `${document.uri}#tasks`, expert, slots, maxTokens: mostTokens, manner }, signal);
}

/** The edit that puts the comment in; null when the reply says nothing that can be used. */
export function commentEdit(document: TextDocument, facts: FunctionFacts, reply: string): TextEdit | null {
  const lines = commentLines(facts, reply);
  if (lines === null) return null;
  const text = document.getText();
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const python = facts.languageId === "python" ? placeInPython(text, facts) : null;
  const offset = python?.offset ?? aboveDecorators(text, lineStart(text, facts.whole.start));
  const indent = python?.indent ?? /^[ \t]*/.exec(text.slice(offset))![0];
  const newText = lines.map((line) => (line === "" ? "" : indent + line) + eol).join("");
  const place = document.positionAt(offset);
  return { range: { start: place, end: place }, newText };
}

const lineStart = (text: string, offset: number) => text.lastIndexOf("\n", offset - 1) + 1;

/** A method's decorators stand before it in the tree, and a comment before them. */
function aboveDecorators(text: string, start: number): number {
  const above = start === 0 ? 0 : lineStart(text, start - 1);
  return above < start && /^[ \t]*@\w/.test(text.slice(above, start)) ? aboveDecorators(text, above) : start;
}

/** The line of the body's first statement and its indentation; null where that stands on the line of the head. */
function placeInPython(text: string, { header, body }: FunctionFacts): { offset: number; indent: string } | null {
  if (body === null) return null;
  const offset = lineStart(text, body.start);
  const indent = text.slice(offset, body.start);
  // Comments between head and body stay below the docstring.
  const head = header.start + text.slice(header.start, header.end).replace(/(?:\s*#[^\n]*)+$/, "").length;
  return offset > header.start && /^[ \t]+$/.test(indent) ? { offset: lineAfter(text, head), indent } : null;
}

const lineAfter = (text: string, offset: number) => text.indexOf("\n", offset) + 1;
