// Where a candidate of one line ends: its possible stops, the end of its statement, and the text that follows the cursor. Pure.
import { balance, codeOnly } from "./brackets.ts";
import type { Continuation } from "./engine/engine.ts";
import { bracketsWith, isPlain, nextLine, type Surroundings, wordEnd, wordStart } from "./surroundings.ts";

/** Characters that may close what was opened before the cursor. */
const closers = new Set(")]}>\"'`;:,");

/**
 * The places where a continuation may stop: its end, and, where text follows the cursor on the line, everywhere that
 * something is closed or the text after the cursor could take over. Whole continuation first, no doubles.
 */
export function possibleStops(continuation: Continuation, around: Surroundings): string[] {
  const whole = oneStatement(unclosed(finished(continuation, around), around), around);
  const texts = new Set([whole]);
  const next = around.after.trimStart()[0];
  if (next !== undefined) {
    for (let i = 1; i < whole.length; i++) {
      if (whole[i] === next || closers.has(whole[i]!)) texts.add(withoutBlanks(whole.slice(0, i), around));
    }
  }
  return [...texts];
}

/** The line as it may be shown: no trailing blanks, and nothing half written where the token limit cut it short. */
function finished({ text, stop }: Continuation, around: Surroundings): string {
  const line = text.split(/\r?\n/, 1)[0]!;
  // With a line end behind it the line is whole, whatever became of the next one.
  if (stop !== "length" || line !== text) return withoutBlanks(line, around);
  const whole = line.replace(/[\p{L}\p{N}_$]+$/u, "").trimEnd();
  return isPlain(around) ? balanced(withoutOperator(whole), around) : whole;
}

/** Without the mark that closes the comment or docstring where that stands on the next line. */
function unclosed(text: string, around: Surroundings): string {
  if (around.region !== "docstring" && around.region !== "comment") return text;
  const mark = /\s*("""|'''|\*\/)$/.exec(text);
  return mark && nextLine(around).trim().startsWith(mark[1]!) ? text.slice(0, mark.index) : text;
}

/** Without the dots and operators at the end that wait for what would have followed. */
const withoutOperator = (text: string) => text.replace(/[\s.,=+\-*/%&|<>!?:~^]+$/, "");

/** No blanks at the end, but one where the model has kept the text apart from what is no closer behind it. */
function withoutBlanks(text: string, { after }: Surroundings): string {
  const bare = text.trimEnd();
  return bare !== text && /^[^\s)\]}>"'`;:,.]/.test(after) ? `${bare} ` : bare;
}

/** A line that was cut short, cut back to where none of its own brackets is open. */
function balanced(line: string, around: Surroundings): string {
  let text = line;
  while (text !== "" && bracketsWith(text, { ...around, after: "" }).ownOpen > 0) {
    const { code } = bracketsWith(text, { ...around, after: "" });
    const from = around.before.length;
    const first = balance(code).open.find((at) => at >= from)! - from;
    // What is called or indexed goes with its bracket.
    text = withoutOperator(text.slice(0, first).replace(/[\p{L}\p{N}_$.!?]+$/u, ""));
  }
  return text === "" && /[([{]$/.test(line) ? line : text;
}

/** Languages whose statements end with a semicolon. */
const semicolons = new Set(
  "typescript typescriptreact javascript javascriptreact java c cpp csharp php rust css scss less".split(" "),
);

/** The text up to the end of its statement: what follows a semicolon is kept only where it closes what the line has opened. */
function oneStatement(text: string, around: Surroundings): string {
  if (!isPlain(around) || !semicolons.has(around.languageId)) return text;
  const { before, languageId } = around;
  const code = codeOnly(before + text, languageId);
  for (let at = code.indexOf(";", before.length); at >= 0; at = code.indexOf(";", at + 1)) {
    const { open } = balance(code.slice(0, at));
    // A block that begins and ends on the line is one statement.
    if (open.length > 0) continue;
    const rest = (before + text).slice(at + 1);
    const closes = /^[\s)\]};]*$/.test(rest) && balance(code).stray.length <= balance(code.slice(0, at)).stray.length;
    return closes ? text : text.slice(0, at + 1 - before.length);
  }
  return text;
}

/** Operators may well stand twice. */
const operators = /^[=?.+\-*/&|<>!:~^%@#$\\]+$/;

/**
 * The text without what stands behind the cursor already: the longest end of it with which the rest of the line begins, as
 * long as the line's brackets and strings are closed no worse without it.
 */
export function withoutOverlap(text: string, around: Surroundings): string {
  const after = around.after.trimEnd();
  const rest = after.trimStart();
  for (let length = Math.min(rest.length, text.length); length > 0; length--) {
    const [kept, twice] = [text.slice(0, text.length - length), text.slice(text.length - length)];
    if (!rest.startsWith(twice)) continue;
    if (operators.test(twice) && twice !== rest && !closesType(around.before + kept, rest)) continue;
    if (wordEnd.test(kept) && wordStart.test(twice)) continue;
    const cut = rest !== after ? kept.trimEnd() : kept;
    if (!isPlain(around) || faults(cut, around) <= faults(text, around)) return cut;
  }
  return text;
}

/** Whether the angle brackets behind the cursor close all that are open before it. */
function closesType(before: string, rest: string): boolean {
  const open = before.split("<").length - before.split(">").length;
  return open > 0 && (/^>+/.exec(rest)?.[0].length ?? 0) >= open;
}

function faults(text: string, around: Surroundings): number {
  const { open, stray, inString } = bracketsWith(text, around);
  return open + stray + (inString ? 1 : 0);
}
