// A random model of the shape of Qwen2.5-Coder 1.5B as a safetensors folder, made row by row: it says nothing, at a real speed.
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

const shape = {
  hidden_size: 1536,
  intermediate_size: 8960,
  num_hidden_layers: 28,
  num_attention_heads: 12,
  num_key_value_heads: 2,
  vocab_size: 151_936,
};
const headSize = 128;
const reference = join(import.meta.dirname, "..", "..", "engine", "reference", "own", "qwen2-shards");

/** Layers of the whole model. */
export const allLayers = shape.num_hidden_layers;

/** Writes the model into `folder`, which is made, with fewer `layers` for a trial. Always the same weights. @returns its parameters. */
export function writeRandom(folder: string, layers: number): number {
  mkdirSync(folder, { recursive: true });
  const config = JSON.parse(readFileSync(join(reference, "config.json"), "utf8"));
  const sizes = {
    ...shape,
    num_hidden_layers: layers,
    max_position_embeddings: 32_768,
    tie_word_embeddings: true,
    eos_token_id: 480,
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify({ ...config, ...sizes, layer_types: null }));
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer()));
  const names = tensors(layers);
  let offset = 0;
  const entries = names.map(([name, dimensions]): [string, object] => {
    const end = offset + 2 * dimensions.reduce((product, each) => product * each, 1);
    const entry = { dtype: "BF16", shape: dimensions, data_offsets: [offset, end] };
    offset = end;
    return [name, entry];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const file = openSync(join(folder, "model.safetensors"), "w");
  writeSync(file, Buffer.concat([Buffer.from(BigUint64Array.of(BigInt(header.length)).buffer), header]));
  const random = randomBits();
  for (const [name, dimensions] of names) {
    let left = dimensions.reduce((product, each) => product * each, 1);
    while (left > 0) {
      const values = new Uint16Array(Math.min(left, 1 << 22));
      if (/norm\.weight$/.test(name)) values.fill(0x3f80);
      else for (let i = 0; i < values.length; i++) values[i] = weight(random());
      writeSync(file, new Uint8Array(values.buffer));
      left -= values.length;
    }
  }
  closeSync(file);
  return offset / 2;
}

/** A bfloat16 between 2^-8 and 2^-4 in magnitude, about as large as trained weights are. */
function weight(bits: number): number {
  return ((bits & 0x100) << 7) | ((119 + ((bits >>> 9) & 3)) << 7) | (bits & 0x7f);
}

/** xorshift32 from a fixed seed. */
function randomBits(): () => number {
  let state = 20_261_125;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function tensors(layers: number): [string, number[]][] {
  const { hidden_size: hidden, intermediate_size: forward, num_attention_heads: heads, vocab_size } = shape;
  const keys = shape.num_key_value_heads * headSize;
  const all: [string, number[]][] = [["model.embed_tokens.weight", [vocab_size, hidden]]];
  for (let layer = 0; layer < layers; layer++) {
    const add = (part: string, dimensions: number[]) => all.push([`model.layers.${layer}.${part}`, dimensions]);
    add("input_layernorm.weight", [hidden]);
    add("post_attention_layernorm.weight", [hidden]);
    for (const [part, rows] of [["q", heads * headSize] as const, ["k", keys] as const, ["v", keys] as const]) {
      add(`self_attn.${part}_proj.weight`, [rows, hidden]);
      add(`self_attn.${part}_proj.bias`, [rows]);
    }
    add("self_attn.o_proj.weight", [hidden, heads * headSize]);
    add("mlp.gate_proj.weight", [forward, hidden]);
    add("mlp.up_proj.weight", [forward, hidden]);
    add("mlp.down_proj.weight", [hidden, forward]);
  }
  all.push(["model.norm.weight", [hidden]]);
  return all;
}

/** A small tokenizer of qwen2's kind, filled up with tokens that no text becomes: every row of the table can be written. */
function tokenizer(): object {
  const file = JSON.parse(readFileSync(join(reference, "tokenizer.json"), "utf8"));
  const taken = Object.keys(file.model.vocab).length + file.added_tokens.length;
  for (let id = taken; id < shape.vocab_size; id++) file.model.vocab[`~${id.toString(36)}`] = id;
  return file;
}
