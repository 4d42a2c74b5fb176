// The three graphs of a cut llama model - backbone, expert, head - and which tensor goes where in their weights files.
import { attention, attentionRange } from "./attention.ts";
import type { Llama } from "./llama.ts";
import { OnnxBuilder } from "./onnx.ts";
import { BLOCK, WIDE_BLOCK } from "./quantize.ts";

/** Of the layers' matrices; with 4 bits the head and the embedding keep 8, which cost least where they help most. */
export type Precision = "q8" | "q4" | "f32";

/** What must be written at a place of weights.bin; offsets in bytes. */
export type Slot =
  /** float32; they follow each other. */
  | { readonly what: "vector"; readonly tensors: readonly string[]; readonly offset: number }
  | { readonly what: "rope"; readonly cos: number; readonly sin: number; readonly rows: number }
  | {
      readonly what: "matrix";
      /** Their rows follow each other. */
      readonly tensors: readonly string[];
      /** Quants when `scales` is given, else float32 values. */
      readonly offset: number;
      /** `zeros`: where the zero points of 4-bit quants go; absent: the quants have 8 bits. */
      readonly scales?: { readonly offset: number; readonly block: number; readonly zeros?: number };
    };

export interface Graph {
  readonly model: Uint8Array;
  readonly slots: readonly Slot[];
  /** Size of weights.bin. */
  readonly bytes: number;
  readonly parameters: number;
}

/** Positions that the rotary tables cover; a longer context than this is never used. */
export const MAX_CONTEXT = 8192;
export const WEIGHTS_FILE = "weights.bin";

const EMBEDDING = "token_embd.weight";
const OUTPUT = "output.weight";

/**
 * Layers [first, end) of the model. Inputs: `hidden` float32 [1, n, hidden] (embedding rows for layer 0, else the residual stream
 * before `first`), and for each layer `past_key_i` and `past_value_i` [past, kvHeads, headSize], the rows that earlier runs gave,
 * in float16 unless the precision is "f32". Outputs: `hidden_out` float32 [1, n, hidden], after the final norm if `finalNorm`, and
 * `new_rows` [2 * layers * n, kvHeads, headSize], for each layer this run's keys and then its values, as they are to be kept.
 */
export function layersGraph(model: Llama, first: number, end: number, finalNorm: boolean, precision: Precision): Graph {
  const graph = new GraphWeights(model, precision);
  const { onnx } = graph;
  const kept = precision === "f32" ? "float32" : "float16";
  let residual = onnx.input("hidden", "float32", [1, "n", model.hidden]);
  const rows: string[] = [];
  for (let layer = first; layer < end; layer++) {
    for (const kind of ["key", "value"]) {
      onnx.input(`past_${kind}_${layer}`, kept, ["past_rows", model.kvHeads, model.headSize]);
    }
  }
  onnx.output("hidden_out", "float32", [1, "n", model.hidden]);
  onnx.output("new_rows", kept, ["new_rows_of_layers", model.kvHeads, model.headSize]);
  graph.rope();
  attentionRange(onnx, model, `past_key_${first}`);

  const epsilon = model.epsilon;
  // What the layer before adds to the residual stream: the addition is done together with the next norm.
  let pending: string | undefined;
  const norm = (tensor: string, name: string): string => {
    const scale = graph.vector(tensor);
    if (pending === undefined) {
      onnx.node("SimplifiedLayerNormalization", [residual, scale], [name], { axis: -1, epsilon, stash_type: 1 });
    } else {
      onnx.contrib("SkipSimplifiedLayerNormalization", [residual, pending, scale], [name, "", "", `${name}.sum`], {
        epsilon,
      });
      residual = `${name}.sum`;
    }
    return name;
  };
  for (let layer = first; layer < end; layer++) {
    const at = `layer.${layer}`;
    const tensor = (name: string) => `blk.${layer}.${name}.weight`;
    const parts = ["attn_q", "attn_k", "attn_v"];
    const wide = (model.heads + 2 * model.kvHeads) * model.headSize;
    const product = graph.product(
      norm(tensor("attn_norm"), `${at}.attn_norm`),
      parts.map(tensor),
      wide,
      model.hidden,
      `${at}.qkv`,
    );
    const biases = parts.map((name) => `blk.${layer}.${name}.bias`);
    const qkv = model.bias ? graph.sum(product, biases, wide, `${at}.qkv_biased`) : product;
    const attended = attention(onnx, model, qkv, layer, kept);
    rows.push(...attended.rows);
    pending = graph.product(
      attended.result,
      [tensor("attn_output")],
      model.hidden,
      model.heads * model.headSize,
      `${at}.attn_output`,
    );
    pending = feedForward(graph, norm(tensor("ffn_norm"), `${at}.ffn_norm`), layer);
  }
  if (pending === undefined) throw new RangeError(`no layers in [${first}, ${end})`);
  onnx.node("Concat", rows, ["new_rows"], { axis: 0 });
  if (finalNorm) {
    onnx.contrib(
      "SkipSimplifiedLayerNormalization",
      [residual, pending, graph.vector("output_norm.weight")],
      ["hidden_out"],
      { epsilon },
    );
  } else {
    onnx.node("Add", [residual, pending], ["hidden_out"]);
  }
  return graph.finish(finalNorm ? "expert" : "backbone");
}

/**
 * The output projection: `hidden` [1, m, hidden] -> `logits` and, normalised, `log_probabilities`, both [1, m, vocabulary]. Its
 * weights are the embedding table, or stand behind it in the weights file. The first slot is the embedding table's.
 */
export function headGraph(model: Llama, precision: Precision): Graph {
  const graph = new GraphWeights(model, precision === "q4" ? "q8" : precision);
  const hidden = graph.onnx.input("hidden", "float32", [1, "m", model.hidden]);
  if (!model.tied) graph.table(EMBEDDING, model.vocabulary, model.hidden);
  graph.onnx.output("logits", "float32", [1, "m", model.vocabulary]);
  graph.product(hidden, [model.tied ? EMBEDDING : OUTPUT], model.vocabulary, model.hidden, "logits");
  const normalised = graph.onnx.output("log_probabilities", "float32", [1, "m", model.vocabulary]);
  graph.onnx.node("LogSoftmax", ["logits"], [normalised], { axis: -1 });
  return graph.finish("head");
}

/** down(silu(gate(x)) * up(x)); SiLU is QuickGelu with alpha 1. */
function feedForward(graph: GraphWeights, input: string, layer: number): string {
  const at = `layer.${layer}`;
  const { hidden, feedForward: wide } = graph.llama;
  const tensor = (name: string) => `blk.${layer}.${name}.weight`;
  const gate = graph.product(input, [tensor("ffn_gate")], wide, hidden, `${at}.gate`);
  const up = graph.product(input, [tensor("ffn_up")], wide, hidden, `${at}.up`);
  graph.onnx.contrib("QuickGelu", [gate], [`${at}.silu`], { alpha: 1 });
  graph.onnx.node("Mul", [`${at}.silu`, up], [`${at}.gated`]);
  return graph.product(`${at}.gated`, [tensor("ffn_down")], hidden, wide, `${at}.down`);
}

/**
 * Values that share a scale. Wider blocks in the layers: the runtime holds three numbers a block, 20 MB less in all, and reads
 * prompts 8 % faster, while perplexity rises by 0.05 %. The embedding table keeps the blocks of Q8_0, to be taken over exactly.
 */
function blockSize(tensor: string, columns: number): number {
  return tensor === EMBEDDING || tensor === OUTPUT || columns % WIDE_BLOCK !== 0 ? BLOCK : WIDE_BLOCK;
}

/** A graph in the making together with the list of what its weights file must hold. */
class GraphWeights {
  readonly onnx = new OnnxBuilder(WEIGHTS_FILE);
  readonly llama: Llama;
  readonly #precision: Precision;
  readonly #slots: Slot[] = [];
  #parameters = 0;

  constructor(llama: Llama, precision: Precision) {
    this.llama = llama;
    this.#precision = precision;
  }

  vector(tensor: string): string {
    return this.#vectors(tensor, [tensor], this.llama.hidden);
  }

  /** input [1, n, size] plus the tensors behind each other [size] -> `output`. */
  sum(input: string, tensors: readonly string[], size: number, output: string): string {
    this.onnx.node("Add", [input, this.#vectors(`${output}.bias`, tensors, size)], [output]);
    return output;
  }

  #vectors(name: string, tensors: readonly string[], size: number): string {
    const offset = this.onnx.weight(name, "float32", [size]);
    this.#slots.push({ what: "vector", tensors, offset });
    this.#parameters += size;
    return name;
  }

  /** Room for a table [rows, columns] that no node reads: in the file, but not in the graph. */
  table(tensor: string, rows: number, columns: number): void {
    this.#parameters += rows * columns;
    if (this.#precision === "f32") {
      this.#slots.push({ what: "matrix", tensors: [tensor], offset: this.onnx.reserve(rows * columns * 4) });
      return;
    }
    const offset = this.onnx.reserve(rows * columns);
    const scales = { offset: this.onnx.reserve((rows * columns * 4) / BLOCK), block: BLOCK };
    this.#slots.push({ what: "matrix", tensors: [tensor], offset, scales });
  }

  /** Names `cos` and `sin`, the rotary tables [context, headSize / 2]. */
  rope(): void {
    const rows = Math.min(this.llama.context, MAX_CONTEXT);
    const shape = [rows, this.llama.headSize / 2];
    const cos = this.onnx.weight("cos", "float32", shape);
    this.#slots.push({ what: "rope", cos, sin: this.onnx.weight("sin", "float32", shape), rows });
  }

  /** input [1, n, columns] times the transpose of the stacked tensors [rows, columns] -> `output` [1, n, rows]. */
  product(input: string, tensors: readonly string[], rows: number, columns: number, output: string): string {
    const name = `${output}.weight`;
    this.#parameters += rows * columns;
    if (this.#precision === "f32") {
      const offset = this.onnx.weight(name, "float32", [rows, columns]);
      this.#slots.push({ what: "matrix", tensors, offset });
      this.onnx.contrib("FusedMatMul", [input, name], [output], { transB: 1 });
      return output;
    }
    const bits = this.#precision === "q4" ? 4 : 8;
    const block = bits === 4 ? BLOCK : blockSize(tensors[0]!, columns);
    const blocks = columns / block;
    const offset = this.onnx.weight(name, "uint8", [rows, blocks, (block * bits) / 8]);
    const scales = this.onnx.weight(`${name}.scales`, "float32", [rows * blocks]);
    const inputs = [input, name, `${name}.scales`];
    const slot = { what: "matrix" as const, tensors, offset };
    if (bits === 4) {
      const zeros = this.onnx.weight(`${name}.zeros`, "uint8", [rows * Math.ceil(blocks / 2)]);
      inputs.push(`${name}.zeros`);
      this.#slots.push({ ...slot, scales: { offset: scales, block, zeros } });
    } else {
      this.#slots.push({ ...slot, scales: { offset: scales, block } });
    }
    const attributes = { K: columns, N: rows, bits, block_size: block, accuracy_level: 4 };
    this.onnx.contrib("MatMulNBits", inputs, [output], attributes);
    return output;
  }

  finish(name: string): Graph {
    const model = this.onnx.finish(name);
    return { model, slots: this.#slots, bytes: this.onnx.bytes, parameters: this.#parameters };
  }
}
