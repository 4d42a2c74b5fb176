// Rotary embedding for longer contexts: what each frequency is divided by. No divisors mean the plain frequencies.

/** How a model was fitted to contexts longer than those it was first trained on. */
export type RopeScaling =
  | { readonly kind: "linear"; readonly factor: number }
  /** Long wavelengths are stretched, short ones are not, and between the two it changes smoothly (Llama 3.1). */
  | {
      readonly kind: "llama3";
      readonly factor: number;
      readonly low: number;
      readonly high: number;
      readonly original: number;
    };

/** Divisors of the `half` frequencies base^(-i / half), i = 0 .. half - 1. */
export function ropeFactors(scaling: RopeScaling | null, base: number, half: number): readonly number[] {
  if (scaling === null) return [];
  const { factor } = scaling;
  if (scaling.kind === "linear") return Array.from({ length: half }, () => factor);
  const { low, high, original } = scaling;
  return Array.from({ length: half }, (_, i) => {
    const wavelength = 2 * Math.PI * base ** (i / half);
    if (wavelength < original / high) return 1;
    if (wavelength > original / low) return factor;
    const smooth = (original / wavelength - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}
