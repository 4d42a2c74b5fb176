// From answers to figures. Pure; shares from 0 to 1.
import { similarity } from "./edit.ts";
import { type Fault, faults, faultsOf } from "./faults.ts";
import { median, quantile } from "./machine.ts";
import type { Cursor } from "./samples.ts";

/** What one contender said at a cursor. */
export interface Line {
  readonly text: string;
  /** Whether an editor would show it. */
  readonly shown: boolean;
  /** Mean log-probability of its tokens, nats; null where there are none. */
  readonly confidence: number | null;
  /** Whether the document has more syntax errors with it than with what was written. */
  readonly broken: boolean;
  /** Whether that may be the missing end of a block whose head the text ends with. */
  readonly unclosed: boolean;
  readonly ms: number;
}

export interface LineScore {
  readonly count: number;
  /** The first line is exactly the true rest of the line. */
  readonly exact: number;
  /** Mean edit similarity to the true rest. */
  readonly edit: number;
  readonly shown: number;
  /** Exact among those shown; null when none is. */
  readonly exactShown: number | null;
  /** Of those shown, how many are what was written there as far as they go. */
  readonly begunShown: number | null;
  /** Milliseconds of an answer in a warm place. */
  readonly p50: number;
  readonly p95: number;
  /** How many of those shown have a fault. */
  readonly faults: Readonly<Record<Fault, number>>;
  /** How many of those shown add a syntax error. */
  readonly broken: number;
  /** How many of those end with the head of a block, whose end may be all that is missing. */
  readonly unclosed: number;
}

export function isRight(sample: Pick<Cursor, "rest">, { text }: Pick<Line, "text">): boolean {
  return text.trimEnd() === sample.rest;
}

/** Whether a text is what was written, or its beginning: of prose, whose lines end where they please, words are shown. */
export function isBegun({ rest }: Pick<Cursor, "rest">, { text }: Pick<Line, "text">): boolean {
  return text.trim() !== "" && rest.startsWith(text.trimEnd());
}

/** Scores of a contender's lines; null when there are none. `lines[i]` answers `samples[i]`. */
export function scoreLines(samples: readonly Cursor[], lines: readonly Line[]): LineScore | null {
  if (samples.length === 0) return null;
  const right = samples.map((sample, i) => isRight(sample, lines[i]!));
  const shown = samples.flatMap((_, i) => (lines[i]!.shown ? [i] : []));
  const wrong = shown.flatMap((i) => faultsOf(lines[i]!.text, lineOf(samples[i]!)));
  const times = lines.map(({ ms }) => ms);
  return {
    count: samples.length,
    exact: mean(right.map(Number)),
    edit: mean(samples.map((sample, i) => similarity(lines[i]!.text.trimEnd(), sample.rest))),
    shown: shown.length / samples.length,
    exactShown: shown.length === 0 ? null : mean(shown.map((i) => Number(right[i]))),
    begunShown: shown.length === 0 ? null : mean(shown.map((i) => Number(isBegun(samples[i]!, lines[i]!)))),
    p50: median(times),
    p95: quantile(times, 0.95),
    faults: Object.fromEntries(faults.map((fault) => [fault, wrong.filter((each) => each === fault).length])) as Record<
      Fault,
      number
    >,
    broken: shown.filter((i) => lines[i]!.broken).length,
    unclosed: shown.filter((i) => lines[i]!.broken && lines[i]!.unclosed).length,
  };
}

/** How many cursors only the one got right, and only the other. */
export function onlyRight(samples: readonly Cursor[], one: readonly Line[], other: readonly Line[]): [number, number] {
  const count = (a: readonly Line[], b: readonly Line[]) =>
    samples.filter((sample, i) => isRight(sample, a[i]!) && !isRight(sample, b[i]!)).length;
  return [count(one, other), count(other, one)];
}

function lineOf({ before, rest, after }: Cursor) {
  return { before: before.slice(before.lastIndexOf("\n") + 1), rest, after: after.split("\n", 1)[0]! };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Whether the last line "Answer: ..." of a reply gives this answer, blanks aside. */
export function isSolved(reply: string, answer: string): boolean {
  const said = reply.split("\n").filter((line) => line.startsWith("Answer:"));
  const plain = (text: string) => text.trim().split(/\s+/).join(" ");
  return said.length > 0 && plain(said.at(-1)!.slice("Answer:".length)) === plain(answer);
}

/**
 * The words of a documentation comment: the first comment in a reply, or all of it when there is none, without fences and
 * marks. So a model that repeats the code, or that writes without marks, is judged by what it says.
 */
export function wordsOf(reply: string): string {
  const match = /\/\*\*?([\s\S]*?)(?:\*\/|$)|"""([\s\S]*?)(?:"""|$)|'''([\s\S]*?)(?:'''|$)/.exec(reply);
  const comment = match?.[1] ?? match?.[2] ?? match?.[3] ?? reply.replace(/^\s*```.*$/gm, "");
  const lines = comment.split("\n").map((line) => line.replace(/^\s*(?:(?:\*|\/\/+|#+) ?)?/, ""));
  return lines.join("\n").trim();
}
