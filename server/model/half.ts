// Half precision (IEEE binary16) to numbers.

/** The float32 value of half-precision `bits`. */
export function fromHalf(bits: number): number {
  return HALVES[bits]!;
}

function computed(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** All 65,536 of them: looked up ten times faster than computed, and a large model has a billion. */
const HALVES = Float32Array.from({ length: 1 << 16 }, (_, bits) => computed(bits));
