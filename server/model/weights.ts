// Fills a graph's weights.bin, tensor by tensor, so that no more than a few MB are in memory at a time.
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { WeightsError } from "./cursor.ts";
import type { Gguf, Tensor } from "./gguf.ts";
import type { Graph, Slot } from "./graph.ts";
import type { Llama } from "./llama.ts";
import { BLOCK, repackQ80, toBlocks } from "./quantize.ts";

/** Values that are decoded at a time. */
const CHUNK = 1 << 20;

/** Writes the weights that `graph` asks for, out of `source`, to a new file at `path`. */
export function writeWeights(path: string, graph: Graph, source: Gguf, model: Llama): void {
  const fd = openSync(path, "wx");
  try {
    ftruncateSync(fd, graph.bytes);
    for (const slot of graph.slots) writeSlot(fd, slot, source, model);
  } finally {
    closeSync(fd);
  }
}

function writeSlot(fd: number, slot: Slot, source: Gguf, model: Llama): void {
  if (slot.what === "rope") {
    writeRope(fd, slot, model);
    return;
  }
  if (slot.what === "vector") {
    const tensor = find(source, slot.tensor);
    writeAll(fd, decode(source, tensor, source.read(tensor, 0, 1)), slot.offset);
    return;
  }
  let row = 0;
  for (const name of slot.tensors) {
    const tensor = find(source, name);
    // Whole heads at a time, because the rows of queries and keys change places inside a head.
    const heads = /\.attn_[qk]\.weight$/.test(name) ? model.headSize : 0;
    const unit = heads || 1;
    const step = Math.max(1, Math.floor(CHUNK / tensor.columns / unit)) * unit;
    for (let first = 0; first < tensor.rows; first += step) {
      const rows = Math.min(step, tensor.rows - first);
      const raw = source.read(tensor, first, rows);
      if (heads > 0) unrotate(raw, rows, heads);
      writeRows(fd, slot, source, tensor, raw, row + first);
    }
    row += tensor.rows;
  }
}

function writeRows(
  fd: number,
  slot: Slot & { what: "matrix" },
  source: Gguf,
  tensor: Tensor,
  raw: Uint8Array,
  row: number,
): void {
  const start = row * tensor.columns;
  if (slot.scales === undefined) {
    writeAll(fd, decode(source, tensor, raw), slot.offset + start * 4);
    return;
  }
  const { block, offset } = slot.scales;
  const exact = tensor.type.name === "Q8_0" && block === BLOCK;
  const values = () => decode(source, tensor, raw);
  const blocks = exact ? repackQ80(view(raw)) : toBlocks(values(), block, `tensor ${tensor.name}`);
  checkFinite(source, tensor, blocks.scales);
  writeAll(fd, blocks.quants, slot.offset + start);
  writeAll(fd, blocks.scales, offset + (start / block) * 4);
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

/** cos and sin of position / ropeBase^(2i / headSize), rows of headSize / 2 values. */
function writeRope(fd: number, slot: Slot & { what: "rope" }, model: Llama): void {
  const half = model.headSize / 2;
  const cos = new Float32Array(slot.rows * half);
  const sin = new Float32Array(slot.rows * half);
  for (let i = 0; i < half; i++) {
    const frequency = model.ropeBase ** (-i / half);
    for (let position = 0; position < slot.rows; position++) {
      cos[position * half + i] = Math.cos(position * frequency);
      sin[position * half + i] = Math.sin(position * frequency);
    }
  }
  writeAll(fd, cos, slot.cos);
  writeAll(fd, sin, slot.sin);
}

function find(source: Gguf, name: string): Tensor {
  const tensor = source.tensors.get(name);
  if (tensor === undefined) throw new WeightsError(`${source.path}: tensor ${name} is missing; fetch the file again`);
  return tensor;
}

function decode(source: Gguf, tensor: Tensor, raw: Uint8Array): Float32Array {
  const values = new Float32Array((raw.length / tensor.type.bytes) * tensor.type.values);
  tensor.type.decode(view(raw), values);
  checkFinite(source, tensor, values);
  return values;
}

/** One such value would make every answer meaningless. */
function checkFinite(source: Gguf, { name }: Tensor, values: Float32Array): void {
  for (const value of values) {
    if (Number.isFinite(value)) continue;
    throw new WeightsError(
      `${source.path}: tensor ${name} holds infinite or undefined values; fetch the file again, or train it anew`,
    );
  }
}

const view = (raw: Uint8Array): DataView => new DataView(raw.buffer, raw.byteOffset, raw.byteLength);

function writeAll(fd: number, values: Uint8Array | Float32Array, position: number): void {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
}
