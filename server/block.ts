// Where a block begins, several lines may be shown: where it does, and where what the model writes has to end. Pure.
import { balance, closing, codeOnly, openSpan } from "./brackets.ts";
import { lineAbove, nextLine, type Surroundings } from "./surroundings.ts";

/** Languages whose blocks begin with a colon, and what their first lines begin with. */
const colons = new Set(["python", "starlark"]);
const headers =
  /^(async\s|class\b|def\b|elif\b|else\b|except\b|finally\b|for\b|if\b|match\b|case\b|try\b|while\b|with\b)/;
/** Languages whose blocks end with a word: what begins one, at a line's begin or at its end. */
const words: Readonly<Record<string, RegExp>> = {
  ruby: /^(def|class|module|if|unless|while|until|case|begin|for)\b(?!.*\bend$)|\bdo(\s*\|[^|]*\|)?$/,
  lua: /\b(then|do|repeat|else)$|\bfunction\b[^()]*\([^()]*\)$/,
  shellscript: /(\bthen|\bdo|\belse|\{)$/,
  elixir: /\bdo$|->$/,
  julia: /^(function|for|while|if|begin|let|struct|mutable struct|module|macro)\b/,
};
const endWord = /^(end|fi|done|esac)\b/;

/** Columns of a line's indentation; a tab goes to the next multiple of four. */
function width(line: string): number {
  let columns = 0;
  for (const char of line) {
    if (char === " ") columns++;
    else if (char === "\t") columns += 4 - (columns % 4);
    else break;
  }
  return columns;
}

/** Whether a line of code opens a block at its end. */
export function opensBlock(line: string, languageId: string): boolean {
  const code = codeOnly(line, languageId).trimEnd();
  const word = words[languageId];
  if (word?.test(code.trim())) return true;
  if (colons.has(languageId)) return code.endsWith(":") && headers.test(code.trim());
  return code.endsWith("{");
}

/** The line that opens the block in which the cursor stands as the first, or null. */
function opener({ before, above, languageId }: Surroundings): string | null {
  const line = before.trim() === "" ? above.at(-1) : before;
  return line !== undefined && opensBlock(line, languageId) ? line : null;
}

/** Whether the cursor stands where a block begins that has nothing in it yet. */
export function blockBegins(around: Surroundings): boolean {
  if (around.region !== "code" || around.after.trim() !== "") return false;
  const first = opener(around);
  if (first === null) return false;
  const next = nextLine(around);
  return next === "" || width(next) <= width(first) || endWord.test(next.trim());
}

export interface Block {
  /** The lines that belong to the block; lines end as in the document. */
  readonly text: string;
  /** Whether the block has ended, so that what follows does not matter. */
  readonly ended: boolean;
}

/**
 * The lines of a text, put in where a block begins, that belong to the block: up to where the indentation ends, to a line that
 * stands below already, or to repetition. What closes the block is kept where it does not stand below.
 * @param isWhole whether the last line is finished
 */
export function readBlock(text: string, around: Surroundings, isWhole: boolean): Block {
  const outer = width(opener(around) ?? "");
  const lines = text.split(/\r?\n/);
  if (!isWhole) lines.pop();
  const kept: string[] = [];
  // Behind an opener the rest of its line comes first, on a line of its own the block's first.
  const behind = around.before.trim() !== "";
  let inner = behind ? null : Math.max(width(around.before), outer + 1);
  let ended = false;
  for (const [i, line] of lines.entries()) {
    const columns = i === 0 ? width(around.before + line) : width(line);
    if (line.trim() === "") ended = kept.length > 0 && kept.at(-1)!.trim() === "" && i > 1;
    else if (i === 0 && behind) ended = false;
    else if (i > 0 && columns <= outer) {
      ended = true;
      if (closes(line) && !isClosed(around, outer) && kept.some((each) => each.trim() !== "")) kept.push(line);
    } else if (inner !== null && i > 0 && columns < inner) ended = true;
    else if (i > 0 && (isNext(line, around) || repeats(line, kept))) ended = true;
    else inner ??= columns;
    if (ended) break;
    kept.push(line);
  }
  return { text: wholeStatements(kept, around).join(around.eol), ended };
}

/** Whether a line does nothing but close. */
const closes = (line: string) => /^[)\]}]+[;,]?$/.test(line.trim()) || /^(end|fi|done|esac)$/.test(line.trim());

/** Whether a line stands below already, at the same place. */
function isNext(line: string, around: Surroundings): boolean {
  return line.trim() === nextLine(around).trim() && width(line) === width(nextLine(around));
}

/** Whether the block's end stands below. */
function isClosed(around: Surroundings, outer: number): boolean {
  const next = nextLine(around);
  return width(next) === outer && (/^[)\]}]/.test(next.trim()) || endWord.test(next.trim()));
}

/** A line that says something and stands twice already. */
function repeats(line: string, kept: readonly string[]): boolean {
  const text = line.trim();
  return /\p{L}/u.test(text) && kept.filter((each) => each.trim() === text).length >= 2;
}

/** The lines up to the last that leaves open none of the brackets and blocks that they have opened themselves. */
function wholeStatements(lines: readonly string[], { languageId, before, above }: Surroundings): readonly string[] {
  for (let count = lines.length; count > 0; count--) {
    const last = lines[count - 1]!;
    if (last.trim() === "") continue;
    const code = codeOnly(lines.slice(0, count).join("\n"), languageId);
    if (balance(code).open.length === 0 && !opensBlock(last, languageId)) return lines.slice(0, count);
  }
  // Not one is whole: then the first one alone, as it would be in the middle of a block.
  const first = before.trim() === "" || above.length === 0 ? 0 : lines.findIndex((line) => line.trim() !== "");
  return lines.slice(0, Math.max(1, first + 1));
}

/** A brace that begins a value and no block. */
const literal = /(?:[=([,:?&|]|\breturn)\s*\{\s*$/;

/** Whether the line that a text ends on opens a block there, or stands in a string of several lines that was open before it. */
export function endsInBlock(text: string, { before, languageId }: Surroundings): boolean {
  if (openSpan(before, languageId) !== "") return true;
  const last = (before + text).split("\n").at(-1)!;
  const isLiteral = literal.test(codeOnly(last, languageId));
  return opensBlock(last, languageId) && !isLiteral && openSpan(before + text, languageId) === "";
}

/** What a text needs behind it to be parsed as a whole: its open brackets and its last block closed, with something in it. */
export function completed(text: string, { before, languageId }: Surroundings): string {
  const lines = (before + text).split(/\r?\n/);
  const last = lines.at(-1)!;
  const code = codeOnly(before + text, languageId).slice(before.length);
  const end = openSpan(before + text, languageId) + closing(code);
  if (colons.has(languageId)) return `${text}${opensBlock(last, languageId) ? " pass" : ""}${end}`;
  if (languageId === "shellscript" && opensBlock(last, languageId)) {
    const word = /(then|else)$/.test(last.trimEnd()) ? "fi" : /do$/.test(last.trimEnd()) ? "done" : end;
    return `${text}\n:\n${word}`;
  }
  if (languageId === "ruby" && opensBlock(last, languageId)) return `${text}\n${end}\nend`;
  return end === "" ? text : `${text}\n${end}`;
}

/** The line above or before that a text of one line would repeat, see `whyHidden`. */
export function repeatsNeighbour(text: string, around: Surroundings): "next" | "above" | null {
  const line = (around.before + text).trim();
  if (line === "") return null;
  // Blocks end one after another with the same bracket, but not at the same place.
  const isEnd = closes(line) || !/[\p{L}\p{N}]/u.test(line);
  if (isEnd ? around.before + text === nextLine(around) : line === nextLine(around).trim()) return "next";
  return line === lineAbove(around).trim() && /\p{L}{2}/u.test(line) && !/^[\p{L}]+;?$/u.test(line) ? "above" : null;
}
