// What stands around the cursor, as far as it decides what may be shown there.
import { balance, codeOnly } from "./brackets.ts";
import type { Scope } from "./context.ts";
import { commentMarks } from "./lexicon.ts";
import type { Region } from "./protocol.ts";

export interface Surroundings {
  readonly region: Region;
  readonly languageId: string;
  /** The cursor's line, before and after it. */
  readonly before: string;
  readonly after: string;
  /** The lines above, the nearest last, and those below. Without line ends. */
  readonly above: readonly string[];
  readonly below: readonly string[];
  /** The document's line end. */
  readonly eol: "\n" | "\r\n";
}

/** Lines on each side that are looked at. */
const mostLines = 100;

export function surroundings({
  prefix,
  suffix,
  region,
  languageId,
}: Pick<Scope, "prefix" | "suffix" | "region" | "languageId">): Surroundings {
  const above = prefix.split(/\r?\n/);
  const below = suffix.split(/\r?\n/);
  const before = above.pop()!;
  const after = below.shift()!;
  const eol = /\r\n/.test(prefix.slice(-20_000) + suffix) ? "\r\n" : "\n";
  return { region, languageId, before, after, above: above.slice(-mostLines), below: below.slice(0, mostLines), eol };
}

/** The next line that is not blank; "" where there is none. */
export function nextLine({ below }: Surroundings): string {
  return below.find((line) => line.trim() !== "") ?? "";
}

/** The line above that is not blank; "" where there is none. */
export function lineAbove({ above }: Surroundings): string {
  return above.findLast((line) => line.trim() !== "") ?? "";
}

/**
 * What a text at the cursor must not begin with: the marks of comments, where code begins a line. Who wants a comment begins one; left
 * to itself a model that has read many begins the bodies of functions with them.
 */
export function unwanted({ region, languageId, before }: Surroundings): readonly string[] {
  return region === "code" && before.trim() === "" ? commentMarks(languageId) : [];
}

export const wordEnd = /[\p{L}\p{N}_]$/u;
export const wordStart = /^[\p{L}\p{N}_]/u;

/**
 * Whether the cursor's line tells by itself where its strings end: not within a string of several lines, nor in the code
 * inside of a string. Only then brackets can be counted.
 */
export function isPlain({ region, languageId, before }: Surroundings): boolean {
  if (region !== "code" && region !== "string") return false;
  const inString = codeOnly(`${before}x`, languageId).at(-1) !== "x";
  return inString === (region === "string");
}

/**
 * The cursor's line with a text put in: how many of the text's own brackets are left open, how many of all, how many close
 * nothing that was opened on the line, those behind the text apart, and whether a string or comment is open at its end.
 */
export function bracketsWith(text: string, { before, after, languageId }: Surroundings) {
  const code = codeOnly(before + text + after, languageId);
  const inString = codeOnly(`${before}${text}${after}x`, languageId).at(-1) !== "x";
  const { open, stray } = balance(code);
  const [from, to] = [before.length, before.length + text.length];
  return {
    code,
    inString,
    open: open.length,
    ownOpen: open.filter((at) => at >= from && at < to).length,
    stray: stray.length,
    strayBehind: stray.filter((at) => at >= to).length,
  };
}
