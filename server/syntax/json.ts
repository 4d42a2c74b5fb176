// JSON with and without comments: what the cursor is in, and how many faults a text has.
import { createScanner, visit } from "jsonc-parser";
import type { Region } from "../protocol.ts";

/** Languages that are read so. */
export const jsonLanguages: ReadonlySet<string> = new Set(["json", "jsonc"]);

/** The region at an offset. A string or comment that is not closed goes on to its line's end, or to the text's. */
export function regionInJson(text: string, offset: number): Region {
  const scanner = createScanner(text, false);
  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    const start = scanner.getTokenOffset();
    const end = start + scanner.getTokenLength();
    if (start >= offset) return "code";
    if (offset > end || (offset === end && isClosed(text.slice(start, end)))) continue;
    if (text[start] === '"') return "string";
    if (text[start] === "/") return "comment";
  }
  return "code";
}

/** Whether a token of more than one character ends with what closes it. */
function isClosed(token: string): boolean {
  if (token.startsWith("/*")) return token.endsWith("*/") && token.length >= 4;
  return token.startsWith('"') && /^"(?:[^"\\]|\\.)*"$/.test(token);
}

/** How many syntax errors a text has. Comments are none: many JSON files are read by tools that allow them. */
export function faultsInJson(text: string): number {
  let faults = 0;
  visit(text, { onError: () => faults++ }, { disallowComments: false });
  return faults;
}
