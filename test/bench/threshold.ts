// How sure an expert has to be for its lines to be shown: chosen so that most of what is shown is right. Pure.
import type { Cursor } from "./samples.ts";
import { isBegun, isRight, type Line } from "./score.ts";

/** Of the first lines that are shown at least so many shall be right. */
export const wantedRight = 0.6;
/** A threshold that is chosen on fewer right lines would be chance. */
const fewest = 20;

/** The lines as they are with a threshold: what is less sure is not shown. */
export function withThreshold(lines: readonly Line[], threshold: number): readonly Line[] {
  return lines.map((line) => ({ ...line, shown: line.shown && (line.confidence ?? 0) >= threshold }));
}

/**
 * The lowest threshold above which at least `wantedRight` of the lines that pass the checks are right, wherever above it one
 * looks that has enough lines; nats, rounded up to two digits. Null when there is none.
 * @param counts what is right: whole lines, or words as far as they go
 */
export function chooseThreshold(
  samples: readonly Cursor[],
  lines: readonly Line[],
  counts: "lines" | "words" = "lines",
): number | null {
  const isGood = counts === "lines" ? isRight : isBegun;
  const sure = lines
    .map((line, i) => ({ line, right: isGood(samples[i]!, line) }))
    .filter(({ line }) => line.shown && line.confidence !== null)
    .sort((a, b) => b.line.confidence! - a.line.confidence!);
  let right = 0;
  let chosen: number | null = null;
  for (const [i, each] of sure.entries()) {
    if (each.right) right++;
    if (i + 1 < fewest) continue;
    if (right / (i + 1) < wantedRight) break;
    chosen = each.line.confidence;
  }
  return chosen === null ? null : Math.min(0, Math.ceil(chosen * 100) / 100);
}

/** Samples and lines in two halves, by turns; groups and kinds take turns in the samples, so both hold all of them. */
export function halves(samples: readonly Cursor[], lines: readonly Line[]) {
  const half = (rest: number) => {
    const kept = samples.flatMap((_, i) => (Math.floor(i / 12) % 2 === rest ? [i] : []));
    return { samples: kept.map((i) => samples[i]!), lines: kept.map((i) => lines[i]!) };
  };
  return [half(0), half(1)] as const;
}
