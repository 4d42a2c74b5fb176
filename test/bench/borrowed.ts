// Whether text of other files in a prompt helps: first lines of held-out code with and without it.
import * as z from "zod";
import { signaturesFor } from "../../server/neighbours.ts";
import type { File } from "./anywhere.ts";
import type { Contender } from "./contenders.ts";
import { table } from "./machine.ts";
import type { Cursor } from "./samples.ts";
import { isRight } from "./score.ts";
import type { Asking } from "./sections.ts";
import { tallied, tally, toldSchema } from "./tally.ts";

/** Most cursors that are asked: twice each. */
export const mostAsked = 300;

const borrowedSchema = toldSchema.extend({ tokens: z.int() });
type Told = z.infer<typeof borrowedSchema>;

/** A cursor, and what stands before its file in the prompt of either arm. */
export interface Borrowing {
  readonly sample: Cursor;
  readonly without: string;
  readonly with: string;
}

/** A function that finds the signatures of what a cursor's file imports among held-out files; null where that file is none of them. */
export function signaturesIn(files: readonly File[]): (sample: Cursor) => Promise<string | null> {
  const texts = new Map(files.map(({ package: from, path, text }) => [`${from}\n${path}`, text]));
  return async (sample) => {
    const text = texts.get(`${sample.package}\n${sample.path}`);
    const offset = text?.indexOf(sample.before.slice(-200)) ?? -1;
    if (text === undefined || offset < 0) return null;
    const place = { text, path: sample.path, languageId: sample.language, offset: offset + 200 };
    return signaturesFor(place, { read: async (path) => texts.get(`${sample.package}\n${path}`) ?? null });
  };
}

/** A Markdown table. @param name of the section, by which answers are remembered @param title what the arms have or have not */
export async function measureBorrowed(
  name: string,
  title: string,
  contender: Contender,
  asked: readonly Borrowing[],
  { engines, journal, contextTokens, progress }: Asking,
): Promise<string> {
  const told: { readonly without: Told[]; readonly with: Told[] } = { without: [], with: [] };
  for (const [done, borrowing] of asked.entries()) {
    const { sample } = borrowing;
    for (const arm of ["without", "with"] as const) {
      const neighbours = borrowing[arm];
      const ask = async (): Promise<Told> => {
        const draft = await engines.complete(contender, sample, { neighbours });
        const { text, hidden, confidence, promptTokens: tokens, ms } = draft;
        return { text, confidence, shown: hidden === null, tokens, ms };
      };
      const what = [name, contender.weights, contextTokens, neighbours, sample];
      told[arm].push((await journal.remember(what, borrowedSchema, ask))!);
    }
    progress(name, done + 1, asked.length);
  }
  const samples = asked.map(({ sample }) => sample);
  const row = (arm: "without" | "with") => {
    const tokens = told[arm].reduce((sum, each) => sum + each.tokens, 0) / asked.length;
    return [arm, ...tally(samples, told[arm], contender), tokens.toFixed(0)];
  };
  const only = (one: readonly Told[], other: readonly Told[]) =>
    samples.filter((sample, i) => isRight(sample, one[i]!) && !isRight(sample, other[i]!)).length;
  const rows = [[title, ...tallied, "tokens of the prompt"], row("without"), row("with")];
  return `${asked.length} places; right only with: ${only(told.with, told.without)}, right only without: ${only(told.without, told.with)}.\n\n${table(rows)}`;
}
