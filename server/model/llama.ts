// Which GGUF files are llama models that the graphs can express: sizes from the metadata, and the tensors they imply.
import { WeightsError } from "./cursor.ts";
import type { Gguf, Value } from "./gguf.ts";
import { BLOCK } from "./quantize.ts";

/** The sizes of a llama model. Counts; `epsilon` and `ropeBase` as in the formulas. */
export interface Llama {
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly feedForward: number;
  readonly vocabulary: number;
  readonly context: number;
  readonly layers: number;
  readonly epsilon: number;
  readonly ropeBase: number;
}

/** A weight matrix's [rows, columns]; a vector has one row. */
export type Shape2 = readonly [rows: number, columns: number];

const LIMITS = { layers: 512, hidden: 1 << 15, feedForward: 1 << 17, vocabulary: 1 << 20, context: 1 << 24 };

/** Reads and checks the sizes of a whole model. Throws WeightsError for any other architecture or an impossible size. */
export function readLlama(gguf: Gguf): Llama {
  const { metadata } = gguf;
  const architecture = metadata.get("general.architecture");
  if (architecture !== "llama") {
    throw new WeightsError(
      `${gguf.path}: another architecture, ${JSON.stringify(architecture ?? null)}; only "llama" models can be compiled`,
    );
  }
  const number = (key: string, fallback?: number): number => {
    const value: Value | undefined = metadata.get(`llama.${key}`) ?? fallback;
    if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
    throw new WeightsError(`${gguf.path}: llama.${key} is ${JSON.stringify(value ?? null)}; fetch the file again`);
  };
  const count = (key: string, limit: number, fallback?: number): number => {
    const value = number(key, fallback);
    if (Number.isInteger(value) && value <= limit) return value;
    throw new WeightsError(`${gguf.path}: llama.${key} is ${value}, the limit is ${limit}; fetch the file again`);
  };
  const hidden = count("embedding_length", LIMITS.hidden);
  const heads = count("attention.head_count", hidden);
  const headSize = count("attention.key_length", hidden, hidden / heads);
  const model: Llama = {
    hidden,
    heads,
    headSize,
    kvHeads: count("attention.head_count_kv", heads, heads),
    feedForward: count("feed_forward_length", LIMITS.feedForward),
    vocabulary: gguf.tensors.get("token_embd.weight")?.rows ?? 0,
    context: count("context_length", LIMITS.context),
    layers: count("block_count", LIMITS.layers),
    epsilon: number("attention.layer_norm_rms_epsilon"),
    ropeBase: number("rope.freq_base", 10000),
  };
  const refused = refusal(model, metadata);
  if (refused !== undefined) throw new WeightsError(`${gguf.path}: ${refused}`);
  return model;
}

function refusal(model: Llama, metadata: ReadonlyMap<string, Value>): string | undefined {
  const { hidden, heads, kvHeads, headSize, feedForward, vocabulary } = model;
  if (vocabulary > LIMITS.vocabulary) return `a vocabulary of ${vocabulary}; the limit is ${LIMITS.vocabulary}`;
  if (heads % kvHeads !== 0) return `${heads} query heads cannot share ${kvHeads} key heads; fetch the file again`;
  if (headSize % 16 !== 0 || hidden % BLOCK !== 0 || feedForward % BLOCK !== 0 || (heads * headSize) % BLOCK !== 0) {
    return `sizes ${hidden}, ${feedForward} or ${headSize} are no multiples of ${BLOCK}, ${BLOCK} and 16; choose another model`;
  }
  if ((metadata.get("llama.rope.dimension_count") ?? headSize) !== headSize) {
    return "rotary embedding of a part of each head is not supported; choose another model";
  }
  const scaling = metadata.get("llama.rope.scaling.type") ?? "none";
  if (scaling !== "none") return `rotary scaling ${JSON.stringify(scaling)} is not supported; choose another model`;
  return undefined;
}

/** The tensors of layer `layer` and their shapes. */
export function layerTensors(model: Llama, layer: number): Map<string, Shape2> {
  const { hidden, feedForward } = model;
  const queries = model.heads * model.headSize;
  const keys = model.kvHeads * model.headSize;
  const shapes: [string, Shape2][] = [
    ["attn_norm", [1, hidden]],
    ["attn_q", [queries, hidden]],
    ["attn_k", [keys, hidden]],
    ["attn_v", [keys, hidden]],
    ["attn_output", [hidden, queries]],
    ["ffn_norm", [1, hidden]],
    ["ffn_gate", [feedForward, hidden]],
    ["ffn_up", [feedForward, hidden]],
    ["ffn_down", [hidden, feedForward]],
  ];
  return new Map(shapes.map(([name, shape]) => [`blk.${layer}.${name}.weight`, shape]));
}

/** All tensors of a whole model with a tied head. */
export function modelTensors(model: Llama): Map<string, Shape2> {
  const all = new Map<string, Shape2>([["token_embd.weight", [model.vocabulary, model.hidden]]]);
  for (let layer = 0; layer < model.layers; layer++) {
    for (const [name, shape] of layerTensors(model, layer)) all.set(name, shape);
  }
  return all.set("output_norm.weight", [1, model.hidden]);
}

/** Refuses a file that lacks one of `expected`, has it in another shape, or holds anything else. Throws WeightsError. */
export function checkTensors(gguf: Gguf, expected: ReadonlyMap<string, Shape2>): void {
  if (gguf.tensors.has("output.weight")) {
    throw new WeightsError(
      `${gguf.path}: its output head is not tied to the embedding, which is not supported; choose another model`,
    );
  }
  for (const [name, [rows, columns]] of expected) {
    const tensor = gguf.tensors.get(name);
    if (tensor === undefined) throw new WeightsError(`${gguf.path}: tensor ${name} is missing; fetch the file again`);
    if (tensor.rows !== rows || tensor.columns !== columns) {
      throw new WeightsError(
        `${gguf.path}: tensor ${name} is ${tensor.rows} x ${tensor.columns} where ${rows} x ${columns} is due; fetch the file again`,
      );
    }
  }
  for (const name of gguf.tensors.keys()) {
    if (!expected.has(name)) {
      throw new WeightsError(
        `${gguf.path}: tensor ${JSON.stringify(name)} belongs to no plain llama model; choose another model`,
      );
    }
  }
}
