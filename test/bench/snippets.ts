// Whether lines of other open files help: first lines of held-out code with and without them, signatures in the prompt of both.
import { posix } from "node:path";
import { z } from "zod";
import { signaturesFor } from "../../server/neighbours.ts";
import { snippetsFor } from "../../server/snippets.ts";
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
/** As many files are open beside the one that is written in: those of its folder that come next to it, by their names. */
const besides = 6;

const borrowedSchema = toldSchema.extend({ tokens: z.int() });
type Told = z.infer<typeof borrowedSchema>;

/** A Markdown table; @param files the held-out files, of which those in the same folder are taken to be open */
export async function measureSnippets(
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
  const asked: { readonly sample: Cursor; readonly signatures: string; readonly snippets: string }[] = [];
  for (const sample of cursors) {
    if (asked.length >= mostAsked) break;
    const text = texts.get(`${sample.package}\n${sample.path}`);
    const snippets = snippetsFor(sample.before, beside(sample, files));
    if (text === undefined || snippets === "") continue;
    const read = async (path: string) => texts.get(`${sample.package}\n${path}`) ?? null;
    const place = {
      text,
      path: sample.path,
      languageId: sample.language,
      offset: text.indexOf(sample.before.slice(-200)),
    };
    asked.push({ sample, signatures: await signaturesFor(place, { read }), snippets });
  }
  const arms: { readonly title: string; readonly told: Told[]; readonly borrows: boolean }[] = [
    { title: "without", told: [], borrows: false },
    { title: "with", told: [], borrows: true },
  ];
  for (const [done, { sample, signatures, snippets }] of asked.entries()) {
    for (const { told, borrows } of arms) {
      const neighbours = borrows ? snippets + signatures : signatures;
      const ask = async (): Promise<Told> => {
        const draft = await engines.complete(contender, sample, { neighbours });
        const { text, hidden, confidence, promptTokens: tokens, ms } = draft;
        return { text, confidence, shown: hidden === null, tokens, ms };
      };
      const what = ["snippets", contender.weights, contextTokens, neighbours, sample];
      told.push((await journal.remember(what, borrowedSchema, ask))!);
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
  const head = ["lines of open files", ...tallied, "tokens of the prompt"];
  return `${asked.length} places; right only with: ${only(held!, without!)}, right only without: ${only(without!, held!)}.\n\n${table([head, ...rows])}`;
}

/** The files of a cursor's folder, in its language. */
function beside({ package: from, path, language }: Cursor, files: readonly File[]): readonly File[] {
  const folder = posix.dirname(path);
  const near = files.filter(
    (each) => each.package === from && each.language === language && posix.dirname(each.path) === folder,
  );
  const sorted = near.sort((a, b) => (a.path < b.path ? -1 : 1));
  const own = sorted.findIndex((each) => each.path === path);
  if (own < 0) return [];
  const others = sorted.map((file, at) => ({ file, far: Math.abs(at - own) })).filter(({ far }) => far > 0);
  return others
    .sort((a, b) => a.far - b.far)
    .slice(0, besides)
    .map(({ file }) => file);
}
