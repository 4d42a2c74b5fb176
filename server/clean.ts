// From what the model wrote to what may be shown: where a candidate can stop, and why one is not shown. Pure.
import type { Continuation } from "./engine/engine.ts";

/** Characters that may close what was opened before the cursor. */
const closers = new Set(")]}>\"'`;:,");

/**
 * The places where a continuation may stop: its end, and, where text follows the cursor on the line, everywhere that
 * something is closed or the text after the cursor could take over. Whole continuation first, no doubles.
 */
export function possibleStops(continuation: Continuation, afterCursor: string): string[] {
  const whole = finished(continuation);
  const texts = new Set([whole]);
  const next = afterCursor.trimStart()[0];
  if (next !== undefined) {
    for (let i = 1; i < whole.length; i++) {
      if (whole[i] === next || closers.has(whole[i]!)) texts.add(whole.slice(0, i).trimEnd());
    }
  }
  return [...texts];
}

/** The line as it may be shown: no trailing blanks, and no half word where the token limit cut it short. */
function finished({ text, stop }: Continuation): string {
  const line = text.split(/\r?\n/, 1)[0]!.trimEnd();
  return stop === "length" ? line.replace(/[\p{L}\p{N}_$]+$/u, "").trimEnd() : line;
}

/** What surrounds the cursor: the line before and after it, and all that follows that line. */
export interface Surroundings {
  readonly before: string;
  readonly after: string;
  readonly below: string;
}

export function surroundings(prefix: string, suffix: string): Surroundings {
  const lineEnd = suffix.search(/\r?\n/);
  return {
    before: prefix.slice(prefix.lastIndexOf("\n") + 1),
    after: lineEnd < 0 ? suffix : suffix.slice(0, lineEnd),
    below: lineEnd < 0 ? "" : suffix.slice(lineEnd),
  };
}

/** Why an editor does not show this text here, in words; null when it does. */
export function whyHidden(text: string, { before, after, below }: Surroundings): string | null {
  if (/[\p{L}\p{N}_]$/u.test(before) && /^[\p{L}\p{N}_]/u.test(after)) return "the cursor is inside a word";
  if (text.trim() === "") return "the model has nothing to add here";
  if (after.trim() !== "" && text.trim() === after.trim()) return "it would repeat the rest of the line";
  const nextLine = below.trimStart().split(/\r?\n/, 1)[0]!.trim();
  if (nextLine !== "" && (before + text).trim() === nextLine) return "it would repeat the next line";
  if (isRepetition(text)) return "the model repeats itself";
  return null;
}

/** The same two or more characters over and over: at least four times in a row, to the end. */
function isRepetition(text: string): boolean {
  return /(\S.{1,12}?)\1{3,}$/u.test(text) && !/^([-=*#/_.~ ])\1*$/u.test(text);
}
