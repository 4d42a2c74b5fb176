// What is asked in `npm run quality`, as `python -m train.samples` has drawn it from held-out packages.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

export const domains = ["code", "docs", "math"] as const;
export type Domain = (typeof domains)[number];

/** A cursor in a file. `rest` is what was written between `before` and `after`, on one line. */
const cursor = z.object({
  id: z.string(),
  /** Language, or for docs "prose", "comment" or "docstring". */
  group: z.string(),
  /** Where in the line: "boundary" of two tokens, inside a "word", at the line's "start". */
  kind: z.string(),
  package: z.string(),
  workspace: z.string(),
  path: z.string(),
  language: z.string(),
  before: z.string(),
  rest: z.string(),
  after: z.string(),
});

/** A function without its documentation, and the documentation that was written for it. */
const documented = z.object({
  id: z.string(),
  group: z.string(),
  path: z.string(),
  language: z.string(),
  code: z.string(),
  written: z.string(),
});

const exercise = z.object({
  id: z.string(),
  /** What is held out: "held-out" numbers, or "templates" as well. */
  group: z.string(),
  kind: z.string(),
  question: z.string(),
  answer: z.string(),
});

/** A text for losses: predicting a token counts where its weight is 1. */
const text = z.object({ id: z.string(), ids: z.array(z.int()), weights: z.array(z.int()) });

/** The packed sets that the texts come from, to be compared with those that PyTorch has measured. */
const index = z.object({
  seed: z.int(),
  losses: z.record(z.string(), z.object({ set: z.string(), counted: z.int() })),
});

export type Cursor = z.infer<typeof cursor>;
export type Documented = z.infer<typeof documented>;
export type Exercise = z.infer<typeof exercise>;
export type Text = z.infer<typeof text>;

export interface Samples {
  readonly cursors: Readonly<Record<"code" | "docs", readonly Cursor[]>>;
  readonly documented: readonly Documented[];
  readonly exercises: readonly Exercise[];
  readonly texts: Readonly<Record<Domain, readonly Text[]>>;
  readonly index: z.infer<typeof index>;
}

/**
 * Reads the samples in a folder; null when none have been drawn.
 * @param limit most of each kind; texts of losses are always whole, since their sum is what is compared.
 * @throws ZodError when a line is not what it should be.
 */
export function readSamples(folder: string, limit: number): Samples | null {
  if (!existsSync(join(folder, "index.json"))) return null;
  const read = <T>(name: string, schema: z.ZodType<T>, most = limit): T[] => {
    const lines = readFileSync(join(folder, `${name}.jsonl`), "utf8").split("\n");
    return lines
      .filter((line) => line !== "")
      .slice(0, most)
      .map((line) => schema.parse(JSON.parse(line)));
  };
  const losses = (domain: Domain) => read(`loss-${domain}`, text, Number.POSITIVE_INFINITY);
  return {
    cursors: { code: read("code", cursor), docs: read("docs", cursor) },
    documented: read("document", documented),
    exercises: read("exercises", exercise),
    texts: { code: losses("code"), docs: losses("docs"), math: losses("math") },
    index: index.parse(JSON.parse(readFileSync(join(folder, "index.json"), "utf8"))),
  };
}
