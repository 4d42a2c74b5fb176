// Documenting a function: where its comment goes, and the one edit that puts it there. Nothing that exists is touched.
import type { TextEdit } from "vscode-languageserver-protocol";
import type { TextDocument } from "vscode-languageserver-textdocument";
import layouts from "../experts/layouts.json" with { type: "json" };
import { commentLines, describedIn, readProse, withSummary } from "./comment.ts";
import { outdented } from "./explain.ts";
import { lineAfter, lineStart } from "./lines.ts";
import { openingOfComment, openingOfWords } from "./openings.ts";
import { documentable } from "./protocol.ts";
import { beginsAgain, type Said, say, together, wholeSentences } from "./saying.ts";
import type { Who } from "./speaking.ts";
import type { FunctionFacts } from "./syntax/functions.ts";
import type { Syntax } from "./syntax/syntax.ts";

/** Lines about parameters have much in common: only longer repetitions are loops. Characters. */
const again = (text: string) => beginsAgain(text, 48);

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
  // A comment like any other, before a model is asked for one.
  const trial = commentEdit(document, facts, "What it does.");
  return (trial && (await whyNotAsComment(document, facts, trial, syntax))) ?? facts;
}

/**
 * The edit that puts the comment in, when the document is as whole with it as without and the comment is then the function's own and
 * names what the function's parameters are called; else why there is none, in words.
 */
export async function checkedComment(
  document: TextDocument,
  facts: FunctionFacts,
  reply: string,
  syntax: Pick<Syntax, "withPut">,
): Promise<TextEdit | string> {
  const edit = commentEdit(document, facts, reply);
  if (edit === null) return "the model wrote no usable comment";
  const why = await whyNotAsComment(document, facts, edit, syntax);
  return why === null ? edit : why;
}

async function whyNotAsComment(
  document: TextDocument,
  facts: FunctionFacts,
  { range, newText }: TextEdit,
  syntax: Pick<Syntax, "withPut">,
): Promise<string | null> {
  const { name, header, languageId, parameters } = facts;
  const start = document.offsetAt(range.start);
  const end = start + newText.length;
  const after = await syntax.withPut(document, start, newText);
  if (after === null) return "this text cannot be parsed";
  const moved = start <= header.start ? header.start + newText.length : header.start;
  const place = after.places.find((each) => each.header.start === moved && each.name === name);
  const { documentation = null } = place ?? {};
  if (documentation === null || documentation.start < start || documentation.end > end) {
    return `a comment above ${name} would belong to something else: give ${name} a line of its own`;
  }
  if (after.added > 0) return `with a comment, the code around ${name} could not be parsed`;
  const [described, names] = [describedIn(newText, languageId), parameters.flatMap((each) => each.names)];
  const isExact = described === null || described.join() === names.join();
  return isExact ? null : `the model's comment names ${described.join(", ")} instead of ${name}'s parameters`;
}

/** Streams the expert's reply; what it breaks off in is cut. @throws Error in words when the engine fails */
export async function* wordsFor(
  document: TextDocument,
  { whole, kind, name, languageId }: FunctionFacts,
  path: string,
  { engine, expert, manner }: Who,
  signal: AbortSignal,
): AsyncGenerator<string, Said> {
  const code = outdented(document.getText().slice(whole.start, whole.end)).slice(0, mostCode);
  const slots = { path, language: document.languageId, window: code, request: layouts.requests.document };
  const opening = openingOfComment(languageId, kind === "class" ? "class" : "function", name);
  const asked = { sequence: `${document.uri}#tasks`, expert, slots, maxTokens: mostTokens, manner, opening };
  const said = yield* say(engine, { ...asked, again }, signal);
  const written = said.stop === "end" ? said : { ...said, text: wholeLines(said.text) };
  if (said.stop === "cancelled" || readProse(written.text, []).summary !== "") return written;
  // A reply of tags alone: what it does is asked for as an explanation is.
  const told = yield* say(
    engine,
    {
      ...{ ...asked, slots: { ...slots, request: layouts.requests.explain } },
      ...{ opening: openingOfWords(kind === "class" ? "class" : "function", name) },
    },
    signal,
  );
  const text = withSummary(written.text, wholeSentences(told.text));
  return { text, ...together(said, told), stop: told.stop };
}

/** A text without the line that it breaks off in, where it has others. */
function wholeLines(text: string): string {
  const last = text.trimEnd().lastIndexOf("\n");
  return /[.!?]\s*$/.test(text) || !/[a-z]{3}/i.test(text.slice(0, Math.max(0, last))) ? text : text.slice(0, last);
}

/** The edit that puts the comment in; null when the reply says nothing that can be used. */
export function commentEdit(document: TextDocument, facts: FunctionFacts, reply: string): TextEdit | null {
  const lines = commentLines(facts, reply);
  if (lines === null) return null;
  const text = document.getText();
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const python = facts.languageId === "python" ? placeInPython(text, facts) : null;
  const line = lineStart(text, facts.whole.start);
  const offset = python?.offset ?? aboveDirectives(text, line, facts.languageId);
  const indent = python?.indent ?? /^[ \t]*/.exec(text.slice(offset))![0];
  // As gofmt parts a directive from the words above it.
  const parted = facts.languageId === "go" && offset < line ? [...lines, "//"] : lines;
  const newText = parted.map((each) => (each === "" ? "" : indent + each) + eol).join("");
  const place = document.positionAt(offset);
  return { range: { start: place, end: place }, newText };
}

/** How a comment begins that a tool reads: it is about the code right below it. */
const directives =
  /^(?:\/\/+|\/\*+)\s*(?:@ts-|eslint-|oxlint-|biome-ignore|prettier-ignore|deno-\w+-ignore|dprint-ignore|NOSONAR|NOPMD|noinspection|istanbul|c8|v8 ignore|node:coverage|tslint:|\$Flow|[@#]__)/;

/** The line of the first directive among the comments right above a line, which is about that line; else the line itself. */
function aboveDirectives(text: string, line: number, languageId: string): number {
  let found = line;
  for (let at = line; at > 0; ) {
    const start = lineStart(text, at - 1);
    const isBlock = /^(?!\s*\/\/).*\*\/\s*$/.test(text.slice(start, at));
    const above = isBlock ? lineStart(text, text.lastIndexOf("/*", at)) : start;
    const comment = text.slice(above, at).trim();
    // In Go all that is not is documentation, and there is none.
    if (directives.test(comment) || (languageId === "go" && comment.startsWith("//"))) found = above;
    // TypeScript looks for its own above other comments of a line.
    else if (!comment.startsWith("//")) break;
    at = above;
  }
  return found;
}

/** The line of the body's first statement and its indentation; null where that stands on the line of the head. */
function placeInPython(text: string, { header, body }: FunctionFacts): { offset: number; indent: string } | null {
  if (body === null) return null;
  const offset = lineStart(text, body.start);
  const indent = text.slice(offset, body.start);
  // Comments between head and body stay below the docstring, except one that is the head's types.
  const comments = /(?:\s*#(?!\s*type:\s*\()[^\n]*(?=\n|$))+$/;
  const head = header.start + text.slice(header.start, header.end).replace(comments, "").length;
  return offset > header.start && /^[ \t]+$/.test(indent) ? { offset: lineAfter(text, head), indent } : null;
}
