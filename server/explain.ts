// An explanation: the facts of the function at the selection first, then a few sentences by the expert.
import type { TextDocument } from "vscode-languageserver-textdocument";
import layouts from "../experts/layouts.json" with { type: "json" };
import { factsInWords } from "./facts.ts";
import { lineEnd, lineStart } from "./lines.ts";
import { type Opening, openingOfWords } from "./openings.ts";
import type { Fact } from "./protocol.ts";
import { type Said, say, together, wholeSentences } from "./saying.ts";
import type { Who } from "./speaking.ts";
import type { FunctionFacts } from "./syntax/functions.ts";
import type { Syntax } from "./syntax/syntax.ts";

/** What is explained: the code that the expert reads, and what is known of it without a model. */
export interface Explained {
  /** Offsets in the document. */
  readonly start: number;
  readonly end: number;
  readonly code: string;
  readonly facts: readonly Fact[];
  /** Where the name of the function stands that the facts are of; null where it is none. */
  readonly named: number | null;
  /** What the words begin with. */
  readonly opening: Opening;
  /** Whether a sentence about what it returns is to follow. */
  readonly gives: boolean;
}

/** Longer code is cut at a line's end: the expert has learnt on windows of 512 tokens. Characters. */
const mostCode = 1_600;
/** Most tokens of an explanation: three or four sentences. */
const mostTokens = 120;
/** Most tokens of a sentence about the result. */
const mostMore = 40;

/** The selection, or without one the function around the cursor, or the lines around it; null where there is nothing to explain. */
export async function whatToExplain(
  document: TextDocument,
  start: number,
  end: number,
  syntax: Syntax,
): Promise<Explained | null> {
  const text = document.getText();
  // What is selected by lines ends after a line break, which belongs to nothing.
  const last = Math.max(start, start + text.slice(start, end).trimEnd().length);
  const found = await functionMeant(document, start + blanks(text.slice(start, last)), syntax);
  const isWithin = found !== null && last <= found.whole.end;
  const facts = isWithin ? factsInWords(found, text) : [];
  const named = isWithin ? found.named : null;
  const at = (from: number, to: number, opening = openingOfWords("code", null), gives = false) => ({
    ...{ start: from, end: to, code: cut(outdented(text.slice(from, to))) },
    ...{ facts, named, opening, gives },
  });
  const isWhole = isWithin && text.slice(found.whole.start, start).trim() === "";
  if (text.slice(start, end).trim() !== "" && !(isWhole && text.slice(end, found.whole.end).trim() === ""))
    return at(start, end);
  if (isWithin) {
    const kind = found.kind === "class" ? "class" : "function";
    const gives = found.kind !== "constructor" && found.returnType !== "void" && found.returns.length > 0;
    return at(found.whole.start, found.whole.end, openingOfWords(kind, found.name), gives);
  }
  const lines = paragraph(text, start);
  return text.slice(...lines).trim() === "" ? null : at(...lines);
}

/** The function at an offset; in the comment that documents a function it is that one. */
async function functionMeant(document: TextDocument, offset: number, syntax: Syntax): Promise<FunctionFacts | null> {
  const isIn = ({ start, end }: { start: number; end: number }) => start <= offset && offset < end;
  const all = await syntax.functionsIn(document);
  const documented = all.find(({ documentation, whole }) => documentation && isIn(documentation) && !isIn(whole));
  return syntax.functionAt(document, documented?.whole.start ?? offset);
}

const blanks = (text: string) => text.length - text.trimStart().length;

/** The lines around an offset up to the blank ones. */
function paragraph(text: string, offset: number): [number, number] {
  const isBlank = (at: number) => text.slice(lineStart(text, at), lineEnd(text, at)).trim() === "";
  if (isBlank(offset)) return [offset, offset];
  let [start, end] = [lineStart(text, offset), lineEnd(text, offset)];
  while (start > 0 && !isBlank(start - 1)) start = lineStart(text, start - 1);
  while (end < text.length && !isBlank(end + 1)) end = lineEnd(text, end + 1);
  return [start, end];
}

/**
 * Streams the expert's sentences; the text returned is cut to whole ones. Where the expert has no more to say than one sentence, one about the
 * result is asked for. @throws Error in words when the engine fails
 */
export async function* explain(
  { code, opening, gives }: Explained,
  { uri, path, languageId }: { readonly uri: string; readonly path: string; readonly languageId: string },
  { engine, expert, manner }: Who,
  signal: AbortSignal,
): AsyncGenerator<string, Said> {
  const slots = { path, language: languageId, window: code, request: layouts.requests.explain };
  const asked = { sequence: `${uri}#tasks`, expert, slots, maxTokens: mostTokens, manner, opening };
  const said = yield* say(engine, asked, signal);
  if (said.stop !== "end") return { ...said, text: wholeSentences(said.text) };
  const isShort = /^[^.!?]+(?:[.!?]\S[^.!?]*)*[.!?]$/.test(said.text.trim()) && !/\breturn/i.test(said.text);
  if (manner !== undefined || !gives || !isShort) return said;
  const again = { ...asked, maxTokens: mostMore, opening: { text: `${said.text.trim()} It`, words: [" returns"] } };
  const more = yield* without(say(engine, again, signal), said.text.trim().length);
  const text = more.stop === "cancelled" ? more.text : wholeSentences(more.text);
  return { text: text === "" ? said.text : text, ...together(said, more), stop: more.stop };
}

/** A stream without its first characters, which have been sent before. */
async function* without(pieces: AsyncGenerator<string, Said>, characters: number): AsyncGenerator<string, Said> {
  for (let left = characters; ; ) {
    const step = await pieces.next();
    if (step.done) return step.value;
    const piece = step.value.slice(left);
    left = Math.max(0, left - step.value.length);
    if (piece !== "") yield piece;
  }
}

/** Text without the indentation that all its lines share; the first line may have lost it already. */
export function outdented(text: string): string {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const rest = lines.slice(1).filter((line) => line.trim() !== "");
  if (rest.length === 0) return lines.join("\n").trimStart();
  const shared = rest.reduce(
    (least, line) => Math.min(least, /^[ \t]*/.exec(line)![0].length),
    Number.MAX_SAFE_INTEGER,
  );
  return [lines[0]!.trimStart(), ...lines.slice(1).map((line) => line.slice(shared))].join("\n");
}

function cut(code: string): string {
  if (code.length <= mostCode) return code;
  const end = code.lastIndexOf("\n", mostCode);
  return code.slice(0, end > 0 ? end : mostCode);
}
