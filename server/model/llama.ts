// The models that the graphs can express, the llama and qwen2 families: their sizes, and the tensors that these imply.
import { WeightsError } from "./cursor.ts";
import type { Gguf, Value } from "./gguf.ts";
import { BLOCK } from "./quantize.ts";
import { ropeFactors } from "./rope.ts";
import type { Source } from "./source.ts";

export const families = ["llama", "qwen2"] as const;
export type Family = (typeof families)[number];

/** The sizes of a model. Counts; `epsilon` and `ropeBase` as in the formulas. */
export interface Llama {
  readonly family: Family;
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
  /** What the headSize / 2 rotary frequencies are divided by; none: by nothing. */
  readonly ropeFactors: readonly number[];
  /** Whether queries, keys and values have biases. */
  readonly bias: boolean;
  /** Whether the output projection is the embedding table. */
  readonly tied: boolean;
}

/** A weight matrix's [rows, columns]; a vector has one row. */
export type Shape2 = readonly [rows: number, columns: number];

const LIMITS = { layers: 512, hidden: 1 << 15, feedForward: 1 << 17, vocabulary: 1 << 20, context: 1 << 24 };

/** Reads and checks the sizes of a whole model. Throws WeightsError for any other architecture or an impossible size. */
export function readLlama(gguf: Gguf): Llama {
  const { metadata } = gguf;
  const architecture = metadata.get("general.architecture");
  const family = families.find((known) => known === architecture);
  if (family === undefined) {
    const named = JSON.stringify(architecture ?? null);
    throw new WeightsError(`${gguf.path}: another architecture, ${named}; choose a model of ${families.join(" or ")}`);
  }
  const number = (key: string, fallback?: number): number => {
    const value: Value | undefined = metadata.get(`${family}.${key}`) ?? fallback;
    if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
    throw new WeightsError(`${gguf.path}: ${family}.${key} is ${JSON.stringify(value ?? null)}; fetch the file again`);
  };
  const hidden = number("embedding_length");
  const heads = number("attention.head_count");
  const headSize = number("attention.key_length", hidden / heads);
  const ropeBase = number("rope.freq_base", 10000);
  const model: Llama = {
    family,
    hidden,
    heads,
    headSize,
    kvHeads: number("attention.head_count_kv", heads),
    feedForward: number("feed_forward_length"),
    vocabulary: gguf.tensors.get("token_embd.weight")?.rows ?? 0,
    context: number("context_length"),
    layers: number("block_count"),
    epsilon: number("attention.layer_norm_rms_epsilon"),
    ropeBase,
    ropeFactors: [],
    bias: family === "qwen2",
    tied: !gguf.tensors.has("output.weight"),
  };
  checkSizes(gguf.path, model);
  const refused = refusal(model, (key) => metadata.get(`${family}.${key}`));
  if (refused !== undefined) throw new WeightsError(`${gguf.path}: ${refused}`);
  return { ...model, ropeFactors: factorsOf(gguf, model) };
}

/** Throws WeightsError for sizes that no model has or that the graphs cannot express. */
export function checkSizes(path: string, model: Llama): void {
  const { hidden, heads, kvHeads, headSize, feedForward, vocabulary } = model;
  const limits = { ...LIMITS, heads: hidden, headSize: hidden, kvHeads: heads };
  for (const [name, limit] of Object.entries(limits) as [keyof typeof limits, number][]) {
    const size = model[name];
    if (Number.isInteger(size) && size > 0 && size <= limit) continue;
    throw new WeightsError(`${path}: ${WORDS[name]} ${size} where 1 to ${limit} can be; fetch the file again`);
  }
  if (heads % kvHeads !== 0) {
    throw new WeightsError(`${path}: ${heads} query heads cannot share ${kvHeads} key heads; fetch the file again`);
  }
  if (headSize % 16 !== 0 || hidden % BLOCK !== 0 || feedForward % BLOCK !== 0 || (heads * headSize) % BLOCK !== 0) {
    throw new WeightsError(
      `${path}: sizes ${hidden}, ${feedForward} or ${headSize} are no multiples of ${BLOCK}, ${BLOCK} and 16; choose another model`,
    );
  }
  if (vocabulary < 1) throw new WeightsError(`${path}: has no embedding table; fetch the file again`);
}

const WORDS: Readonly<Record<keyof typeof LIMITS | "heads" | "headSize" | "kvHeads", string>> = {
  layers: "layers:",
  hidden: "a hidden size of",
  feedForward: "a feed-forward size of",
  vocabulary: "a vocabulary of",
  context: "a context of",
  heads: "query heads:",
  headSize: "a head size of",
  kvHeads: "key heads:",
};

function refusal(model: Llama, said: (key: string) => Value | undefined): string | undefined {
  if ((said("rope.dimension_count") ?? model.headSize) !== model.headSize) {
    return "rotary embedding of a part of each head is not supported; choose another model";
  }
  const scaling = said("rope.scaling.type") ?? "none";
  if (scaling !== "none" && scaling !== "linear") {
    return `rotary scaling ${JSON.stringify(scaling)} is not supported; choose another model`;
  }
  if (Number(said("attention.sliding_window") ?? 0) > 0) {
    return "attention to a sliding window of the text is not supported; choose another model";
  }
  if (Number(said("expert_count") ?? 0) > 0) return "a mixture of experts is not supported; choose another model";
  return undefined;
}

/** Llama 3.1 and later bring their divisors as a tensor; linear scaling is one number. */
function factorsOf(gguf: Gguf, { family, ropeBase, headSize }: Llama): readonly number[] {
  const half = headSize / 2;
  const tensor = gguf.tensors.get(ROPE_FACTORS);
  if (tensor !== undefined) {
    checkTensors(gguf, new Map([[ROPE_FACTORS, [1, half]]]), true);
    const raw = gguf.read(tensor, 0, 1);
    const factors = new Float32Array(half);
    tensor.type.decode(new DataView(raw.buffer, raw.byteOffset, raw.byteLength), factors);
    if (factors.every((factor) => factor >= 1 / 1024 && factor <= 1024)) return [...factors];
    throw new WeightsError(`${gguf.path}: tensor ${ROPE_FACTORS} holds impossible values; fetch the file again`);
  }
  if ((gguf.metadata.get(`${family}.rope.scaling.type`) ?? "none") !== "linear") return [];
  const factor = gguf.metadata.get(`${family}.rope.scaling.factor`);
  if (typeof factor === "number" && factor >= 1 && factor <= 1024) {
    return ropeFactors({ kind: "linear", factor }, ropeBase, half);
  }
  throw new WeightsError(`${gguf.path}: ${family}.rope.scaling.factor is ${factor}; fetch the file again`);
}

const ROPE_FACTORS = "rope_freqs.weight";

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
  const all = new Map(shapes.map(([name, shape]) => [`blk.${layer}.${name}.weight`, shape]));
  if (model.bias) {
    for (const [name, size] of [["attn_q", queries] as const, ["attn_k", keys] as const, ["attn_v", keys] as const]) {
      all.set(`blk.${layer}.${name}.bias`, [1, size]);
    }
  }
  return all;
}

/** All tensors of a whole model. */
export function modelTensors(model: Llama): Map<string, Shape2> {
  const all = new Map<string, Shape2>([["token_embd.weight", [model.vocabulary, model.hidden]]]);
  for (let layer = 0; layer < model.layers; layer++) {
    for (const [name, shape] of layerTensors(model, layer)) all.set(name, shape);
  }
  if (!model.tied) all.set("output.weight", [model.vocabulary, model.hidden]);
  return all.set("output_norm.weight", [1, model.hidden]);
}

/**
 * Refuses a file that lacks one of `expected`, has it in another shape, or, unless `more` may be there, holds anything else.
 * Throws WeightsError.
 */
export function checkTensors(source: Source, expected: ReadonlyMap<string, Shape2>, more = false): void {
  for (const [name, [rows, columns]] of expected) {
    const tensor = source.tensors.get(name);
    if (tensor === undefined) throw new WeightsError(`${source.path}: tensor ${name} is missing; fetch the file again`);
    if (tensor.rows !== rows || tensor.columns !== columns) {
      throw new WeightsError(
        `${source.path}: tensor ${name} is ${tensor.rows} x ${tensor.columns} where ${rows} x ${columns} is due; fetch the file again`,
      );
    }
  }
  for (const name of source.tensors.keys()) {
    if (more || expected.has(name) || name === ROPE_FACTORS) continue;
    throw new WeightsError(
      `${source.path}: tensor ${JSON.stringify(name)} belongs to no plain llama or qwen2 model; choose another model`,
    );
  }
}
