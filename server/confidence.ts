// How sure the model is of a text, and how sure it has to be for the text to be shown. Pure.
import type { Continuation, GenerateRequest, Score } from "./engine/engine.ts";
import type { Region, Settings } from "./protocol.ts";

/**
 * Mean log-probability of the tokens that a text has of its continuation, nats; null where it has none. What healing repeats
 * does not count, nor what was cut off the end.
 * @param ahead what is shown before the text, and was not written by the model
 */
export function confidence({ tokens }: Continuation, text: string, ahead: Score = nothing): number | null {
  // Blanks do not count, since a block's indentation may have been changed.
  let left = visible(text);
  let sum = 0;
  let count = 0;
  for (const token of tokens) {
    if (left <= 0) break;
    left -= visible(token.text);
    if (token.text === "") continue;
    sum += token.logProbability;
    count++;
  }
  return count === 0 ? null : (sum + ahead.logProbability) / (count + ahead.tokens);
}

const nothing: Score = { logProbability: 0, tokens: 0 };

/** Why the model is not sure enough: of its own text, of what is shown before it, or since names in it are unknown. */
export type Doubt = "text" | "chosen" | "names";

/**
 * How sure the model is of what is shown, nats, and what it doubts where that is less than `least`; nulls where it wrote nothing.
 * @param ahead how likely it finds what is shown before its text and nobody has typed
 */
export function judged(
  from: Continuation | null,
  text: string,
  ahead: Score | null,
  unknown: readonly string[],
  least: number,
): { readonly sure: number | null; readonly doubt: Doubt | null } {
  const own = from && confidence(from, text);
  if (own === null) return { sure: null, doubt: null };
  const together = confidence(from!, text, ahead ?? nothing)!;
  const sure = together - unknownCost * unknown.length;
  if (sure >= least) return { sure, doubt: null };
  return { sure, doubt: own < least ? "text" : together < least ? "chosen" : "names" };
}

const visible = (text: string) => text.replace(/\s+/g, "").length;

/**
 * The words that a text begins with and of which the model is sure, each by itself: what comes after one that might as well be
 * another is as good as guessed. The text as it is where it is not the beginning of what the model wrote.
 * @param least log-probability of a word's tokens together, nats
 */
export function sureWords({ text: written, tokens, stop }: Continuation, text: string, least: number): string {
  if (!written.startsWith(text)) return text;
  const starts: { readonly at: number; readonly logProbability: number }[] = [];
  let at = 0;
  for (const token of tokens) {
    if (token.text !== "") starts.push({ at, logProbability: token.logProbability });
    at += token.text.length;
  }
  // Of a text that was cut short the last word may have lost its end, which counts as well.
  for (const word of (stop === "length" ? written : text).matchAll(/\s*\S+/g)) {
    if (word.index >= text.length) break;
    const end = word.index + word[0].length;
    const own = starts.filter((token) => token.at >= word.index && token.at < end);
    if (own.reduce((sum, { logProbability }) => sum + logProbability, 0) < least) return text.slice(0, word.index);
  }
  return text;
}

/** How likely a word of prose has to be at the least, nats: as likely as all others together. */
const leastOfWord = Math.log(0.5);

/** What counts for experts whose pack names no threshold: between those measured for `code` and `general`, see test/bench/quality.md. */
export const builtInThreshold = -0.35;

/**
 * Taken off for each name that neither the document, other open ones nor the language know, nats. Of 160 held-out places 18 had such
 * a name in what passes the checks, and not one of those texts was right.
 */
export const unknownCost = 0.3;

/** By what the threshold is multiplied: it is negative, so that more is less sure. */
const factors: Readonly<Record<Settings["suggestions"], number>> = {
  few: 0.5,
  balanced: 1,
  many: 2,
  all: Number.POSITIVE_INFINITY,
};

/** The least log-probability of each word that is shown where people write for people, nats. */
export function leastWord(suggestions: Settings["suggestions"]): number {
  return leastOfWord * factors[suggestions];
}

/** The least confidence of what is shown, nats. */
export function leastConfidence(threshold: number, suggestions: Settings["suggestions"]): number {
  return threshold * factors[suggestions];
}

/** Where people write for people. */
export const ofWords: ReadonlySet<Region> = new Set<Region>(["comment", "docstring", "prose"]);

/** So many more tokens, all of them certain, do not come any more: of 54 held-out lines that are shown, none was given up with 4 or more. */
const mostCertain = 6;

/**
 * What hardly anything is shown below, so that nobody waits for it: of a line a mean that more tokens will not mend; of words the
 * likelihood of a single token, see `sureWords`. Null where more than the line that is written first may be shown, or where it is
 * shown however unlikely.
 */
export function leastLikely(
  { stops, branches }: GenerateRequest,
  { region, chosen = "" }: { readonly region: Region; readonly chosen?: string },
  { asked, suggestions }: { readonly asked?: boolean; readonly suggestions: Settings["suggestions"] },
  least: number,
): NonNullable<GenerateRequest["least"]> | null {
  if (asked || stops.length === 0 || branches > 1 || chosen !== "") return null;
  return ofWords.has(region) ? { token: leastWord(suggestions) } : { mean: least, ahead: mostCertain };
}
