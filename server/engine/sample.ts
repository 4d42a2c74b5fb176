// From logits to a token: pure functions over one row of the vocabulary.

/** Natural logarithm of the sum of exponentials of a row; a logit less this is a log-probability in nats. */
export function logSumExp(logits: Float32Array): number {
  let highest = -Infinity;
  for (const logit of logits) if (logit > highest) highest = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - highest);
  return highest + Math.log(sum);
}

/** Tokens that may come next; null when any may. */
export type Allowed = readonly number[] | null;

/** The `count` likeliest of the allowed tokens, likeliest first, ties to the lowest id. */
export function likeliest(logits: Float32Array, allowed: Allowed, count: number): number[] {
  const best: number[] = [];
  const before = (one: number, other: number) =>
    logits[one]! > logits[other]! || (logits[one] === logits[other] && one < other);
  const consider = (token: number) => {
    if (best.length === count && !before(token, best[count - 1]!)) return;
    let place = best.length;
    while (place > 0 && before(token, best[place - 1]!)) place--;
    best.splice(place, 0, token);
    if (best.length > count) best.pop();
  };
  if (allowed === null) for (let token = 0; token < logits.length; token++) consider(token);
  else for (const token of allowed) consider(token);
  return best;
}

/** Draws a token with probability proportional to exp(logit / temperature); `uniform` in [0, 1). */
export function draw(logits: Float32Array, allowed: Allowed, temperature: number, uniform: number): number {
  const tokens = allowed ?? logits.keys();
  const total = logSumExp(
    Float32Array.from(allowed ?? logits, (value) => (allowed === null ? value : logits[value]!) / temperature),
  );
  let rest = uniform;
  let last = 0;
  for (const token of tokens) {
    last = token;
    rest -= Math.exp(logits[token]! / temperature - total);
    if (rest < 0) return token;
  }
  return last;
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
