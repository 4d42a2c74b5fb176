// Writes a LoRA adapter for llama.cpp: random, small, rank 16 on all linear layers.
import { writeFileSync } from "node:fs";
import { uniforms } from "../../../server/engine/sample.ts";
import { Gguf } from "../../../server/model/gguf.ts";

const alignment = 32;
const products = /^blk\.\d+\.(attn_q|attn_k|attn_v|attn_output|ffn_gate|ffn_up|ffn_down)\.weight$/;

/** @param model the GGUF that the adapter is for. */
export function writeAdapter(model: string, to: string, rank: number, seed: number): void {
  const source = Gguf.open(model);
  const uniform = uniforms(seed);
  const tensors = [...source.tensors.values()]
    .filter(({ name }) => products.test(name))
    .flatMap(({ name, rows, columns }) => [
      { name: `${name}.lora_a`, dims: [columns, rank] },
      { name: `${name}.lora_b`, dims: [rank, rows] },
    ]);
  source.close();
  const metadata = [
    pair("general.type", "adapter"),
    pair("general.architecture", "llama"),
    pair("adapter.type", "lora"),
    Buffer.concat([string("adapter.lora.alpha"), u32(6), f32(rank)]),
  ];
  let offset = 0;
  const infos = tensors.map(({ name, dims }) => {
    const info = Buffer.concat([string(name), u32(2), ...dims.map(u64), u32(0), u64(offset)]);
    offset = aligned(offset + 4 * dims[0]! * dims[1]!);
    return info;
  });
  const magic = Buffer.from("GGUF");
  const header = Buffer.concat([magic, u32(3), u64(tensors.length), u64(metadata.length), ...metadata, ...infos]);
  const data = tensors.map(({ dims }) => {
    const values = Float32Array.from({ length: dims[0]! * dims[1]! }, () => (uniform() - 0.5) * 0.01);
    return padded(Buffer.from(values.buffer));
  });
  writeFileSync(to, Buffer.concat([padded(header), ...data]));
}

const aligned = (bytes: number) => Math.ceil(bytes / alignment) * alignment;
const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]);
const pair = (key: string, value: string) => Buffer.concat([string(key), u32(8), string(value)]);
const string = (text: string) => Buffer.concat([u64(Buffer.byteLength(text)), Buffer.from(text)]);

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
