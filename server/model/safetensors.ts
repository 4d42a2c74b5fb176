// Reads safetensors files, one or several with an index: each header is checked against its file, then rows are read by position.
import { closeSync, fstatSync } from "node:fs";
import { basename, join } from "node:path";
import * as z from "zod";
import { openToRead, readAt, WeightsError } from "./cursor.ts";
import { readJson } from "./folder.ts";
import { typeNamed } from "./quantize.ts";
import type { Source, Tensor } from "./source.ts";

/** Most bytes of a header: a hundred a tensor, and no model has a hundred thousand. */
const MAX_HEADER = 16 << 20;
const MAX_SHARDS = 256;
const INDEX = "model.safetensors.index.json";
const SINGLE = "model.safetensors";

const entrySchema = z.object({
  dtype: z.string().max(16),
  shape: z.array(z.int().nonnegative()).max(8),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/** The open weights of a folder. */
export class Safetensors implements Source {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly interleaved = false;
  /** Paths of the files that the weights are in. */
  readonly files: readonly string[];
  readonly #shards: readonly Shard[];

  private constructor(path: string, shards: readonly Shard[]) {
    this.path = path;
    this.#shards = shards;
    this.files = shards.map((shard) => shard.path);
    this.tensors = new Map(shards.flatMap(({ tensors }) => [...tensors]));
  }

  /** Opens the weights in `folder` and checks their headers. Throws WeightsError, its message led by a path. */
  static open(folder: string): Safetensors {
    const shards: Shard[] = [];
    try {
      for (const path of weightFiles(folder)) {
        const shard = openShard(path);
        shards.push(shard);
        const twice = shards
          .slice(0, -1)
          .flatMap(({ tensors }) => [...tensors.keys()].filter((name) => shard.tensors.has(name)));
        if (twice[0] !== undefined) {
          throw new WeightsError(`${path}: tensor ${twice[0]} is in another file too; fetch the model again`);
        }
      }
      return new Safetensors(folder, shards);
    } catch (error) {
      for (const { fd } of shards) closeSync(fd);
      throw error;
    }
  }

  read(tensor: Tensor, first: number, count: number): Uint8Array {
    const shard = this.#shards.find(({ tensors }) => tensors.get(tensor.name) === tensor);
    if (shard === undefined) throw new RangeError(`${tensor.name} is not one of this model's tensors`);
    const row = tensor.bytes / tensor.rows;
    return readAt(shard.fd, row * count, tensor.offset + row * first);
  }

  close(): void {
    for (const { fd } of this.#shards) closeSync(fd);
  }
}

interface Shard {
  readonly path: string;
  readonly fd: number;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** The files that the index names, else the only one. */
function weightFiles(folder: string): readonly string[] {
  const index = readJson(folder, INDEX, indexSchema);
  if (index === undefined) return [join(folder, SINGLE)];
  const names = [...new Set(Object.values(index.weight_map))].sort();
  // A name and no path: a file is not to reach out of its folder.
  const wrong = names.find((name) => name !== basename(name) || !/^[\w.-]+\.safetensors$/.test(name));
  if (wrong !== undefined || names.length === 0 || names.length > MAX_SHARDS) {
    throw new WeightsError(`${join(folder, INDEX)}: names no usable weights files; fetch the model again`);
  }
  return names.map((name) => join(folder, name));
}

function openShard(path: string): Shard {
  const fd = openToRead(path);
  try {
    return { path, fd, tensors: readHeader(fd) };
  } catch (error) {
    closeSync(fd);
    if (error instanceof WeightsError) throw new WeightsError(`${path}: ${error.message}`);
    throw error;
  }
}

/** A 64-bit length, a JSON object of that many bytes, and the data, to which its offsets are relative. */
function readHeader(fd: number): Map<string, Tensor> {
  const { size } = fstatSync(fd);
  if (size < 8) throw new WeightsError("not a safetensors file; fetch the model again");
  const length = new DataView(readAt(fd, 8, 0).buffer).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER) || length > BigInt(size - 8)) {
    throw new WeightsError(`broken header: said to take ${length} of ${size} bytes; fetch the model again`);
  }
  const start = 8 + Number(length);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(readAt(fd, Number(length), 8)));
  } catch {
    throw new WeightsError("broken header: no valid JSON; fetch the model again");
  }
  if (typeof json !== "object" || json === null) throw new WeightsError("broken header; fetch the model again");
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(json)) {
    if (name === "__metadata__" || name.endsWith(".rotary_emb.inv_freq")) continue;
    const tensor = tensorOf(name, entry, start, size);
    if (tensors.has(tensor.name))
      throw new WeightsError(`broken header: ${tensor.name} appears twice; fetch the model again`);
    tensors.set(tensor.name, tensor);
  }
  return tensors;
}

function tensorOf(name: string, entry: unknown, start: number, size: number): Tensor {
  const what = `tensor ${JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}...` : name)}`;
  const said = entrySchema.safeParse(entry);
  if (!said.success) throw new WeightsError(`broken header: ${what} is not described; fetch the model again`);
  const { dtype, shape, data_offsets } = said.data;
  const type = typeNamed(dtype);
  if (type === undefined || type.values !== 1) {
    throw new WeightsError(`${what} has number format ${JSON.stringify(dtype)}; choose a model in F32, F16 or BF16`);
  }
  const columns = shape.at(-1) ?? 0;
  const rows = shape.slice(0, -1).reduce((product, each) => product * each, 1);
  const [from, end] = data_offsets;
  const bytes = rows * columns * type.bytes;
  if (!(bytes > 0) || end - from !== bytes || !Number.isSafeInteger(end)) {
    throw new WeightsError(`broken header: ${what} is said to be ${shape.join(" x ")} ${dtype}; fetch the model again`);
  }
  if (start + end > size) {
    throw new WeightsError(`cut short: expected ${start + end} bytes, found ${size}; fetch the model again`);
  }
  return { name: ggufName(name), type, rows, columns, offset: start + from, bytes };
}

const LAYER: Readonly<Record<string, string>> = {
  input_layernorm: "attn_norm",
  post_attention_layernorm: "ffn_norm",
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
};
const OTHERS: Readonly<Record<string, string>> = {
  "model.embed_tokens.weight": "token_embd.weight",
  "model.norm.weight": "output_norm.weight",
  "lm_head.weight": "output.weight",
};

/** GGUF's name of a tensor; a name that is no part of such a model stays as it is, and is refused later. */
function ggufName(name: string): string {
  if (Object.hasOwn(OTHERS, name)) return OTHERS[name]!;
  const [, layer, part, kind] = /^model\.layers\.(\d{1,3})\.([a-z_.]+)\.(weight|bias)$/.exec(name) ?? [];
  if (part === undefined || !Object.hasOwn(LAYER, part)) return name;
  return `blk.${Number(layer)}.${LAYER[part]}.${kind}`;
}
