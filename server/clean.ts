// From what the model wrote to what may be shown: the texts it may be, and why one is not shown, in words. Pure.
import { readBlock, repeatsNeighbour } from "./block.ts";
import type { Continuation } from "./engine/engine.ts";
import { indentedLike } from "./indentation.ts";
import { possibleStops } from "./stops.ts";
import { bracketsWith, isPlain, type Surroundings, wordEnd, wordStart } from "./surroundings.ts";

/**
 * The texts that a continuation may stand for, the longest first, no doubles.
 * @param lines "several" where a block begins, see `blockBegins`
 */
export function candidates(continuation: Continuation, around: Surroundings, lines: "one" | "several"): string[] {
  if (lines === "several") {
    const isWhole = continuation.stop === "end" || continuation.stop === "stop";
    const block = readBlock(continuation.text, around, isWhole).text;
    if (block.includes("\n")) return [indentedLike(block, around)];
  }
  return possibleStops(continuation, around);
}

/** Why nothing can be shown at a place, whatever it is; null where something can. */
export function whyNowhere({ before, after }: Surroundings): string | null {
  return wordEnd.test(before) && wordStart.test(after) ? "the cursor is inside a word" : null;
}

/** Names of control tokens, spelt out by the model or taken from a text that holds them. */
const controlTokens =
  /<\|(endoftext|im_start|im_end)\|>|<(repo_name|reponame|file_sep|filename|gh_stars|empty_output|(issue|jupyter)_[a-z_]+)>/;

/** Why an editor does not show this text here, in words; null when it does. Whether it can be parsed is asked elsewhere. */
export function whyHidden(text: string, around: Surroundings): string | null {
  const { after } = around;
  if (text.trim() === "") return "the model has nothing to add here";
  if (controlTokens.test(text)) return "the model wrote a control token";
  if (text.includes("\ufffd")) return "the model wrote half a character";
  if (after.trim() !== "" && text.trim() === after.trim()) return "it would repeat the rest of the line";
  if (wordEnd.test(text) && wordStart.test(after)) return "it would run into the word after the cursor";
  const neighbour = repeatsNeighbour(text, around);
  if (neighbour !== null) return `it would repeat the ${neighbour === "next" ? "next line" : "line above"}`;
  if (isRepetition(text)) return "the model repeats itself";
  return isPlain(around) ? whyUnbalanced(text, around) : null;
}

/** The longest stretch whose repetition is looked for. Characters. */
const longestRepeated = 13;

/** The same two or more characters over and over: at least four times in a row, to the end. A drawn line is none. */
function isRepetition(text: string): boolean {
  if (/^([-=*#/_.~ ])\1*$/.test(text)) return false;
  for (let period = 2; period <= longestRepeated; period++) {
    let same = 0;
    while (text.length - 1 - same >= period && text.at(-1 - same) === text.at(-1 - same - period)) same++;
    if (same >= 3 * period && text.slice(-period).trim() !== "") return true;
  }
  return false;
}

/** A line may end with the bracket that opens a block; any other that it opens must be closed on it. */
function whyUnbalanced(text: string, around: Surroundings): string | null {
  const { ownOpen, code, strayBehind } = bracketsWith(text, around);
  if (ownOpen > 0 && !/[([{]$/.test(code.trimEnd())) return "it would leave a bracket open";
  return strayBehind > bracketsWith("", around).strayBehind ? "it would close a bracket twice" : null;
}
