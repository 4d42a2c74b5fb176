// The three graphs of a cut llama model: backbone, expert and head.
import { attention, attentionRange } from "./attention.ts";
import { type Graph, GraphWeights, type Precision } from "./graphweights.ts";
import type { Llama } from "./llama.ts";

const EMBEDDING = "token_embd.weight";
const OUTPUT = "output.weight";

/**
 * Layers [first, end) of the model. Inputs: `hidden` float32 [1, n, hidden] (embedding rows for layer 0, else the residual stream
 * before `first`), `positions` and `visible`, see `attentionRange`, and for each layer `past_key_i` and `past_value_i`
 * [past, kvHeads, headSize], the rows that earlier runs gave, in float16 unless the precision is "f32". Outputs: `hidden_out` float32
 * [1, n, hidden], after the final norm if `finalNorm`, and `new_rows` [2 * layers * n, kvHeads, headSize], for each layer this run's
 * keys and then its values, as they are to be kept.
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
  attentionRange(onnx, model);

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
  const graph = new GraphWeights(model, precision);
  const hidden = graph.onnx.input("hidden", "float32", [1, "m", model.hidden]);
  if (!model.tied) graph.table(EMBEDDING, model.vocabulary, model.hidden);
  graph.onnx.output("logits", "float32", [1, "m", model.vocabulary]);
  graph.projection(hidden, model.tied ? EMBEDDING : OUTPUT, model.vocabulary, model.hidden, "logits");
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
