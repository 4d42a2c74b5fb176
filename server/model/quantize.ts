// The number formats of weights: GGUF blocks to float32, and float32 rows to the 8- and 4-bit blocks of MatMulNBits.
import { WeightsError } from "./cursor.ts";
import { fromHalf } from "./half.ts";
import { decodeQ4K, decodeQ5K, decodeQ6K, decodeQ50, decodeQ51, SUPER } from "./kquants.ts";

/** Values in a block of quantised weights, as in Q8_0; each block has one float32 scale. */
export const BLOCK = 32;

export interface BlockType {
  readonly name: string;
  /** Values in a block. */
  readonly values: number;
  /** Bytes of a block. */
  readonly bytes: number;
  /** Writes the float32 values of the blocks in `raw` to `out`. */
  readonly decode: (raw: DataView, out: Float32Array) => void;
}

// GGUF's ids. To add a type: its block here and its decoder below or in kquants.ts.
const TYPES: ReadonlyMap<number, BlockType> = new Map([
  [0, { name: "F32", values: 1, bytes: 4, decode: decodeF32 }],
  [1, { name: "F16", values: 1, bytes: 2, decode: decodeF16 }],
  [2, { name: "Q4_0", values: 32, bytes: 18, decode: decodeQ40 }],
  [3, { name: "Q4_1", values: 32, bytes: 20, decode: decodeQ41 }],
  [6, { name: "Q5_0", values: 32, bytes: 22, decode: decodeQ50 }],
  [7, { name: "Q5_1", values: 32, bytes: 24, decode: decodeQ51 }],
  [8, { name: "Q8_0", values: 32, bytes: 34, decode: decodeQ80 }],
  [12, { name: "Q4_K", values: SUPER, bytes: 144, decode: decodeQ4K }],
  [13, { name: "Q5_K", values: SUPER, bytes: 176, decode: decodeQ5K }],
  [14, { name: "Q6_K", values: SUPER, bytes: 210, decode: decodeQ6K }],
  [30, { name: "BF16", values: 1, bytes: 2, decode: decodeBF16 }],
]);

/** The type with one of GGUF's names; safetensors calls the float types the same. */
export function typeNamed(name: string): BlockType | undefined {
  return [...TYPES.values()].find((type) => type.name === name);
}

/** The type with a GGUF id. Throws WeightsError for one that is not supported. */
export function blockType(id: number, what: string): BlockType {
  const type = TYPES.get(id);
  if (type !== undefined) return type;
  const names = [...TYPES.values()].map((known) => known.name).join(", ");
  throw new WeightsError(
    `${what} has number format ${id}, which is not supported; convert the model to one of ${names}`,
  );
}

function decodeF32(raw: DataView, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = raw.getFloat32(4 * i, true);
}

function decodeF16(raw: DataView, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = fromHalf(raw.getUint16(2 * i, true));
}

// The upper half of a float32.
function decodeBF16(raw: DataView, out: Float32Array): void {
  const bits = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < out.length; i++) bits[i] = raw.getUint16(2 * i, true) << 16;
}

// value = (nibble - 8) * scale; the low nibbles are the first half of the block.
function decodeQ40(raw: DataView, out: Float32Array): void {
  for (let o = 0, at = 0; o < out.length; o += 32, at += 18) {
    const scale = fromHalf(raw.getUint16(at, true));
    for (let i = 0; i < 16; i++) {
      const pair = raw.getUint8(at + 2 + i);
      out[o + i] = ((pair & 15) - 8) * scale;
      out[o + 16 + i] = ((pair >> 4) - 8) * scale;
    }
  }
}

// value = nibble * scale + minimum.
function decodeQ41(raw: DataView, out: Float32Array): void {
  for (let o = 0, at = 0; o < out.length; o += 32, at += 20) {
    const scale = fromHalf(raw.getUint16(at, true));
    const minimum = fromHalf(raw.getUint16(at + 2, true));
    for (let i = 0; i < 16; i++) {
      const pair = raw.getUint8(at + 4 + i);
      out[o + i] = (pair & 15) * scale + minimum;
      out[o + 16 + i] = (pair >> 4) * scale + minimum;
    }
  }
}

// value = int8 * scale.
function decodeQ80(raw: DataView, out: Float32Array): void {
  for (let o = 0, at = 0; o < out.length; o += 32, at += 34) {
    const scale = fromHalf(raw.getUint16(at, true));
    for (let i = 0; i < 32; i++) out[o + i] = raw.getInt8(at + 2 + i) * scale;
  }
}

/** 8-bit blocks, which may be whole rows: value = (quant - 128) * scale. One quant a value, one scale a block. */
export interface Blocks {
  readonly quants: Uint8Array;
  readonly scales: Float32Array;
}

/**
 * Rounds `values` (a multiple of `size`) to 8-bit blocks of `size`, each scaled so that its largest magnitude becomes 127.
 * Throws WeightsError, led by `what`.
 */
export function toBlocks(values: Float32Array, size: number, what: string): Blocks {
  const quants = new Uint8Array(values.length);
  const scales = new Float32Array(values.length / size);
  for (let block = 0; block < scales.length; block++) {
    const start = block * size;
    let largest = 0;
    for (let i = start; i < start + size; i++) largest = Math.max(largest, Math.abs(values[i]!));
    if (!Number.isFinite(largest))
      throw new WeightsError(`${what} holds infinite or undefined values; fetch the file again`);
    scales[block] = largest / 127;
    // The reciprocal of the scale as stored, so that rounding sees what a reader will multiply by. Below the smallest
    // normal float32 a scale has too few bits left: such a block becomes 0.
    const inverse = scales[block]! > 1.2e-38 ? 1 / scales[block]! : 0;
    for (let i = start; i < start + size; i++) quants[i] = Math.round(values[i]! * inverse) + 128;
  }
  return { quants, scales };
}

/**
 * The Walsh-Hadamard transform of each BLOCK of values, in place, scaled so that it is orthogonal and its own inverse. A product of
 * two transformed vectors is the product of the vectors, but none of their values stands out any more: so a whole row of them can
 * share one scale (Ashkboos et al., QuaRot, arXiv 2404.00456).
 */
export function spread(values: Float32Array): Float32Array {
  for (let half = 1; half < BLOCK; half *= 2) {
    for (let i = 0; i < values.length; i++) {
      if ((i & half) !== 0) continue;
      const [one, other] = [values[i]!, values[i + half]!];
      values[i] = one + other;
      values[i + half] = one - other;
    }
  }
  const scale = Math.sqrt(1 / BLOCK);
  for (let i = 0; i < values.length; i++) values[i]! *= scale;
  return values;
}

/** The matrix [BLOCK, BLOCK] that a block is multiplied by in `spread`. */
export function spreading(): number[] {
  const rows = Array.from({ length: BLOCK }, (_, row) => {
    const unit = new Float32Array(BLOCK);
    unit[row] = 1;
    return [...spread(unit)];
  });
  return rows.flat();
}

/** Takes Q8_0 blocks over exactly: the same integers and scales in the layout of MatMulNBits. */
export function repackQ80(raw: DataView): Blocks {
  const count = raw.byteLength / 34;
  const quants = new Uint8Array(count * BLOCK);
  const scales = new Float32Array(count);
  for (let block = 0, at = 0; block < count; block++, at += 34) {
    scales[block] = fromHalf(raw.getUint16(at, true));
    for (let i = 0; i < BLOCK; i++) quants[block * BLOCK + i] = raw.getInt8(at + 2 + i) + 128;
  }
  return { quants, scales };
}

/** 4-bit blocks: value = (quant - zero) * scale. Two quants a byte, low nibble first; two zeros a byte, rows apart. */
export interface NibbleBlocks extends Blocks {
  readonly zeros: Uint8Array;
}

/**
 * Rounds `values`, rows of `columns` (a multiple of BLOCK), to 4-bit blocks of BLOCK between their smallest and largest value.
 * Throws WeightsError, led by `what`.
 */
export function toNibbles(values: Float32Array, columns: number, what: string): NibbleBlocks {
  const perRow = columns / BLOCK;
  const zeroBytes = Math.ceil(perRow / 2);
  const quants = new Uint8Array(values.length / 2);
  const scales = new Float32Array(values.length / BLOCK);
  const zeros = new Uint8Array((values.length / columns) * zeroBytes);
  for (let block = 0; block < scales.length; block++) {
    const start = block * BLOCK;
    // 0 must have a quant of its own.
    let least = 0;
    let most = 0;
    for (let i = start; i < start + BLOCK; i++) {
      least = Math.min(least, values[i]!);
      most = Math.max(most, values[i]!);
    }
    if (!Number.isFinite(most - least)) {
      throw new WeightsError(`${what} holds infinite or undefined values; fetch the file again`);
    }
    scales[block] = (most - least) / 15;
    const inverse = scales[block]! > 1.2e-38 ? 1 / scales[block]! : 0;
    const zero = Math.round(-least * inverse);
    for (let i = start; i < start + BLOCK; i += 2) {
      const quant = (value: number) => Math.min(15, Math.max(0, Math.round(value * inverse) + zero));
      quants[i >> 1] = quant(values[i]!) | (quant(values[i + 1]!) << 4);
    }
    putZero(zeros, block, perRow, zeroBytes, zero);
  }
  return { quants, scales, zeros };
}

/** Takes Q4_0 blocks, in rows of `columns`, over exactly: the same integers, scales and zero in the layout of MatMulNBits. */
export function repackQ40(raw: DataView, columns: number): NibbleBlocks {
  const count = raw.byteLength / 18;
  const perRow = columns / BLOCK;
  const zeroBytes = Math.ceil(perRow / 2);
  const quants = new Uint8Array(count * 16);
  const scales = new Float32Array(count);
  const zeros = new Uint8Array((count / perRow) * zeroBytes);
  for (let block = 0, at = 0; block < count; block++, at += 18) {
    scales[block] = fromHalf(raw.getUint16(at, true));
    const nibble = (i: number) => (i < 16 ? raw.getUint8(at + 2 + i) & 15 : raw.getUint8(at + 2 + i - 16) >> 4);
    for (let i = 0; i < BLOCK; i += 2) quants[block * 16 + (i >> 1)] = nibble(i) | (nibble(i + 1) << 4);
    putZero(zeros, block, perRow, zeroBytes, 8);
  }
  return { quants, scales, zeros };
}

function putZero(zeros: Uint8Array, block: number, perRow: number, zeroBytes: number, zero: number): void {
  const inRow = block % perRow;
  zeros[((block - inRow) / perRow) * zeroBytes + (inRow >> 1)]! |= zero << (4 * (inRow & 1));
}
