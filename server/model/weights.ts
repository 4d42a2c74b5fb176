// Fills a graph's weights.bin, tensor by tensor, so that no more than one matrix of a layer is in memory at a time.
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { WeightsError } from "./cursor.ts";
import type { Graph, Slot } from "./graphweights.ts";
import type { Llama } from "./llama.ts";
import {
  BLOCK,
  type Blocks,
  type NibbleBlocks,
  repackQ40,
  repackQ80,
  spread,
  toBlocks,
  toNibbles,
} from "./quantize.ts";
import type { Source, Tensor } from "./source.ts";

/** Values that are decoded at a time. */
const CHUNK = 1 << 20;

/** Hears of each piece of weights that was written, in bytes; what it throws ends the writing. */
export type Written = (bytes: number) => void;

/** Writes the weights that `graph` asks for, out of `source`, to a new file at `path`. */
export function writeWeights(path: string, graph: Graph, source: Source, model: Llama, written?: Written): void {
  const fd = openSync(path, "wx");
  try {
    ftruncateSync(fd, graph.bytes);
    const out: Out = {
      source,
      model,
      write: (values, position) => {
        const bytes = writeAll(fd, values, position);
        written?.(bytes);
      },
    };
    for (const slot of graph.slots) writeSlot(out, slot);
  } finally {
    closeSync(fd);
  }
}

interface Out {
  readonly source: Source;
  readonly model: Llama;
  /** `position` in bytes. */
  write(values: Uint8Array | Float32Array, position: number): void;
}

function writeSlot(out: Out, slot: Slot): void {
  const { source } = out;
  if (slot.what === "rope") {
    writeRope(out, slot);
    return;
  }
  if (slot.what === "vector") {
    let position = slot.offset;
    for (const name of slot.tensors) {
      const tensor = find(source, name);
      const values = decode(source, tensor, source.read(tensor, 0, 1));
      out.write(values, position);
      position += values.byteLength;
    }
    return;
  }
  if (slot.what === "transposed") {
    writeTransposed(out, slot);
    return;
  }
  for (const piece of pieces(out, slot.tensors)) writeRows(out, slot, piece);
}

/** Some rows of a tensor, as the source has them; `row`: the first one's place among the rows of all tensors. */
interface Piece {
  readonly tensor: Tensor;
  readonly raw: Uint8Array;
  readonly row: number;
}

function* pieces({ source, model }: Out, tensors: readonly string[]): Generator<Piece> {
  let row = 0;
  for (const name of tensors) {
    const tensor = find(source, name);
    // Whole heads at a time, because the rows of queries and keys change places inside a head.
    const heads = source.interleaved && /\.attn_[qk]\.weight$/.test(name) ? model.headSize : 0;
    const unit = heads || 1;
    const step = Math.max(1, Math.floor(CHUNK / tensor.columns / unit)) * unit;
    for (let first = 0; first < tensor.rows; first += step) {
      const rows = Math.min(step, tensor.rows - first);
      const raw = source.read(tensor, first, rows);
      if (heads > 0) unrotate(raw, rows, heads);
      yield { tensor, raw, row: row + first };
    }
    row += tensor.rows;
  }
}

function writeTransposed(out: Out, slot: Slot & { what: "transposed" }): void {
  const { rows, columns } = slot;
  const transposed = new Uint8Array(rows * columns);
  const scales = new Float32Array(rows);
  for (const { tensor, raw, row } of pieces(out, slot.tensors)) {
    const values = decode(out.source, tensor, raw);
    const blocks = toBlocks(slot.spread ? spread(values) : values, columns, `tensor ${tensor.name}`);
    const count = blocks.scales.length;
    scales.set(blocks.scales, row);
    for (let column = 0; column < columns; column++) {
      const to = column * rows + row;
      for (let i = 0; i < count; i++) transposed[to + i] = blocks.quants[i * columns + column]!;
    }
  }
  out.write(transposed, slot.offset);
  out.write(scales, slot.scales);
}

function writeRows(out: Out, slot: Slot & { what: "matrix" }, { tensor, raw, row }: Piece): void {
  const { columns } = tensor;
  const start = row * columns;
  if (slot.scales === undefined) {
    out.write(decode(out.source, tensor, raw), slot.offset + start * 4);
    return;
  }
  const { block, offset, zeros } = slot.scales;
  if (zeros === undefined) {
    const blocks = bytesOf(out.source, tensor, raw, block);
    checkFinite(out.source, tensor, blocks.scales);
    out.write(blocks.quants, slot.offset + start);
    out.write(blocks.scales, offset + (start / block) * 4);
    return;
  }
  const blocks = nibblesOf(out.source, tensor, raw);
  checkFinite(out.source, tensor, blocks.scales);
  out.write(blocks.quants, slot.offset + start / 2);
  out.write(blocks.scales, offset + (start / block) * 4);
  out.write(blocks.zeros, zeros + row * Math.ceil(columns / block / 2));
}

/** The formats that the runtime shares with GGUF are taken over as they are, others are rounded anew. */
function bytesOf(source: Source, tensor: Tensor, raw: Uint8Array, block: number): Blocks {
  if (tensor.type.name === "Q8_0" && block === BLOCK) return repackQ80(view(raw));
  return toBlocks(decode(source, tensor, raw), block, `tensor ${tensor.name}`);
}

function nibblesOf(source: Source, tensor: Tensor, raw: Uint8Array): NibbleBlocks {
  if (tensor.type.name === "Q4_0") return repackQ40(view(raw), tensor.columns);
  return toNibbles(decode(source, tensor, raw), tensor.columns, `tensor ${tensor.name}`);
}

/**
 * A llama GGUF keeps the two halves of each head interleaved, for rotary embedding of neighbouring pairs; the runtime rotates
 * half against half. Rows 0, 2, 4, ... of a head become its first half, in place.
 */
function unrotate(raw: Uint8Array, rows: number, headSize: number): void {
  const bytes = raw.length / rows;
  const original = raw.slice();
  for (let row = 0; row < rows; row++) {
    const inHead = row % headSize;
    const half = headSize / 2;
    const from = row - inHead + (inHead < half ? 2 * inHead : 2 * (inHead - half) + 1);
    raw.set(original.subarray(from * bytes, (from + 1) * bytes), row * bytes);
  }
}

/** cos and sin of position * frequency, rows of headSize / 2 values; the i-th frequency is ropeBase^(-2i / headSize). */
function writeRope({ model, write }: Out, slot: Slot & { what: "rope" }): void {
  const half = model.headSize / 2;
  const cos = new Float32Array(slot.rows * half);
  const sin = new Float32Array(slot.rows * half);
  for (let i = 0; i < half; i++) {
    const frequency = model.ropeBase ** (-i / half) / (model.ropeFactors[i] ?? 1);
    for (let position = 0; position < slot.rows; position++) {
      cos[position * half + i] = Math.cos(position * frequency);
      sin[position * half + i] = Math.sin(position * frequency);
    }
  }
  write(cos, slot.cos);
  write(sin, slot.sin);
}

function find(source: Source, name: string): Tensor {
  const tensor = source.tensors.get(name);
  if (tensor === undefined) throw new WeightsError(`${source.path}: tensor ${name} is missing; fetch the file again`);
  return tensor;
}

function decode(source: Source, tensor: Tensor, raw: Uint8Array): Float32Array {
  const values = new Float32Array((raw.length / tensor.type.bytes) * tensor.type.values);
  tensor.type.decode(view(raw), values);
  checkFinite(source, tensor, values);
  return values;
}

/** One such value would make every answer meaningless. */
function checkFinite(source: Source, { name }: Tensor, values: Float32Array): void {
  for (const value of values) {
    if (Number.isFinite(value)) continue;
    throw new WeightsError(
      `${source.path}: tensor ${name} holds infinite or undefined values; fetch the file again, or train it anew`,
    );
  }
}

const view = (raw: Uint8Array): DataView => new DataView(raw.buffer, raw.byteOffset, raw.byteLength);

/** @returns the bytes written. */
function writeAll(fd: number, values: Uint8Array | Float32Array, position: number): number {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  return bytes.length;
}
