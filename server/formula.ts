// Formulas in running text and in LaTeX.

/** Whether a paragraph has a `$$` that is not closed. */
export function openDisplay(paragraph: string): boolean {
  return paragraph.split("$$").length % 2 === 0;
}

/**
 * Whether a paragraph that is read up to the cursor stands in a formula; "$5 and $6" are amounts of money, "$HOME" is a variable.
 * @param after what follows the cursor
 */
export function inFormula(paragraph: string, after: string): boolean {
  const plain = paragraph.replace(/\\[\\$]/g, "");
  if (openDisplay(plain)) return true;
  const inner = openInline(plain);
  if (inner === null) return false;
  return closedBy(inner, after) || !notMath.test(inner);
}

/** What stands behind a `$` that nothing closes yet, and is an amount or a variable of a program: `$5`, `$HOME`, `$this`, `${a}`, `$(pwd)`. */
const notMath = /^(?:\d|\{|\(\w{3,}|[A-Z_][A-Z0-9_]+\b|[A-Za-z_]{3,}\b(?!\s*['!,:+*<>=_(^]))/;

/** In a docstring `$` more often begins a name: there a formula must be closed, or hold what only a formula does. */
export function inDocumentedFormula(paragraph: string, after: string): boolean {
  if (openDisplay(paragraph)) return true;
  const inner = openInline(paragraph);
  if (inner === null) return false;
  return closedBy(inner, after) || /[\\^]/.test(inner);
}

/** What stands behind the `$` that is open at the end, or null. */
function openInline(paragraph: string): string | null {
  const from = paragraph.lastIndexOf("$$");
  const rest = paragraph.slice(from < 0 ? 0 : from + 2);
  let open = -1;
  for (let at = 0; at < rest.length; at++) {
    if (rest[at] !== "$") continue;
    if (open >= 0) open = /\s/.test(rest[at - 1] ?? " ") ? open : -1;
    else if (!/\s/.test(rest[at + 1] ?? "")) open = at;
  }
  return open < 0 ? null : rest.slice(open + 1);
}

function closedBy(inner: string, after: string): boolean {
  return /^[^$\n]*[^\s$]\$(?!\d)/.test(inner.slice(-1) + after);
}

const displays = "equation|align|gather|multline|eqnarray|math|displaymath|alignat|flalign|split|cases|[bpvB]?matrix";
const listings = "verbatim|lstlisting|minted|Verbatim";
const latexToken = new RegExp(
  String.raw`\\(begin|end)\{(?:(${listings})|${displays})\*?\}|\\[()[\]]|\\.|\$\$?|%[^\n]*`,
  "g",
);

/** The region at the end of a LaTeX text. */
export function inLatex(before: string): "math" | "prose" | "comment" | "code" {
  let depth = 0;
  let dollar = "";
  let listing = "";
  for (const match of before.matchAll(latexToken)) {
    const [token, bound, name = ""] = match;
    if (listing !== "") {
      if (bound === "end" && name === listing) listing = "";
    } else if (bound === "begin" && name !== "") listing = name;
    else if (token.startsWith("%")) {
      if (match.index + token.length === before.length) return "comment";
    } else if (bound === "begin" || token === "\\(" || token === "\\[") depth++;
    else if (bound === "end" || token === "\\)" || token === "\\]") depth = Math.max(0, depth - 1);
    else if (token.startsWith("$")) dollar = dollar === "" ? token : "";
  }
  if (listing !== "") return "code";
  return depth > 0 || dollar !== "" ? "math" : "prose";
}
