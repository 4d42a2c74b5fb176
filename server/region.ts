// What the cursor is in, found by a scan of the text before it: for languages without a grammar, and where a text is broken.
import { inLatex } from "./formula.ts";
import { type Span, spansOf } from "./lexicon.ts";
import type { Region } from "./protocol.ts";

/** A region, and where in the text its comment or string begins; in plain code where the scan began. */
export interface Found {
  readonly region: Region;
  readonly start: number;
}

/** How far back the scan begins, characters. A document is taken to be in plain code there. */
const window = 20_000;
const prose = new Set(["plaintext", "restructuredtext", "asciidoc", "git-commit", "scminput", "log", "bibtex"]);
const latex = new Set(["latex", "tex"]);

/** Whether a language is text for people, with no syntax that is looked at. */
export function isProse(languageId: string): boolean {
  return prose.has(languageId);
}

/**
 * The region at an offset of a text. Time is bounded by the window, however large the text or its lines are.
 * @param sure where the text is known to be in plain code
 */
export function scan(text: string, offset: number, languageId: string, sure = 0): Found {
  if (prose.has(languageId)) return { region: "prose", start: offset };
  const from = Math.max(sure, offset - window);
  // Begin at a line's start where there is one, so that no token is cut in two.
  const line = from === sure ? sure : text.indexOf("\n", from) + 1;
  const start = line > 0 && line <= offset ? line : from;
  if (latex.has(languageId)) return { region: inLatex(text.slice(start, offset)), start };
  return inCode(text.slice(0, offset), start, languageId);
}

/** Lexes code from where it is sure to be code; the span that is still open at the end tells the region. */
function inCode(before: string, start: number, languageId: string): Found {
  const lexicon = spansOf(languageId);
  // For each open hole of a template string: the string, and how many braces are open in the hole.
  const holes: { readonly span: Span; braces: number }[] = [];
  for (let at = start; at < before.length; ) {
    const char = before[at]!;
    const hole = holes.at(-1);
    let span = lexicon.get(char)?.find((one) => before.startsWith(one.open, at) && (one.when?.(before, at) ?? true));
    let from = at + (span?.open.length ?? 0);
    if (!span) {
      if (hole && char === "{") hole.braces++;
      if (!hole || char !== "}" || hole.braces-- > 0) {
        at++;
        continue;
      }
      holes.pop();
      span = hole.span;
      from = at + 1;
    }
    const end = endOf(before, from, span);
    if (end.at === null) return { region: regionOf(span, before, at), start: at };
    if (end.hole) holes.push({ span, braces: 0 });
    at = end.at;
  }
  return { region: "code", start };
}

/** Where the reading goes on after a span, or null when it is still open at the end. */
function endOf(text: string, from: number, span: Span): { readonly at: number | null; readonly hole: boolean } {
  for (let at = from; at < text.length; at++) {
    const char = text[at]!;
    if (span.escape && char === "\\") at++;
    else if (text.startsWith(span.close, at)) return { at: at + span.close.length, hole: false };
    else if (char === "\n" && !span.lines) return { at, hole: false };
    else if (span.hole && text.startsWith(span.hole, at)) return { at: at + span.hole.length, hole: true };
  }
  return { at: null, hole: false };
}

/** A string that stands where a statement begins may document what is around it. */
function regionOf(span: Span, before: string, at: number): Region {
  return span.documents?.test(before.slice(Math.max(0, at - 300), at)) ? "docstring" : span.region;
}
