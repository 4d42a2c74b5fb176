// How many branches are worth their time where text stands behind the cursor: right first lines and milliseconds of 1, 2, 4 and 8.
import type { Contender } from "./contenders.ts";
import { median, quantile, table } from "./machine.ts";
import type { Cursor } from "./samples.ts";
import type { Asking } from "./sections.ts";
import { type Told, tallied, tally, toldSchema } from "./tally.ts";

const branches = [1, 2, 4, 8] as const;

/** Most cursors that are asked: once for each number of branches. */
export const mostBranched = 150;

/** A Markdown table; the numbers take turns at each cursor, so that a busy moment of the machine meets all of them. */
export async function measureBranches(
  contender: Contender,
  cursors: readonly Cursor[],
  { engines, journal, contextTokens, progress }: Asking,
): Promise<string> {
  const samples = cursors.filter(({ after }) => after.split("\n", 1)[0]!.trim() !== "").slice(0, mostBranched);
  const told = new Map<number, Told[]>(branches.map((count) => [count, []]));
  for (const [done, sample] of samples.entries()) {
    for (const count of branches) {
      const ask = async (): Promise<Told> => {
        const { text, hidden, confidence, ms } = await engines.complete(contender, sample, { branches: count });
        return { text, confidence, shown: hidden === null, ms };
      };
      const what = ["branches", contender.weights, contextTokens, count, sample];
      told.get(count)!.push((await journal.remember(what, toldSchema, ask))!);
    }
    progress("branches", done + 1, samples.length);
  }
  const rows = branches.map((count) => {
    const said = told.get(count)!;
    const times = said.map(({ ms }) => ms);
    return [`${count}`, ...tally(samples, said, contender), median(times).toFixed(0), quantile(times, 0.95).toFixed(0)];
  });
  const head = ["branches", ...tallied, "ms, p50", "ms, p95"];
  return `${samples.length} places of held-out code where text follows on the line.\n\n${table([head, ...rows])}`;
}
