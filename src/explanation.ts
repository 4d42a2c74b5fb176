// What the user reads of an explanation: facts and the model's words, told apart. Plain values to plain text.
import type { Author, Explanation, Fact } from "../server/protocol.ts";
import { plain } from "./words.ts";

export interface Told {
  /** What was explained: a path and lines, from 1. */
  readonly place: string;
  readonly facts: readonly Fact[];
  /** What the editor's language services know. */
  readonly known: readonly Fact[];
  /** The model's words so far. */
  readonly text: string;
  /** Who wrote them, and why they end there; null while they are being written. */
  readonly author: (Author & Pick<Explanation, "stop" | "ms">) | null;
  /** Why nothing more comes, in words; absent: nothing went wrong. */
  readonly failed?: string;
}

/** An explanation as a Markdown page. */
export function explanationDocument({ place, facts, known, text, author, failed }: Told): string {
  const found = [
    factsTable("Facts, from the syntax tree", facts),
    factsTable("Facts, from the language service", known),
  ].flat();
  const words = text.trim() === "" ? `*${nothingYet(author, failed)}*` : quoted(text);
  const end = failed === undefined ? author && ending(author.stop) : `Writing failed: ${plain(failed)}`;
  return [
    `# ${plain(place)}`,
    "",
    ...found,
    "## In words, by the model",
    "",
    words,
    ...(end === null || text.trim() === "" ? [] : ["", `**${end}**`]),
    ...(author === null ? [] : ["", `*${signature(author)}*`]),
    "",
  ].join("\n");
}

function factsTable(title: string, facts: readonly Fact[]): readonly string[] {
  // In a table a bar parts cells, in code too.
  const cell = (text: string) => inline(text).replace(/(?<!\\)\|/g, "\\|");
  const rows = facts.map(({ name, text }) => `| ${plain(name)} | ${cell(text)} |`);
  return rows.length === 0 ? [] : [`## ${title}`, "", "| | |", "| --- | --- |", ...rows, ""];
}

function nothingYet(author: Told["author"], failed: string | undefined): string {
  if (failed !== undefined) return `The model wrote nothing: ${plain(failed)}`;
  if (author === null) return "The model is reading ...";
  return author.stop === "cancelled"
    ? "You have cancelled it before the model wrote anything."
    : "The model said nothing.";
}

/** Why a text ends where it does, unless its author was at its end. */
export function ending(stop: Explanation["stop"]): string | null {
  if (stop === "cancelled") return "You have cancelled it: this was written until then.";
  if (stop === "length") return "It was cut where it became long.";
  return stop === "stop" ? "It was ended where it began to repeat itself." : null;
}

/** Who wrote the words, and why. */
export function signature({
  expert,
  wanted,
  absent,
  rule,
  because,
  host,
  ms,
}: Author & Pick<Explanation, "ms">): string {
  const why = absent === undefined ? "is not installed" : `does not answer: ${plain(absent)}`;
  const instead = wanted === null ? "" : ` (${plain(wanted)} ${why})`;
  const away = host === undefined ? "" : ` The code was sent to ${plain(host)}.`;
  return `Expert ${plain(expert)}${instead}, rule ${plain(rule)}: ${plain(because)}${away} ${ms} ms. A small model: it may be wrong.`;
}

/** The model's words as a quotation in which nothing is Markdown but code in backticks. */
const quoted = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => `> ${inline(line.trim()).replace(/^(\d*)([-+#=~.)])/, "$1\\$2")}`)
    .join("\n");

/** Text in which backticks mark code, one like several, and nothing else means anything. */
export function inline(text: string): string {
  const parts = text.split(/`+/);
  if (parts.length % 2 === 0) return plain(text);
  return parts.map((part, i) => (i % 2 === 0 ? plain(part) : `\`${part}\``)).join("");
}
