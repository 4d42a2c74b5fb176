// Large models for tests: real headers, weights that are one hole in the file and take no room on the disk.
import { closeSync, cpSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

const reference = join(import.meta.dirname, "engine", "reference", "own", "llama-three");

export interface Sizes {
  readonly layers: number;
  readonly hidden: number;
  readonly forward: number;
  readonly heads: number;
  readonly vocabulary: number;
}

/**
 * Writes a llama model in bfloat16 into `folder`, which may be there: all weights are 0.
 * @returns the bytes that its weights take.
 */
export function writeSparse(folder: string, { layers, hidden, forward, heads, vocabulary }: Sizes): number {
  cpSync(reference, folder, { recursive: true });
  const file = join(folder, "config.json");
  const sizes = {
    ...{ hidden_size: hidden, intermediate_size: forward, num_hidden_layers: layers, num_attention_heads: heads },
    ...{ num_key_value_heads: heads, head_dim: hidden / heads, tie_word_embeddings: true, vocab_size: vocabulary },
  };
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...sizes }));
  const shapes: [string, number[]][] = [["model.embed_tokens.weight", [vocabulary, hidden]]];
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string) => `model.layers.${layer}.${part}.weight`;
    shapes.push([name("input_layernorm"), [hidden]], [name("post_attention_layernorm"), [hidden]]);
    for (const part of ["q", "k", "v", "o"]) shapes.push([name(`self_attn.${part}_proj`), [hidden, hidden]]);
    shapes.push([name("mlp.gate_proj"), [forward, hidden]], [name("mlp.up_proj"), [forward, hidden]]);
    shapes.push([name("mlp.down_proj"), [hidden, forward]]);
  }
  shapes.push(["model.norm.weight", [hidden]]);
  return writeHole(join(folder, "model.safetensors"), shapes);
}

function writeHole(path: string, shapes: readonly [string, number[]][]): number {
  let offset = 0;
  const entries = shapes.map(([name, shape]) => {
    const end = offset + 2 * shape.reduce((product, each) => product * each, 1);
    const entry = [name, { dtype: "BF16", shape, data_offsets: [offset, end] }];
    offset = end;
    return entry;
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const file = openSync(path, "w");
  writeSync(file, Buffer.concat([Buffer.from(BigUint64Array.of(BigInt(header.length)).buffer), header]));
  truncateSync(path, 8 + header.length + offset);
  closeSync(file);
  return offset;
}
