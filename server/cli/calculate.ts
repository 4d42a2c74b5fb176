// `coterie calculate TEXT`: the result of a formula with the steps to it.
import { algebra } from "../algebra/thread.ts";
import { calculate as calculation } from "../calculate.ts";
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
  const work = algebra(installation.algebra);
  // The engine is opened only where an expert is asked; then all is done with it open.
  const first = await calculation(text, { algebra: work, route: chosen, engine: async () => null }, never);
  if (first.result === null) throw new BadInput(`"${text}" cannot be calculated: ${first.why}.`);
  if (chosen.wanted !== null) return first;
  return withEngine(installation, roster, reporter, (engine) => {
    reporter.progress("Calculating");
    return calculation(text, { algebra: work, route: chosen, engine: async () => engine }, never);
  });
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
