// Writes a GGUF again with its weights in Q8_0 or Q4_0, so that the peer can be measured at 8 bits as we are, and at its fastest.
import { closeSync, mkdirSync, openSync, readSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { Gguf } from "../../server/model/gguf.ts";
import type { Tensor } from "../../server/model/source.ts";

const alignment = 32;
const q8 = { id: 8, values: 32, bytes: 34 };
const q4 = { id: 2, values: 32, bytes: 18 };
const float32 = { id: 0, values: 1, bytes: 4 };

/**
 * Copies `from` to `to`; every tensor but the vectors (norms) becomes Q8_0, or with 4 bits Q4_0 where it is in a layer. Metadata
 * are copied as they are.
 */
export function writeBits(from: string, to: string, bits: 4 | 8): void {
  const source = Gguf.open(from);
  const tensors = [...source.tensors.values()];
  const plan = tensors.map((tensor) => ({ tensor, format: formatOf(tensor, bits) }));
  mkdirSync(dirname(to), { recursive: true });
  const unfinished = `${to}.part`;
  const out = openSync(unfinished, "w");
  let offset = 0;
  const infos = plan.map(({ tensor, format }) => {
    const info = tensorInfo(tensor, format.id, offset);
    offset = aligned(offset + ((tensor.rows * tensor.columns) / format.values) * format.bytes);
    return info;
  });
  const header = Buffer.concat([headerAndMetadata(from, [...source.metadata.keys()].length), ...infos]);
  writeSync(out, Buffer.concat([header, Buffer.alloc(aligned(header.length) - header.length)]));
  for (const { tensor, format } of plan) {
    const raw = source.read(tensor, 0, tensor.rows);
    const values = new Float32Array(tensor.rows * tensor.columns);
    tensor.type.decode(new DataView(raw.buffer, raw.byteOffset, raw.byteLength), values);
    const bytes = format === q8 ? quantized(values) : format === q4 ? quantized4(values) : Buffer.from(values.buffer);
    writeSync(out, Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]));
  }
  closeSync(out);
  source.close();
  renameSync(unfinished, to);
}

function formatOf({ name, rows }: Tensor, bits: 4 | 8) {
  if (rows === 1) return float32;
  return bits === 4 && name.startsWith("blk.") ? q4 : q8;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

function tensorInfo({ name, rows, columns }: Tensor, type: number, offset: number): Buffer {
  const dimensions = rows === 1 ? [columns] : [columns, rows];
  const info = Buffer.alloc(8 + Buffer.byteLength(name) + 4 + 8 * dimensions.length + 4 + 8);
  let at = info.writeBigUInt64LE(BigInt(Buffer.byteLength(name)));
  at += info.write(name, at);
  at = info.writeUInt32LE(dimensions.length, at);
  for (const dimension of dimensions) at = info.writeBigUInt64LE(BigInt(dimension), at);
  info.writeBigUInt64LE(BigInt(offset), info.writeUInt32LE(type, at));
  return info;
}

/** Sizes of GGUF's scalar types by id; 8 is a string and 9 an array. */
const sizes = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];

/** The file's bytes up to its tensor table: magic, version, counts, `entries` metadata entries. */
function headerAndMetadata(path: string, entries: number): Buffer {
  const file = openSync(path, "r");
  const bytes = Buffer.alloc(16 << 20);
  readSync(file, bytes, 0, bytes.length, 0);
  closeSync(file);
  let at = 24;
  const string = () => {
    at += 8 + Number(bytes.readBigUInt64LE(at));
  };
  const value = (type: number) => {
    if (type === 8) string();
    else if (type === 9) {
      const element = bytes.readUInt32LE(at);
      const count = Number(bytes.readBigUInt64LE(at + 4));
      at += 12;
      for (let i = 0; i < count; i++) value(element);
    } else at += sizes[type]!;
  };
  for (let i = 0; i < entries; i++) {
    string();
    const type = bytes.readUInt32LE(at);
    at += 4;
    value(type);
  }
  return bytes.subarray(0, at);
}

/** Q8_0 blocks: a half-precision scale, then 32 signed bytes. */
function quantized(values: Float32Array): Buffer {
  const out = Buffer.alloc((values.length / q8.values) * q8.bytes);
  for (let block = 0, at = 0; block < values.length; block += q8.values, at += q8.bytes) {
    let largest = 0;
    for (let i = block; i < block + q8.values; i++) largest = Math.max(largest, Math.abs(values[i]!));
    const scale = largest / 127;
    out.writeUInt16LE(halfBits(scale), at);
    for (let i = 0; i < q8.values; i++) {
      out.writeInt8(scale === 0 ? 0 : Math.round(values[block + i]! / scale), at + 2 + i);
    }
  }
  return out;
}

/** Q4_0 blocks: a half-precision scale, then 16 bytes: value i in the low and value i + 16 in the high half of byte i. */
function quantized4(values: Float32Array): Buffer {
  const out = Buffer.alloc((values.length / q4.values) * q4.bytes);
  for (let block = 0, at = 0; block < values.length; block += q4.values, at += q4.bytes) {
    let extreme = 0;
    for (let i = block; i < block + q4.values; i++) if (Math.abs(values[i]!) > Math.abs(extreme)) extreme = values[i]!;
    // The value of the largest size becomes -8, whichever its sign.
    const scale = extreme / -8;
    out.writeUInt16LE(scale < 0 ? halfBits(-scale) | 0x8000 : halfBits(scale), at);
    const quant = (i: number) =>
      scale === 0 ? 8 : Math.max(0, Math.min(15, Math.round(values[block + i]! / scale) + 8));
    for (let i = 0; i < 16; i++) out[at + 2 + i] = quant(i) | (quant(i + 16) << 4);
  }
  return out;
}

/** The half-precision float nearest to a value from 0 up to 65504. */
export function halfBits(value: number): number {
  if (value < 2 ** -14) return Math.round(value * 2 ** 24);
  const exponent = Math.floor(Math.log2(value));
  // A fraction that rounds up to 1024 carries into the exponent by itself.
  return ((exponent + 15) << 10) + Math.round((value / 2 ** exponent - 1) * 1024);
}
