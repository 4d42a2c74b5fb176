// Reads the cases of test/unit/golden: texts with a marked cursor, what the model writes there and what becomes of it.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/**
 * A file is named after its language and holds cases. A case begins with a line of what is expected and a title,
 *
 *     --- comment: a region          --- code in python: a region in another language
 *     --- show: the model's text     --- hide: the model's text     --- show (crlf, cut short): with conditions
 *
 * goes on with the document, in which "|" is the cursor ("‸" where the document itself holds "|"), and, where something is
 * to be shown or hidden, ends with the lines that the model writes behind ">>> ", and those that are shown behind "<<< " or
 * the reason why none is behind "!!! ". A blank at their end is written "·". What stands before the first case is a comment.
 */
export interface Case {
  readonly languageId: string;
  readonly title: string;
  readonly expected: string;
  readonly conditions: ReadonlySet<string>;
  readonly text: string;
  readonly offset: number;
  readonly written: string;
  readonly shown: string;
  readonly reason: string;
}

export function goldenCases(folder: string): readonly Case[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));
  return files.flatMap((name) => casesOf(basename(name, ".txt"), readFileSync(join(folder, name), "utf8")));
}

function casesOf(languageId: string, source: string): Case[] {
  return source
    .split(/^--- /m)
    .slice(1)
    .map((part) => {
      const [head = "", ...lines] = part.trimEnd().split("\n");
      const found = /^([a-z ]+?)(?: \(([^)]*)\))?: (.+)$/.exec(head);
      if (!found) throw new Error(`${languageId}: not the beginning of a case: ${head}`);
      const [, expected = "", conditions = "", title = ""] = found;
      const behind = (mark: string) =>
        lines
          .filter((line) => line.startsWith(mark))
          .map((line) => line.slice(mark.length).replace(/^ /, "").replace(/·$/, " "));
      const end = lines.findIndex((line) => line.startsWith(">>>"));
      const marked = (end < 0 ? lines : lines.slice(0, end)).join("\n");
      const cursor = marked.includes("‸") ? "‸" : "|";
      const parts = marked.split(cursor);
      if (parts.length !== 2) throw new Error(`${languageId}, ${title}: one cursor is needed`);
      const isCrlf = conditions.includes("crlf");
      const ends = (text: string) => (isCrlf ? text.replaceAll("\n", "\r\n") : text);
      return {
        languageId,
        title,
        expected,
        conditions: new Set(conditions.split(", ")),
        text: ends(parts.join("")),
        offset: ends(parts[0]!).length,
        written: behind(">>>").join("\n"),
        shown: ends(behind("<<<").join("\n")),
        reason: behind("!!!").join("\n"),
      };
    });
}
