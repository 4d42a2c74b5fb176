// How often an answer was right, was shown, and was right where it was shown: what ways of asking are compared by.
import * as z from "zod";
import type { Contender } from "./contenders.ts";
import type { Cursor } from "./samples.ts";
import { isRight } from "./score.ts";

/** What is remembered of an answer at a cursor. */
export const toldSchema = z.object({
  text: z.string(),
  confidence: z.number().nullable(),
  shown: z.boolean(),
  ms: z.number(),
});
export type Told = z.infer<typeof toldSchema>;

/** Heads of the columns that `tally` fills. */
export const tallied = ["right first line", "shown", "right of those"];

/** `told[i]` answers `samples[i]`; shown is what an editor would show and is sure enough for the contender's threshold. */
export function tally(samples: readonly Cursor[], told: readonly Told[], { threshold }: Contender): string[] {
  const right = told.map((each, i) => isRight(samples[i]!, each));
  const shown = told.map((each) => each.shown && (each.confidence ?? 0) >= threshold);
  const count = (which: readonly boolean[]) => which.filter(Boolean).length;
  return [
    share(count(right), told.length),
    share(count(shown), told.length),
    share(count(right.filter((_, i) => shown[i])), count(shown)),
  ];
}

const share = (some: number, of: number) =>
  `${some} of ${of} (${of === 0 ? "none" : ((100 * some) / of).toFixed(1)} %)`;
