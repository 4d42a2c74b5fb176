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
  if (wordEnd.test(text) && wordStart.test(after)) return "it would run into the word behind the cursor";
  const neighbour = repeatsNeighbour(text, around);
  if (neighbour !== null) return `it would repeat the ${neighbour === "next" ? "next line" : "line above"}`;
  if (isRepetition(text)) return "the model repeats itself";
  return text.includes("\n") || !isPlain(around) ? null : whyUnbalanced(text, around);
}

/** The same two or more characters over and over: at least four times in a row, to the end. */
function isRepetition(text: string): boolean {
  return /(\S.{1,12}?)\1{3,}$/u.test(text) && !/^([-=*#/_.~ ])\1*$/u.test(text);
}

/** A line may end with the bracket that opens a block; any other that it opens must be closed on it. */
function whyUnbalanced(text: string, around: Surroundings): string | null {
  const filled = bracketsWith(text, around);
  const opensBlock = /[([{]$/.test(filled.code.trimEnd());
  if (filled.ownOpen > 0 && !opensBlock) return "it would leave a bracket open";
  const isTwice = filled.strayBehind > bracketsWith("", around).strayBehind;
  return isTwice ? "it would close a bracket twice" : null;
}
