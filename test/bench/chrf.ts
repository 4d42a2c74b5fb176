// chrF2 of texts against what was written: the F-score of their character n-grams.

export interface Pair {
  readonly said: string;
  readonly written: string;
}

const longest = 6;
/** Recall counts twice as much as precision. */
const beta = 2;

interface Matches {
  said: number;
  written: number;
  both: number;
}

/**
 * chrF2 from 0 to 100 of a corpus, as sacreBLEU defines it (Popović, WMT 2015; Post, WMT 2018): n-grams of 1 to 6 characters
 * without white space, counted over all pairs together, precision and recall averaged over the lengths that both sides have.
 */
export function chrf(pairs: readonly Pair[]): number {
  let precision = 0;
  let recall = 0;
  let lengths = 0;
  for (let n = 1; n <= longest; n++) {
    const { said, written, both } = matchesOf(pairs, n);
    if (said === 0 || written === 0) continue;
    precision += both / said;
    recall += both / written;
    lengths++;
  }
  if (precision + recall === 0) return 0;
  const weight = beta ** 2;
  return (100 * (1 + weight) * (precision / lengths) * (recall / lengths)) / ((weight * precision + recall) / lengths);
}

function matchesOf(pairs: readonly Pair[], n: number): Matches {
  const sum: Matches = { said: 0, written: 0, both: 0 };
  for (const { said, written } of pairs) {
    const [ours, theirs] = [ngrams(said, n), ngrams(written, n)];
    sum.written += total(theirs);
    // Where the written text is too short to have any, what was said is not held against it.
    if (theirs.size > 0) sum.said += total(ours);
    for (const [gram, count] of ours) sum.both += Math.min(count, theirs.get(gram) ?? 0);
  }
  return sum;
}

/** Counts by n-gram, of code points. */
function ngrams(text: string, n: number): Map<string, number> {
  const characters = [...text.replace(/\s+/gu, "")];
  const counts = new Map<string, number>();
  for (let at = 0; at + n <= characters.length; at++) {
    const gram = characters.slice(at, at + n).join("");
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}
