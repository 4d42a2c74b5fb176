// What is inside a docstring: mostly prose, but also fenced code, examples of a session, and formulas.
import { inDocumentedFormula } from "./formula.ts";
import { lineStart } from "./lines.ts";
import { inMarkdown, type Snippet } from "./markdown.ts";

export type InDocstring = { readonly snippet: Snippet } | { readonly region: "docstring" | "math" };

/** What stands before the text in a line of a comment, or in the first line of a string. */
const margin = /^[^\S\n]*(?:\/\*\*?|\*(?!\/)|\/\/[/!]|--|#'|[rRuU]?("""|'''))?[^\S\n]?/;

/**
 * @param start where the docstring's comment or string begins
 * @param end where it ends, the text's end when it is not closed
 */
export function inDocstring(text: string, start: number, end: number, offset: number, languageId: string): InDocstring {
  const from = firstLine(text, start, languageId);
  const lines = text.slice(from, end).split("\n");
  const plain: string[] = [];
  let [at, cursor, inside] = [from, 0, ""];
  for (const line of lines) {
    const cut = margin.exec(line)?.[0].length ?? 0;
    const rest = line.slice(cut);
    if (at <= offset && offset <= at + line.length) {
      cursor = plain.join("").length + Math.max(0, offset - at - cut);
      inside = rest.slice(0, Math.max(0, offset - at - cut));
    }
    plain.push(`${rest}\n`);
    at += line.length + 1;
  }
  const whole = plain.join("");
  const session = languageId === "python" ? /^\s*(?:>>>|\.\.\.) (.*)$/.exec(inside) : null;
  if (session) return { snippet: { languageId, text: session[1]!, offset: session[1]!.length } };
  const found = inMarkdown(whole, cursor);
  if ("snippet" in found) return { snippet: { ...found.snippet, languageId: inner(found.snippet, languageId) } };
  const paragraph = whole.slice(whole.lastIndexOf("\n\n", cursor - 1) + 1, cursor).replace(/`[^`\n]*`/g, "");
  const isMath = inDocumentedFormula(paragraph, whole.slice(cursor, cursor + 500)) || /:math:`[^`]*$/.test(inside);
  return { region: isMath ? "math" : "docstring" };
}

/** Comments of one line that follow each other are one docstring. */
function firstLine(text: string, start: number, languageId: string): number {
  if (languageId === "python" || text.startsWith("/*", start)) return start;
  let from = start;
  for (;;) {
    const line = lineStart(text, from);
    if (line === 0 || text.slice(line, from).trim() !== "") return from;
    const above = lineStart(text, line - 1);
    const mark = /^\s*(?:\/\/[/!]|#'|--)/.exec(text.slice(above, line - 1));
    if (!mark) return from;
    from = above + mark[0].search(/\S/);
  }
}

/** In Rust a fence without a language holds Rust, and its words say how to test it. */
function inner({ languageId }: Snippet, outer: string): string {
  const bare = /^(plaintext|no_run|ignore|should_panic|compile_fail|edition.*)$/;
  return outer === "rust" && bare.test(languageId) ? "rust" : languageId;
}
