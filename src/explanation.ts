// What the user reads of an explanation: facts and the model's words, told apart. Plain values to plain text.
import type { Author, Fact } from "../server/protocol.ts";
import { plain } from "./words.ts";

export interface Told {
  /** What was explained: a path and lines, from 1. */
  readonly place: string;
  readonly facts: readonly Fact[];
  /** The model's words so far. */
  readonly text: string;
  /** Who wrote them; null while they are being written. */
  readonly author: (Author & { readonly ms: number }) | null;
}

/** An explanation as a Markdown page. */
export function explanationDocument({ place, facts, text, author }: Told): string {
  const rows = facts.map((fact) => `| ${plain(fact.name)} | ${inline(fact.text)} |`);
  const table = ["## Facts, from the syntax tree", "", "| | |", "| --- | --- |", ...rows, ""];
  const words =
    text.trim() === "" ? (author === null ? "*The model is reading ...*" : "*The model said nothing.*") : quoted(text);
  const who =
    author === null
      ? []
      : [
          "",
          `*Expert ${plain(author.expert)}${missing(author)}, rule ${plain(author.rule)}: ${plain(author.because)} ${author.ms} ms. A small model: it may be wrong.*`,
        ];
  return [
    `# ${plain(place)}`,
    "",
    ...(rows.length > 0 ? table : []),
    "## In words, by the model",
    "",
    words,
    ...who,
    "",
  ].join("\n");
}

const missing = ({ wanted }: Author) => (wanted === null ? "" : ` (${plain(wanted)} is not installed)`);

/** The model's words as a quotation in which nothing is Markdown but code in backticks. */
const quoted = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => `> ${inline(line)}`)
    .join("\n");

/** Text in which backticks mark code and nothing else means anything. */
function inline(text: string): string {
  const parts = text.split("`");
  if (parts.length % 2 === 0) return plain(text);
  return parts.map((part, i) => (i % 2 === 0 ? plain(part) : `\`${part.replace(/\|/g, "\\|")}\``)).join("");
}
