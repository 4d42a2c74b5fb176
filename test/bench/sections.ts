// Sections of `npm run quality`: each asks its samples of every contender by turns and gives what was said.
import * as z from "zod";
import { documentRequest, type Engines, taskPrompt } from "./ask.ts";
import type { Contender } from "./contenders.ts";
import type { Journal } from "./journal.ts";
import type { Cursor, Documented, Exercise } from "./samples.ts";
import type { Line } from "./score.ts";
import type { Typed } from "./typing.ts";

/** Samples that all contenders have been asked, and what each said to them, by name. */
export interface Said<Sample, What> {
  readonly samples: readonly Sample[];
  readonly by: ReadonlyMap<string, readonly What[]>;
}

/** What asking needs. */
export interface Asking {
  readonly engines: Engines;
  readonly journal: Journal;
  /** Tokens of a completion's prompt. */
  readonly contextTokens: number;
  /** Hears how far a section is. */
  readonly progress: (section: string, done: number, of: number) => void;
}

const lineSchema = z.object({
  text: z.string(),
  shown: z.boolean(),
  confidence: z.number().nullable(),
  broken: z.boolean(),
  unclosed: z.boolean(),
  ms: z.number(),
}) satisfies z.ZodType<Line>;

/** The line at each cursor. @param asked false: only what is known already. */
export function sayLines(
  section: string,
  contenders: readonly Contender[],
  cursors: readonly Cursor[],
  asked: boolean,
  asking: Asking,
) {
  return byTurns(
    section,
    contenders,
    cursors,
    asked,
    asking,
    lineSchema,
    [asking.contextTokens],
    async (contender, sample) => {
      const { text, hidden, confidence, broken, unclosed, ms } = await asking.engines.complete(contender, sample);
      return { text, shown: hidden === null, confidence, broken, unclosed, ms };
    },
  );
}

const typedSchema = z.object({
  characters: z.int(),
  keys: z.int(),
  offered: z.int(),
  taken: z.int(),
}) satisfies z.ZodType<Typed>;

/** The lines typed to their ends. */
export function sayTyping(
  contenders: readonly Contender[],
  cursors: readonly Cursor[],
  asked: boolean,
  asking: Asking,
) {
  const say = (contender: Contender, sample: Cursor) => asking.engines.type(contender, sample);
  const decided = contenders.map(({ threshold }) => threshold);
  return byTurns("typing", contenders, cursors, asked, asking, typedSchema, [asking.contextTokens, decided], say);
}

/** A documentation comment for each function. */
export function sayDocumentation(
  contenders: readonly Contender[],
  functions: readonly Documented[],
  asked: boolean,
  asking: Asking,
) {
  const say = (contender: Contender, { id, path, language, code }: Documented) => {
    const prompt = taskPrompt({ path, language, window: code, request: documentRequest });
    return asking.engines.say(contender, id, prompt, mostTokens);
  };
  return byTurns("document", contenders, functions, asked, asking, z.string(), [documentRequest, mostTokens], say);
}

/** A reply to each exercise, by the model alone. */
export function sayAnswers(
  section: string,
  contenders: readonly Contender[],
  exercises: readonly Exercise[],
  asked: boolean,
  asking: Asking,
) {
  const say = (contender: Contender, { id, question }: Exercise) =>
    asking.engines.say(contender, id, taskPrompt({ request: question }), mostTokens);
  return byTurns(section, contenders, exercises, asked, asking, z.string(), [mostTokens], say);
}

/** Worked exercises have up to about 300 tokens. */
const mostTokens = 320;

/** Contenders take turns at each sample, so that a stop in between leaves all with the same samples. */
async function byTurns<Sample extends { readonly id: string }, What>(
  section: string,
  contenders: readonly Contender[],
  samples: readonly Sample[],
  asked: boolean,
  { journal, progress }: Asking,
  schema: z.ZodType<What>,
  options: readonly unknown[],
  say: (contender: Contender, sample: Sample) => Promise<What>,
): Promise<Said<Sample, What>> {
  const complete: Sample[] = [];
  const by = new Map<string, What[]>(contenders.map(({ name }) => [name, []]));
  for (const [done, sample] of samples.entries()) {
    const row: [string, What][] = [];
    for (const contender of contenders) {
      const what = [section, contender.weights, ...options, sample];
      const said = await journal.remember(what, schema, asked ? () => say(contender, sample) : null);
      if (said === null) break;
      row.push([contender.name, said]);
    }
    if (asked) progress(section, done + 1, samples.length);
    if (row.length < contenders.length) continue;
    complete.push(sample);
    for (const [name, said] of row) by.get(name)!.push(said);
  }
  return { samples: complete, by };
}
