// `coterie calculate TEXT`: the result of a formula with the steps to it.
import { algebra } from "../algebra/thread.ts";
import { calculate as calculation, writtenSteps } from "../calculate.ts";
import type { Installation } from "../installation.ts";
import type { Calculation } from "../protocol.ts";
import { route } from "../route.ts";
import { type Reporter, rosterOf, withEngine } from "./engine.ts";
import { BadInput } from "./place.ts";

const never = new AbortController().signal;

/** @throws BadInput when it cannot be calculated; Error in words when the engine fails */
export async function calculate(
  text: string | undefined,
  installation: Installation,
  reporter: Reporter,
): Promise<Calculation> {
  if (text === undefined) throw new BadInput('Name a formula: coterie calculate "15% of 240".');
  const roster = rosterOf(installation);
  const place = { languageId: "plaintext", path: "", region: "math" } as const;
  const chosen = route("calculate", place, roster.rulesFor(null), roster.experts);
  const write = (request: string) =>
    withEngine(installation, roster, reporter, (engine) => {
      reporter.progress("Calculating");
      const manner = engine.about(chosen.expert)?.manner;
      return writtenSteps({ engine, expert: chosen.expert, manner }, request, never);
    });
  const done = await calculation(text, { algebra: algebra(installation.algebra), route: chosen, write }, never);
  if (done.result === null) throw new BadInput(`"${text}" cannot be calculated: ${done.why}.`);
  return done;
}

export function humanCalculation({ result, decimal, steps, expert, because, ms }: Calculation): string {
  const marks = steps.map(({ text, verified }) => `${verified === null ? " " : verified ? "+" : "!"} ${text}`);
  const wrong = steps.some(({ verified }) => verified === false) ? ["", "! is wrong, as algebra finds."] : [];
  const who =
    expert === null
      ? "Worked out by the algebra library"
      : `Steps by ${expert}: ${because} Result by the algebra library`;
  return [`${result}${decimal === null ? "" : `  (${decimal})`}`, "", ...marks, ...wrong, `${who}; ${ms} ms`].join(
    "\n",
  );
}
