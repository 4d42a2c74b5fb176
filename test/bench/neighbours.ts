// Whether signatures of what a file imports help: first lines of held-out code with and without them, in prompts of the same length.
import { z } from "zod";
import { signaturesFor } from "../../server/neighbours.ts";
import type { File } from "./anywhere.ts";
import type { Engines } from "./ask.ts";
import type { Contender } from "./contenders.ts";
import type { Journal } from "./journal.ts";
import { table } from "./machine.ts";
import type { Cursor } from "./samples.ts";
import { isRight } from "./score.ts";
import { tallied, tally, toldSchema } from "./tally.ts";

/** Most cursors that are asked: twice each. */
const mostAsked = 300;

const borrowedSchema = toldSchema.extend({ tokens: z.int() });
type Told = z.infer<typeof borrowedSchema>;

/** A Markdown table; @param files the held-out files, among which the imports are looked for */
export async function measureNeighbours(
  contender: Contender,
  cursors: readonly Cursor[],
  files: readonly File[],
  {
    engines,
    journal,
    contextTokens,
  }: { readonly engines: Engines; readonly journal: Journal; readonly contextTokens: number },
  progress: (done: number, of: number) => void,
): Promise<string> {
  const texts = new Map(files.map(({ package: from, path, text }) => [`${from}\n${path}`, text]));
  const asked: { readonly sample: Cursor; readonly signatures: string }[] = [];
  for (const sample of cursors) {
    const text = texts.get(`${sample.package}\n${sample.path}`);
    const offset = text?.indexOf(sample.before.slice(-200)) ?? -1;
    if (text === undefined || offset < 0 || asked.length >= mostAsked) continue;
    const place = { text, path: sample.path, languageId: sample.language, offset: offset + 200 };
    const read = async (path: string) => texts.get(`${sample.package}\n${path}`) ?? null;
    const signatures = await signaturesFor(place, { read });
    if (signatures !== "") asked.push({ sample, signatures });
  }
  const arms: { readonly title: string; readonly told: Told[]; readonly borrows: boolean }[] = [
    { title: "without", told: [], borrows: false },
    { title: "with", told: [], borrows: true },
  ];
  for (const [done, { sample, signatures }] of asked.entries()) {
    for (const { told, borrows } of arms) {
      const neighbours = borrows ? signatures : "";
      const ask = async (): Promise<Told> => {
        const draft = await engines.complete(contender, sample, { neighbours });
        const { text, hidden, confidence, promptTokens: tokens, ms } = draft;
        return { text, confidence, shown: hidden === null, tokens, ms };
      };
      told.push(
        (await journal.remember(
          ["neighbours", contender.weights, contextTokens, neighbours, sample],
          borrowedSchema,
          ask,
        ))!,
      );
    }
    progress(done + 1, asked.length);
  }
  const samples = asked.map(({ sample }) => sample);
  const rows = arms.map(({ title, told }) => {
    const tokens = told.reduce((sum, each) => sum + each.tokens, 0) / told.length;
    return [title, ...tally(samples, told, contender), tokens.toFixed(0)];
  });
  const [without, held] = arms.map(({ told }) => told);
  const only = (one: readonly Told[], other: readonly Told[]) =>
    samples.filter((sample, i) => isRight(sample, one[i]!) && !isRight(sample, other[i]!)).length;
  const head = ["signatures", ...tallied, "tokens of the prompt"];
  return `${asked.length} places; right only with: ${only(held!, without!)}, right only without: ${only(without!, held!)}.\n\n${table([head, ...rows])}`;
}
