// GGUF's number formats of 256 values in a block (K-quants) and of 5 bits: to float32.
// After the formats' description in ggml (ggml-common.h) and the `gguf` package's own dequantisation.
import { fromHalf } from "./half.ts";

/** Values in a K-quant's block. */
export const SUPER = 256;

const half = (raw: DataView, at: number): number => fromHalf(raw.getUint16(at, true));

/** Bits from 0 to 31 of `qh` are the fifth bits; value = (5 bits - 16) * scale. 22 bytes for 32 values. */
export function decodeQ50(raw: DataView, out: Float32Array): void {
  for (let o = 0, at = 0; o < out.length; o += 32, at += 22) fiveBits(raw, at + 2, half(raw, at), -16, 0, out, o);
}

/** value = 5 bits * scale + minimum. 24 bytes for 32 values. */
export function decodeQ51(raw: DataView, out: Float32Array): void {
  for (let o = 0, at = 0; o < out.length; o += 32, at += 24) {
    fiveBits(raw, at + 4, half(raw, at), 0, half(raw, at + 2), out, o);
  }
}

function fiveBits(
  raw: DataView,
  at: number,
  scale: number,
  shift: number,
  minimum: number,
  out: Float32Array,
  o: number,
) {
  const fifth = raw.getUint32(at, true);
  for (let i = 0; i < 16; i++) {
    const pair = raw.getUint8(at + 4 + i);
    out[o + i] = (((pair & 15) | (((fifth >>> i) & 1) << 4)) + shift) * scale + minimum;
    out[o + 16 + i] = (((pair >> 4) | (((fifth >>> (16 + i)) & 1) << 4)) + shift) * scale + minimum;
  }
}

/**
 * The j-th of eight 6-bit scales, and minimum, of a block's runs of 32 values, out of 12 bytes: the first four stand in the
 * low bits of bytes 0-3 and 4-7; of the others the low four bits stand in bytes 8-11, the high two above the first four.
 */
function scaleAndMinimum(raw: DataView, at: number, j: number): [scale: number, minimum: number] {
  const byte = (i: number) => raw.getUint8(at + i);
  if (j < 4) return [byte(j) & 63, byte(j + 4) & 63];
  return [(byte(j + 4) & 15) | ((byte(j - 4) >> 6) << 4), (byte(j + 4) >> 4) | ((byte(j) >> 6) << 4)];
}

/** value = scale * (6-bit scale) * nibble - minimum scale * (6-bit minimum). 144 bytes: 2 + 2 + 12 + 128. */
export function decodeQ4K(raw: DataView, out: Float32Array): void {
  for (let o = 0, at = 0; o < out.length; o += SUPER, at += 144) withScales(raw, at, at + 16, null, out, o);
}

/** As Q4_K, with a fifth bit for each value: bit j of byte i for value i of run j. 176 bytes: 2 + 2 + 12 + 32 + 128. */
export function decodeQ5K(raw: DataView, out: Float32Array): void {
  for (let o = 0, at = 0; o < out.length; o += SUPER, at += 176) withScales(raw, at, at + 48, at + 16, out, o);
}

/** The runs of 32 values come in pairs that share 32 bytes: low nibbles the first, high nibbles the second. */
function withScales(raw: DataView, at: number, nibbles: number, fifths: number | null, out: Float32Array, o: number) {
  const scale = half(raw, at);
  const lowest = half(raw, at + 2);
  for (let run = 0; run < 8; run++) {
    const [six, minimum] = scaleAndMinimum(raw, at + 4, run);
    // Rounded step by step, as in the reference.
    const step = Math.fround(scale * six);
    const offset = Math.fround(lowest * minimum);
    const from = nibbles + (run >> 1) * 32;
    const shift = (run & 1) * 4;
    for (let i = 0; i < 32; i++) {
      let quant = (raw.getUint8(from + i) >> shift) & 15;
      if (fifths !== null) quant |= ((raw.getUint8(fifths + i) >> run) & 1) << 4;
      out[o + run * 32 + i] = step * quant - offset;
    }
  }
}

/**
 * value = scale * (8-bit scale of 16 values) * (6 bits - 32). 210 bytes: 128 with the low four bits, 64 with the high two, 16
 * scales, 2. Each half of 128 values is four runs of 32: low nibbles of two times 32 bytes, then their high nibbles.
 */
export function decodeQ6K(raw: DataView, out: Float32Array): void {
  for (let o = 0, at = 0; o < out.length; o += SUPER, at += 210) {
    const scale = half(raw, at + 208);
    for (let run = 0; run < 8; run++) {
      const inHalf = run & 3;
      const low = at + (run >> 2) * 64 + (inHalf & 1) * 32;
      const high = at + 128 + (run >> 2) * 32;
      const shift = (inHalf >> 1) * 4;
      for (let i = 0; i < 32; i++) {
        const quant = ((raw.getUint8(low + i) >> shift) & 15) | (((raw.getUint8(high + i) >> (2 * inHalf)) & 3) << 4);
        const step = Math.fround(scale * raw.getInt8(at + 192 + run * 2 + (i >> 4)));
        out[o + run * 32 + i] = step * (quant - 32);
      }
    }
  }
}
