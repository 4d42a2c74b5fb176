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

/** Most cursors that are asked: twice each. */
const mostAsked = 300;

const toldSchema = z.object({
  text: z.string(),
  confidence: z.number().nullable(),
  shown: z.boolean(),
  tokens: z.int(),
  ms: z.number(),
});
type Told = z.infer<typeof toldSchema>;

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
          toldSchema,
          ask,
        ))!,
      );
    }
    progress(done + 1, asked.length);
  }
  const right = (told: readonly Told[], i: number) =>
    isRight(asked[i]!.sample, { ...told[i]!, broken: false, unclosed: false });
  const rows = arms.map(({ title, told }) => {
    const shown = told.flatMap((each, i) => (each.shown && (each.confidence ?? 0) >= contender.threshold ? [i] : []));
    const all = told.filter((_, i) => right(told, i)).length;
    const tokens = told.reduce((sum, each) => sum + each.tokens, 0) / told.length;
    return [
      title,
      share(all, told.length),
      share(shown.length, told.length),
      share(shown.filter((i) => right(told, i)).length, shown.length),
      tokens.toFixed(0),
    ];
  });
  const [without, held] = arms.map(({ told }) => told);
  const only = (one: readonly Told[], other: readonly Told[]) =>
    one.filter((_, i) => right(one, i) && !right(other, i)).length;
  const head = ["signatures", "right first line", "shown", "right of those", "tokens of the prompt"];
  return `${asked.length} places; right only with: ${only(held!, without!)}, right only without: ${only(without!, held!)}.\n\n${table([head, ...rows])}`;
}

const share = (some: number, of: number) =>
  `${some} of ${of} (${of === 0 ? "none" : ((100 * some) / of).toFixed(1)} %)`;
