// Everything that one run of `npm run quality` knows, and the figures that are read out of it. What was not measured is null.
import { chrf } from "./chrf.ts";
import type { Arm, Contender } from "./contenders.ts";
import type { Measured } from "./losses.ts";
import type { Comparison } from "./runs.ts";
import type { Cursor, Documented, Domain, Exercise, Samples } from "./samples.ts";
import { isSolved, type Line, type LineScore, mean, scoreLines, wordsOf } from "./score.ts";
import type { Said } from "./sections.ts";
import { withThreshold } from "./threshold.ts";
import type { Typed } from "./typing.ts";
import type { Parts } from "./weights.ts";

export interface Results {
  readonly contenders: readonly Contender[];
  readonly comparison: Comparison | null;
  readonly index: Samples["index"] | null;
  readonly lines: Readonly<Record<"code" | "docs", Said<Cursor, Line>>>;
  readonly documentation: Said<Documented, string>;
  /** Of those that were trained for math, and, of fewer exercises, of the others. */
  readonly answers: readonly Said<Exercise, string>[];
  /** In our engine at 8 bits, by domain and contender. */
  readonly losses: Readonly<Record<Domain, ReadonlyMap<string, Measured>>>;
  readonly parts: Parts;
  /** Lines of code, typed key by key. */
  readonly typing: Said<Cursor, Typed>;
  /** Table of what is shown at random positions. */
  readonly anywhere: string | null;
  /** Tables of explaining, documenting and calculating. */
  readonly commands: string | null;
  /** Table of numbers of branches. */
  readonly branches: string | null;
  /** Table of first lines with and without signatures of imports. */
  readonly neighbours: string | null;
  readonly snippets: string | null;
  /** Table of member accesses. */
  readonly members: string | null;
  /** Tables of the hand-written cases. */
  readonly cases: string | null;
}

/** The contender with an arm and a domain; the base and general have none. */
export function find({ contenders }: Results, arm: Arm, domain: Domain): Contender | null {
  return contenders.find((each) => each.arm === arm && (each.domain === null || each.domain === domain)) ?? null;
}

/** Loss in PyTorch, float32, on the packed set that the samples come from; the base's stands beside the others'. */
export function lossOf({ contenders, index }: Results, contender: Contender, domain: Domain): number | null {
  const wanted = index?.losses[domain];
  const fits = (each: Contender) => {
    const loss = each.losses[domain];
    return loss !== undefined && wanted !== undefined && loss.set === wanted.set && loss.counted === wanted.counted;
  };
  if (contender.arm === "base") return contenders.find(fits)?.losses[domain]?.base ?? null;
  return fits(contender) ? contender.losses[domain]!.trained : null;
}

/** Loss at 8 bits in our engine, when as many tokens were counted as PyTorch counts. */
export function loss8Of({ losses, index }: Results, { name }: Contender, domain: Domain): number | null {
  const measured = losses[domain].get(name);
  return measured !== undefined && measured.counted === index?.losses[domain]?.counted ? measured.loss : null;
}

/** Scores of the first lines of those cursors that `keep` keeps. */
export function linesOf(
  { lines }: Results,
  { name, threshold }: Contender,
  domain: Domain,
  keep: (sample: Cursor) => boolean = () => true,
): LineScore | null {
  if (domain === "math") return null;
  const { samples, by } = lines[domain];
  const said = by.get(name);
  if (said === undefined) return null;
  const kept = samples.flatMap((sample, i) => (keep(sample) ? [i] : []));
  return scoreLines(
    kept.map((i) => samples[i]!),
    withThreshold(
      kept.map((i) => said[i]!),
      threshold,
    ),
  );
}

/** chrF2 of the documentation written on request, and of how many functions. */
export function chrfOf(
  { documentation }: Results,
  { name }: Contender,
): { readonly score: number; readonly count: number } | null {
  const said = documentation.by.get(name);
  if (said === undefined || said.length === 0) return null;
  const pairs = documentation.samples.map(({ written }, i) => ({ said: wordsOf(said[i]!), written }));
  return { score: chrf(pairs), count: pairs.length };
}

/** Share of exercises answered exactly by the model alone, and of how many. */
export function solvedOf(
  { answers }: Results,
  { name }: Contender,
  group: string,
): { readonly share: number; readonly count: number } | null {
  const asked = answers.find(({ by }) => (by.get(name)?.length ?? 0) > 0);
  if (asked === undefined) return null;
  const right = asked.samples.flatMap((sample, i) =>
    sample.group === group ? [Number(isSolved(asked.by.get(name)![i]!, sample.answer))] : [],
  );
  return right.length === 0 ? null : { share: mean(right), count: right.length };
}
