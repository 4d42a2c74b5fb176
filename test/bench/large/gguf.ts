// The same model as a GGUF in Q8_0 or Q4_0, for the peer: tensor by tensor, so that it needs little memory.
import { closeSync, openSync, writeSync } from "node:fs";
import { openOwn } from "../../../server/model/own.ts";
import { halfBits } from "../q8.ts";

interface Format {
  /** GGUF's id, and its name for the whole file. */
  readonly id: number;
  readonly file: number;
  readonly bytes: number;
  write(values: Float32Array, start: number, out: Buffer, at: number): void;
}

export const formats: Readonly<Record<"Q8_0" | "Q4_0", Format>> = {
  Q8_0: {
    ...{ id: 8, file: 7, bytes: 34 },
    write(values, start, out, at) {
      const scale = largest(values, start) / 127;
      out.writeUInt16LE(halfBits(Math.abs(scale)), at);
      const inverse = scale === 0 ? 0 : 1 / Math.abs(scale);
      for (let i = 0; i < 32; i++) out.writeInt8(Math.round(values[start + i]! * inverse), at + 2 + i);
    },
  },
  Q4_0: {
    ...{ id: 2, file: 2, bytes: 18 },
    write(values, start, out, at) {
      const scale = Math.abs(largest(values, start)) / 7;
      out.writeUInt16LE(halfBits(scale), at);
      const inverse = scale === 0 ? 0 : 1 / scale;
      const nibble = (i: number) => Math.min(15, Math.max(0, Math.round(values[start + i]! * inverse) + 8));
      for (let i = 0; i < 16; i++) out[at + 2 + i] = nibble(i) | (nibble(i + 16) << 4);
    },
  },
};

/** The value of the largest magnitude in a block of 32. */
function largest(values: Float32Array, start: number): number {
  let found = 0;
  for (let i = start; i < start + 32; i++) if (Math.abs(values[i]!) > Math.abs(found)) found = values[i]!;
  return found;
}

/** Writes the safetensors model in `folder` as a GGUF. */
export function writeGguf(folder: string, to: string, format: Format): void {
  const { source, model, tokenizer } = openOwn(folder);
  const { special, vocabulary, merges } = tokenizer;
  const control = new Set(special);
  const u = (value: number): Entry => [4, u32(value)];
  const f = (value: number): Entry => [6, Buffer.from(Float32Array.of(value).buffer)];
  const metadata: [string, Entry][] = [
    ["general.architecture", [8, string("qwen2")]],
    ["general.file_type", u(format.file)],
    ["qwen2.block_count", u(model.layers)],
    ["qwen2.context_length", u(model.context)],
    ["qwen2.embedding_length", u(model.hidden)],
    ["qwen2.feed_forward_length", u(model.feedForward)],
    ["qwen2.attention.head_count", u(model.heads)],
    ["qwen2.attention.head_count_kv", u(model.kvHeads)],
    ["qwen2.attention.layer_norm_rms_epsilon", f(model.epsilon)],
    ["qwen2.rope.freq_base", f(model.ropeBase)],
    ["tokenizer.ggml.model", [8, string("gpt2")]],
    ["tokenizer.ggml.pre", [8, string("qwen2")]],
    ["tokenizer.ggml.tokens", [9, array(8, vocabulary.map(string))]],
    [
      "tokenizer.ggml.token_type",
      [
        9,
        array(
          5,
          vocabulary.map((token) => u32(control.has(token) ? 3 : 1)),
        ),
      ],
    ],
    ["tokenizer.ggml.merges", [9, array(8, merges.map(string))]],
    ["tokenizer.ggml.eos_token_id", u(tokenizer.eos)],
    ["tokenizer.ggml.add_bos_token", [7, Buffer.of(0)]],
  ];
  const tensors = [...source.tensors.values()];
  const plain = (rows: number) => rows === 1;
  let offset = 0;
  const table = tensors.map(({ name, rows, columns }) => {
    const shape = plain(rows) ? [u64(columns)] : [u64(columns), u64(rows)];
    const id = plain(rows) ? 0 : format.id;
    const entry = Buffer.concat([string(name), u32(shape.length), ...shape, u32(id), u64(offset)]);
    offset = aligned(offset + (plain(rows) ? 4 * columns : (rows * columns * format.bytes) / 32));
    return entry;
  });
  const entries = metadata.map(([key, [type, value]]) => Buffer.concat([string(key), u32(type), value]));
  const counts = [u64(tensors.length), u64(metadata.length)];
  const header = Buffer.concat([Buffer.from("GGUF"), u32(3), ...counts, ...entries, ...table]);
  const file = openSync(to, "w");
  writeSync(file, padded(header));
  for (const tensor of tensors) {
    const step = Math.max(1, Math.floor((1 << 22) / tensor.columns));
    let written = 0;
    for (let first = 0; first < tensor.rows; first += step) {
      const count = Math.min(step, tensor.rows - first);
      const raw = source.read(tensor, first, count);
      const values = new Float32Array(count * tensor.columns);
      tensor.type.decode(new DataView(raw.buffer, raw.byteOffset, raw.byteLength), values);
      const bytes = plain(tensor.rows) ? Buffer.from(values.buffer) : blocks(values, format);
      written += writeSync(file, bytes);
    }
    writeSync(file, Buffer.alloc(aligned(written) - written));
  }
  closeSync(file);
  source.close();
}

function blocks(values: Float32Array, format: Format): Buffer {
  const out = Buffer.alloc((values.length / 32) * format.bytes);
  for (let start = 0, at = 0; start < values.length; start += 32, at += format.bytes)
    format.write(values, start, out, at);
  return out;
}

type Entry = readonly [type: number, value: Buffer];

const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
const string = (text: string) => Buffer.concat([u64(Buffer.byteLength(text)), Buffer.from(text)]);
const array = (type: number, values: readonly Buffer[]) => Buffer.concat([u32(type), u64(values.length), ...values]);
const aligned = (length: number) => Math.ceil(length / 32) * 32;
const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]);
