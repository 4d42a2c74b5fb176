// What the cursor is in within Markdown: a fenced block or front matter, which are texts of their own, or a region of prose.
import { inFormula, openDisplay } from "./formula.ts";
import { languageOfFence } from "./lexicon.ts";
import type { Region } from "./protocol.ts";

/** A text inside another, with the cursor in it. */
export interface Snippet {
  readonly languageId: string;
  readonly text: string;
  readonly offset: number;
}

export type InMarkdown = { readonly snippet: Snippet } | { readonly region: Region };

/** Languages that are read so. */
export const markdownLanguages: ReadonlySet<string> = new Set(["markdown", "mdx", "quarto", "rmd"]);

/** A display formula that goes on for longer was never meant as one. Characters. */
const longestFormula = 2_000;

interface Fence {
  readonly mark: string;
  readonly indent: number;
  readonly languageId: string;
  /** Where its content begins. */
  readonly start: number;
}

/** Fences decide line by line; outside of them `$...$` and `$$...$$` are math and `...` is code. */
export function inMarkdown(text: string, offset: number): InMarkdown {
  const front = frontMatter(text, offset);
  if (front) return { snippet: front };
  let fence: Fence | null = null;
  let paragraph = 0;
  for (let at = 0; ; ) {
    const end = text.indexOf("\n", at);
    // The cursor's own line is not finished: a fence there opens or closes nothing yet.
    if (end === -1 || end >= offset) break;
    const line = text.slice(at, Math.min(end, at + 200)).trim();
    if (fence) {
      if (closes(line, fence)) fence = null;
      paragraph = end + 1;
    } else {
      fence = opens(line, text.slice(at, end).search(/\S/), end + 1);
      const over = end - paragraph > longestFormula || !openDisplay(text.slice(paragraph, end));
      if (fence || (line === "" && over && !inComment(text.slice(paragraph, end)))) paragraph = end + 1;
    }
    at = end + 1;
  }
  if (fence) return { snippet: content(text, fence, offset) };
  return { region: inParagraph(text.slice(paragraph, offset), text.slice(offset, offset + 500)) };
}

function opens(line: string, indent: number, start: number): Fence | null {
  const mark = /^(`{3,}|~{3,})/.exec(line)?.[1];
  if (mark === undefined || line.slice(mark.length).includes("`")) return null;
  return { mark, indent, languageId: languageOfFence(line.slice(mark.length)), start };
}

function closes(line: string, { mark }: Fence): boolean {
  return line.startsWith(mark) && line === mark[0]!.repeat(line.length);
}

/** The fence's content up to its end, moved left by the fence's own indentation. */
function content(text: string, fence: Fence, offset: number): Snippet {
  const lines: string[] = [];
  let inside = 0;
  for (let at = fence.start; at < text.length; ) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline + 1;
    const line = text.slice(at, end);
    if (at > offset && closes(line.trim(), fence)) break;
    const margin = Math.min(fence.indent, Math.max(0, line.search(/[^ ]/)));
    lines.push(line.slice(margin));
    if (at <= offset) inside += Math.max(0, Math.min(end, offset) - at - margin);
    at = end;
  }
  return { languageId: fence.languageId, text: lines.join(""), offset: inside };
}

/** The block of settings at a document's top. */
function frontMatter(text: string, offset: number): Snippet | null {
  const mark = /^(---|\+\+\+)[^\S\n]*\r?\n/.exec(text);
  if (!mark || offset < mark[0].length) return null;
  const end = text.indexOf(`\n${mark[1]}`, mark[0].length - 1);
  if (end < 0 || offset > end) return null;
  const languageId = mark[1] === "---" ? "yaml" : "toml";
  return { languageId, text: text.slice(mark[0].length, end + 1), offset: offset - mark[0].length };
}

function inComment(paragraph: string): boolean {
  return paragraph.lastIndexOf("<!--") > paragraph.lastIndexOf("-->");
}

function inParagraph(before: string, after: string): Region {
  if (inComment(before)) return "comment";
  if (inSpan(before)) return "code";
  return inFormula(before.replace(/(`+)[^`]+\1(?!`)/g, ""), after) ? "math" : "prose";
}

/** Whether a code span is open at the end: a run of backticks that no run of the same length has closed. */
function inSpan(paragraph: string): boolean {
  let open = "";
  for (const [run] of paragraph.matchAll(/`+/g)) {
    if (open === "") open = run;
    else if (run === open) open = "";
  }
  return open !== "";
}
