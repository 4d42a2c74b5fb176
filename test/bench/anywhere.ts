// Random positions of held-out files: does anything that is shown there hold a fault? By the product's own rules and experts.
import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { TextDocument } from "vscode-languageserver-textdocument";
import * as z from "zod";
import { answer, type Crew } from "../../server/answer.ts";
import { builtInThreshold } from "../../server/confidence.ts";
import { openEngine } from "../../server/engine/open.ts";
import { engineOptions, installed } from "../../server/installation.ts";
import type { Settings } from "../../server/protocol.ts";
import { Roster } from "../../server/roster.ts";
import { finished } from "../../server/saying.ts";
import { harm, patientSyntax } from "./ask.ts";
import { type Fault, faults, faultsOf } from "./faults.ts";
import { digestOfFolder, type Journal } from "./journal.ts";
import { table } from "./machine.ts";

const row = z.object({
  package: z.string(),
  workspace: z.string(),
  path: z.string(),
  language: z.string(),
  split: z.string(),
  text: z.string(),
});
export type File = z.infer<typeof row>;

/** A position in a file. */
export interface Position {
  readonly file: File;
  readonly offset: number;
  /** Whether the rest of the line is taken away, as where a line is written; else it stays, as where one is changed. */
  readonly atEnd: boolean;
}

/** Longer files are left out. Characters. */
const longest = 60_000;

/** The held-out files of a corpus, in its order; null where it has not been made. */
export async function heldOutFiles(corpus: string): Promise<readonly File[] | null> {
  if (!existsSync(corpus)) return null;
  const files: File[] = [];
  for await (const line of createInterface({ input: createReadStream(corpus, "utf8") })) {
    if (!line.includes('"split": "held-out"')) continue;
    const file = row.parse(JSON.parse(line));
    if (file.text.length <= longest) files.push(file);
  }
  return files;
}

/** So many positions anywhere in files, the same for the same seed: fewer are the first of more. Every second is at the end of its line. */
export function positions(files: readonly File[], seed: number, count: number): readonly Position[] {
  const ends = files.map(({ text }) => text.length);
  for (let i = 1; i < ends.length; i++) ends[i]! += ends[i - 1]!;
  const next = randoms(seed);
  return Array.from({ length: files.length === 0 ? 0 : count }, (_, i) => {
    const at = Math.floor(next() * ends.at(-1)!);
    const found = ends.findIndex((end) => at < end);
    return { file: files[found]!, offset: at - (ends[found - 1] ?? 0), atEnd: i % 2 === 0 };
  });
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const toldSchema = z.object({
  text: z.string(),
  hidden: z.string().nullable(),
  /** Whether the product would show it as it is set by default. */
  shown: z.boolean(),
  /** The line with the text put in, its ends marked. */
  line: z.string(),
  faults: z.array(z.enum(faults)),
  broken: z.boolean(),
  unclosed: z.boolean(),
});
type Told = z.infer<typeof toldSchema>;

/** A Markdown table of what is shown at so many positions, and every line with a fault. */
export async function measureAnywhere(
  files: readonly File[],
  count: number,
  settings: Settings,
  journal: Journal,
  progress: (done: number, of: number) => void,
): Promise<string> {
  const installation = installed();
  const roster = new Roster({ experts: installation.experts, user: null });
  const engine = await openEngine(engineOptions(installation, settings));
  const syntax = patientSyntax();
  const tell = async ({ file, offset, atEnd }: Position, number: number): Promise<Told> => {
    const before = file.text.slice(0, offset);
    const rest = file.text.slice(offset).split("\n", 1)[0]!;
    const [gone, stays] = atEnd ? [rest, ""] : ["", rest];
    const root = { uri: `file:///anywhere/${number}`, name: file.workspace };
    const path = file.path.split("/").map(encodeURIComponent).join("/");
    const text = before + file.text.slice(offset + gone.length);
    const document = TextDocument.create(`${root.uri}/${path}`, file.language, 0, text);
    const scope = await syntax.scope(document, document.positionAt(offset), root);
    const addedFaults = (put: string) => syntax.addedFaults(document, offset, put);
    const crew: Crew = {
      engine,
      rules: roster.rulesFor(null),
      installed: engine.experts.map(({ id }) => id),
      addedFaults,
      // Nothing is withheld for being unlikely, so that the checks are tried on more than is shown.
      threshold: () => -1_000,
    };
    const draft = await finished(answer("complete", scope, crew, settings, new AbortController().signal));
    const { text: suggested, hidden, confidence, expert } = draft;
    const sure = (confidence ?? 0) >= (roster.thresholdOf(expert) ?? builtInThreshold);
    const around = { before: before.slice(before.lastIndexOf("\n") + 1), rest: gone, after: stays };
    return {
      text: suggested,
      hidden,
      shown: hidden === null && sure,
      line: `${file.language}: ${around.before}«${suggested}»${around.after}`,
      faults: faultsOf(suggested, around),
      ...(await harm(suggested, gone, scope, addedFaults)),
    };
  };
  const parts = digestOfFolder(installation.model, "part.json");
  const told: (Told & Pick<Position, "atEnd">)[] = [];
  for (const [number, place] of positions(files, 1, count).entries()) {
    const what = ["anywhere", parts, settings, place.file.package, place.file.path, place.offset, place.atEnd];
    told.push({ ...(await journal.remember(what, toldSchema, () => tell(place, number)))!, atEnd: place.atEnd });
    progress(number + 1, count);
  }
  await engine.close();
  return tableOf(told);
}

function tableOf(told: readonly (Told & Pick<Position, "atEnd">)[]): string {
  const passes = told.filter(({ hidden }) => hidden === null);
  const has = (fault: Fault) => (each: Told) => each.faults.includes(fault);
  const line = (title: string, of: readonly Told[]) => [
    title,
    `${of.length}`,
    ...faults.map((fault) => `${of.filter(has(fault)).length}`),
    `${of.filter(({ broken, unclosed }) => broken && !unclosed).length}`,
    `${of.filter(({ unclosed }) => unclosed).length}`,
  ];
  const wrong = passes.filter((each) => each.broken || each.faults.length > 0);
  const list = wrong.map(({ line, broken, unclosed, faults: found, shown }) => {
    const syntax = unclosed ? ["head of a block without its end"] : broken ? ["added syntax error"] : [];
    const words = [...found, ...syntax, ...(shown ? [] : ["not sure enough"])];
    return `- \`${line.replaceAll("`", "'").replaceAll("\n", "⏎")}\` (${words.join(", ")})`;
  });
  return [
    `${told.length} positions, half of them with the rest of the line taken away.`,
    table([
      ["", "count", ...faults, "added syntax error", "head of a block without its end"],
      line(
        "shown",
        told.filter(({ shown }) => shown),
      ),
      line(
        "shown at the end of a line",
        told.filter(({ shown, atEnd }) => shown && atEnd),
      ),
      line(
        "shown where text follows",
        told.filter(({ shown, atEnd }) => shown && !atEnd),
      ),
      line("passes the checks, however unlikely", passes),
    ]),
    ...(list.length === 0 ? [] : [list.join("\n")]),
  ].join("\n\n");
}
