// Several texts that begin alike, read in one run: a trunk, which is kept, and twigs that part from it or from each other.
import { commonLength } from "./cache.ts";

/** A row that is read together with a sequence and not kept. */
export interface Twig {
  readonly token: number;
  /** Where it stands in its text. */
  readonly position: number;
  /** The twig before it, by its place among all; null: it stands behind the sequence's first `position` tokens. */
  readonly before: number | null;
}

const hidden = -1e9;

/**
 * Where the rows of a run stand, [rows + twigs], and what each of them sees, [rows + twigs, past + rows + twigs]: 0 or a very low
 * number, which is added to the scores of attention.
 * @param past rows of the sequence that earlier runs have left
 * @param rows that follow them
 */
export function arranged(past: number, rows: number, twigs: readonly Twig[]) {
  const count = rows + twigs.length;
  const width = past + count;
  const positions = new BigInt64Array(count);
  const visible = new Float32Array(count * width);
  for (let row = 0; row < rows; row++) {
    positions[row] = BigInt(past + row);
    visible.fill(hidden, row * width + past + row + 1, (row + 1) * width);
  }
  for (const [i, twig] of twigs.entries()) {
    const row = (rows + i) * width;
    positions[rows + i] = BigInt(twig.position);
    let root = twig;
    const seen = [i];
    while (root.before !== null) {
      seen.push(root.before);
      root = twigs[root.before]!;
    }
    visible.fill(hidden, row + root.position, row + width);
    for (const each of seen) visible[row + past + rows + each] = 0;
  }
  return { positions, visible };
}

/** Texts as one reading, the first of them as trunk. */
export interface Bundle {
  readonly twigs: readonly Twig[];
  /**
   * For each text the rows that tell the probabilities of its tokens, one a token: the trunk's are numbered from that behind the prompt
   * on, those of the twigs follow them.
   */
  readonly rows: readonly (readonly number[])[];
}

/** @param prompt how many tokens come before the texts, none of which is empty */
export function bundled(prompt: number, texts: readonly (readonly number[])[]): Bundle {
  const trunk = texts[0]!;
  const twigs: Twig[] = [];
  const places = new Map<string, number>();
  const rows = texts.map((text) => {
    const shared = commonLength(text, trunk);
    let before: number | null = null;
    return text.map((_, at) => {
      // The row behind the tokens before this one. The trunk has none behind its last token.
      if (at <= shared && at < trunk.length) return at;
      const key = text.slice(0, at).join();
      const known = places.get(key);
      before = known ?? twigs.push({ token: text[at - 1]!, position: prompt + at - 1, before }) - 1;
      places.set(key, before);
      return trunk.length + before;
    });
  });
  return { twigs, rows };
}
