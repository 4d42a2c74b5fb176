// From log-probabilities to a token: pure functions over one row of the vocabulary.

/** Tokens that may come next. */
export interface Allowed {
  /** Only these; null: any. */
  readonly among: readonly number[] | Uint32Array | null;
  /** None of these. It is asked about the likeliest alone: to ask about every token would take longer than a run of the model. */
  readonly isBarred: ((token: number) => boolean) | null;
}

/** The `count` likeliest of the allowed tokens, likeliest first, ties to the lowest id. @param allowed null: any */
export function likeliest(row: Float32Array, allowed: Allowed | null, count: number): number[] {
  const { among, isBarred } = allowed ?? any;
  const best: number[] = [];
  /** What is less likely is passed over at once, since looking through the vocabulary is most of what decoding does in JavaScript. */
  let least = Number.NEGATIVE_INFINITY;
  const before = (one: number, other: number) => row[one]! > row[other]! || (row[one] === row[other] && one < other);
  const consider = (token: number) => {
    let place = best.length;
    while (place > 0 && before(token, best[place - 1]!)) place--;
    if (place === count || isBarred?.(token)) return;
    best.splice(place, 0, token);
    if (best.length > count) best.pop();
    if (best.length === count) least = row[best[count - 1]!]!;
  };
  if (among === null) {
    for (let token = 0; token < row.length; token++) if (row[token]! >= least) consider(token);
  } else for (const token of among) if (row[token]! >= least) consider(token);
  return best;
}

const any: Allowed = { among: null, isBarred: null };

/** Draws a token with probability proportional to exp(row / temperature); `uniform` in [0, 1). */
export function draw(row: Float32Array, allowed: Allowed | null, temperature: number, uniform: number): number {
  const { among, isBarred } = allowed ?? any;
  const tokens = Array.from(among ?? row.keys()).filter((token) => !isBarred?.(token));
  const highest = row[likeliest(row, allowed, 1)[0]!]!;
  const weights = tokens.map((token) => Math.exp((row[token]! - highest) / temperature));
  let rest = uniform * weights.reduce((sum, weight) => sum + weight, 0);
  const place = weights.findIndex((weight) => {
    rest -= weight;
    return rest < 0;
  });
  return tokens[place < 0 ? tokens.length - 1 : place]!;
}

/** A stream of numbers in [0, 1) that depends on the seed alone (mulberry32, a 32-bit mixing generator). */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
