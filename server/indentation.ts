// The indentation of a text of several lines, made like that of the document that it is put into. Pure.
import type { Surroundings } from "./surroundings.ts";

interface Style {
  readonly tabs: boolean;
  /** Spaces a level. */
  readonly unit: number;
}

/** The text with its lines after the first indented with tabs or spaces as the document is. */
export function indentedLike(text: string, around: Surroundings): string {
  const [first = "", ...rest] = text.split("\n");
  const own = styleOf(rest);
  const style = styleOf([...around.above, around.before, ...around.below]);
  if (own === null || style === null || own.tabs === style.tabs) return text;
  const lines = rest.map((line) => {
    const blank = /^[ \t]*/.exec(line)![0];
    const levels = [...blank].reduce((sum, char) => sum + (char === "\t" ? 1 : 1 / own.unit), 0);
    const indent = style.tabs ? "\t".repeat(Math.round(levels)) : " ".repeat(Math.round(levels * style.unit));
    return indent + line.slice(blank.length);
  });
  return [first, ...lines].join("\n");
}

/** How lines are indented: the first character of most of them, and the least number of spaces, at most four. */
function styleOf(lines: readonly string[]): Style | null {
  const indented = lines.filter((line) => /^[ \t]+\S/.test(line));
  if (indented.length === 0) return null;
  const tabs = indented.filter((line) => line.startsWith("\t")).length * 2 > indented.length;
  const widths = indented.map((line) => /^ */.exec(line)![0].length).filter((spaces) => spaces > 1);
  return { tabs, unit: widths.length > 0 ? Math.min(...widths, 4) : 4 };
}
