// Brackets in code, those in strings and comments left out.
import { spansOf } from "./lexicon.ts";

const closerOf: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
const closers = new Set(Object.values(closerOf));

/**
 * The code with every character of a string or comment replaced by a blank, so that offsets stay. A string that is not
 * closed ends with the text.
 */
export function codeOnly(text: string, languageId: string): string {
  const lexicon = spansOf(languageId);
  let code = "";
  for (let at = 0; at < text.length; ) {
    const span = lexicon.get(text[at]!)?.find((one) => text.startsWith(one.open, at) && (one.when?.(text, at) ?? true));
    if (!span) {
      code += text[at++];
      continue;
    }
    let end = at + span.open.length;
    for (; end < text.length; end++) {
      if (span.escape && text[end] === "\\") end++;
      else if (text.startsWith(span.close, end)) break;
      else if (text[end] === "\n" && !span.lines) break;
    }
    const stop = text[end] === "\n" ? end : Math.min(text.length, end + span.close.length);
    code += text.slice(at, stop).replace(/[^\n]/g, " ");
    at = stop;
  }
  return code;
}

/** The mark that would close the comment or string of several lines that is open at the end of code; "" where none is. */
export function openSpan(text: string, languageId: string): string {
  // Any other character would be left as it is; what ends with its line is none of several.
  if (codeOnly(`${text}\nx`, languageId).at(-1) === "x") return "";
  const spans = [...spansOf(languageId).values()].flat().filter(({ lines }) => lines);
  return spans.find(({ close }) => codeOnly(`${text}${close}x`, languageId).at(-1) === "x")?.close ?? "";
}

export interface Balance {
  /** Offsets of the brackets that are not closed, outermost first. */
  readonly open: readonly number[];
  /** Offsets of the closing brackets that close nothing. */
  readonly stray: readonly number[];
}

/** What is left over when the brackets of code (see `codeOnly`) are matched. */
export function balance(code: string): Balance {
  const open: number[] = [];
  const stray: number[] = [];
  for (let at = 0; at < code.length; at++) {
    const char = code[at]!;
    if (char in closerOf) open.push(at);
    else if (closers.has(char)) {
      const last = open.at(-1);
      if (last !== undefined && closerOf[code[last]!] === char) open.pop();
      else stray.push(at);
    }
  }
  return { open, stray };
}

/** What would close the brackets that are open in code, innermost first. */
export function closing(code: string): string {
  return balance(code)
    .open.map((at) => closerOf[code[at]!]!)
    .reverse()
    .join("");
}
