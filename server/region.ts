// What the cursor is in (code, comment, docstring, string, math, prose), found by a scan of the text before it.
import { languageOfFence, type Span, spansOf } from "./lexicon.ts";
import type { Region } from "./protocol.ts";

export interface Spot {
  readonly region: Region;
  /** The document's, or in a fenced block that of the fence. */
  readonly languageId: string;
}

/** How far back the scan begins, characters. A document is taken to be in plain code there. */
const window = 20_000;
/** A display formula that goes on for longer was never meant as one. Characters. */
const longestFormula = 2_000;
const markdown = new Set(["markdown", "mdx", "quarto", "rmd"]);
const prose = new Set(["plaintext", "restructuredtext", "asciidoc", "git-commit", "scminput", "log", "bibtex"]);
const latex = new Set(["latex", "tex"]);

/** The region at an offset of a text. Time is bounded by the window, however large the text or its lines are. */
export function regionAt(text: string, offset: number, languageId: string): Spot {
  const from = Math.max(0, offset - window);
  // Begin at a line's start where there is one, so that no token is cut in two.
  const line = from === 0 ? 0 : text.indexOf("\n", from) + 1;
  const before = text.slice(line > 0 && line <= offset ? line : from, offset);
  const after = text.slice(offset, offset + 500);
  if (markdown.has(languageId)) return inMarkdown(before, after, languageId);
  if (latex.has(languageId)) return { region: inLatex(before), languageId };
  if (prose.has(languageId)) return { region: "prose", languageId };
  return { region: inCode(before, languageId), languageId };
}

/** Fences decide line by line; outside of them `$...$` and `$$...$$` are math. */
function inMarkdown(before: string, after: string, languageId: string): Spot {
  let fence: { readonly mark: string; readonly info: string; readonly start: number } | null = null;
  let paragraph = 0;
  for (let at = 0; at < before.length; ) {
    const end = before.indexOf("\n", at);
    // The cursor's own line is not finished: a fence there opens or closes nothing yet.
    if (end === -1) break;
    const line = before.slice(at, Math.min(end, at + 200)).trim();
    const mark = /^(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence) {
      const closes = mark?.startsWith(fence.mark) && line === mark;
      if (closes) fence = null;
      paragraph = end + 1;
    } else if (mark !== undefined && !line.slice(mark.length).includes("`")) {
      fence = { mark, info: line.slice(mark.length), start: end + 1 };
    } else if (line === "" && (end - paragraph > longestFormula || !openDisplay(before.slice(paragraph, end)))) {
      paragraph = end + 1;
    }
    at = end + 1;
  }
  if (!fence) return { region: inFormula(before.slice(paragraph), after) ? "math" : "prose", languageId };
  const inner = languageOfFence(fence.info);
  if (inner === "latex") return { region: "math", languageId: inner };
  if (prose.has(inner) || markdown.has(inner)) return { region: "prose", languageId: inner };
  return { region: inCode(before.slice(fence.start), inner), languageId: inner };
}

function openDisplay(paragraph: string): boolean {
  return paragraph.split("$$").length % 2 === 0;
}

/** Whether a paragraph that is read up to the cursor stands in a formula; "$5 and $6" are amounts of money. */
function inFormula(paragraph: string, after: string): boolean {
  const plain = paragraph.replace(/`[^`\n]*`/g, "").replace(/\\./g, "");
  if (openDisplay(plain)) return true;
  const rest = plain.slice(plain.lastIndexOf("$$") === -1 ? 0 : plain.lastIndexOf("$$") + 2);
  let open = -1;
  for (let at = 0; at < rest.length; at++) {
    if (rest[at] !== "$") continue;
    if (open >= 0) open = /\s/.test(rest[at - 1] ?? " ") ? open : -1;
    else if (!/[\s]/.test(rest[at + 1] ?? "")) open = at;
  }
  if (open < 0) return false;
  if (!/\d/.test(rest[open + 1] ?? "")) return true;
  return /^[^$\n]*[^\s$]\$(?!\d)/.test(rest.slice(open + 1).slice(-1) + after);
}

const displays = "equation|align|gather|multline|eqnarray|math|displaymath|alignat|flalign|split|cases|[bpvB]?matrix";
const latexToken = new RegExp(String.raw`\\(begin|end)\{(?:${displays})\*?\}|\\[()[\]]|\\.|\$\$?|%[^\n]*`, "g");

function inLatex(before: string): Region {
  let depth = 0;
  let dollar = "";
  for (const match of before.matchAll(latexToken)) {
    const token = match[0];
    if (token.startsWith("%")) {
      if (match.index + token.length === before.length) return "comment";
    } else if (match[1] === "begin" || token === "\\(" || token === "\\[") depth++;
    else if (match[1] === "end" || token === "\\)" || token === "\\]") depth = Math.max(0, depth - 1);
    else if (token.startsWith("$")) dollar = dollar === "" ? token : "";
  }
  return depth > 0 || dollar !== "" ? "math" : "prose";
}

/** Lexes code from its start; the span that is still open at the end tells the region. */
function inCode(before: string, languageId: string): Region {
  const lexicon = spansOf(languageId);
  // For each open hole of a template string: the string, and how many braces are open in the hole.
  const holes: { readonly span: Span; braces: number }[] = [];
  for (let at = 0; at < before.length; ) {
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
    if (end.at === null) return region(span, before, at);
    if (end.hole) holes.push({ span, braces: 0 });
    at = end.at;
  }
  return "code";
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
function region(span: Span, before: string, at: number): Region {
  return span.documents?.test(before.slice(Math.max(0, at - 300), at)) ? "docstring" : span.region;
}
