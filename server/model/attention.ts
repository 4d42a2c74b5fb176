// Attention of one layer in two ways, equal but for rounding: short runs read the past where it lies, long ones use the fused kernel.
import type { Llama } from "./llama.ts";
import type { OnnxBuilder } from "./onnx.ts";

/**
 * Runs of at most so many tokens take the short way. The fused kernel clears and copies the whole past for every layer
 * (at 1,000 rows three quarters of its time for one token); the short way works through all rows of the capacity, which
 * pays as long as there are few queries.
 */
const SHORT = 16;

/**
 * Prepares, once a run, what `attention` needs beside `cos` and `sin`. Names `past` and `total`, int64 [1]: the rows that
 * this run makes; `short`, the choice of way; and the short way's masks, 0 where a query may look and -1e9 elsewhere.
 * Rows of the past's buffers that are not filled are multiplied by 0, so they must hold finite numbers.
 */
export function attentionRange(onnx: OnnxBuilder, model: Llama, anyPast: string): void {
  const group = model.heads / model.kvHeads;
  onnx.int64("one", [1]);
  onnx.int64("zero", [0]);
  onnx.int64("rows_axis", [2]);
  onnx.node("Shape", ["hidden"], ["n"], { start: 1, end: 2 });
  onnx.node("Cast", ["total_sequence_length"], ["total_scalar"], { to: INT64 });
  onnx.node("Reshape", ["total_scalar", "one"], ["total"]);
  onnx.node("Sub", ["total", "n"], ["past"]);

  onnx.int64("longest_short", [SHORT]);
  onnx.node("LessOrEqual", ["n", "longest_short"], ["short"]);

  // [capacity]: -1e9 from row `past` on.
  onnx.float32("hidden_row", [-1e9]);
  onnx.float32("seen_row", [0]);
  onnx.node("Shape", [anyPast], ["capacity"], { start: 2, end: 3 });
  for (const name of ["zero", "one", "capacity"]) onnx.node("Squeeze", [name], [`${name}_scalar`]);
  onnx.node("Range", ["zero_scalar", "capacity_scalar", "one_scalar"], ["rows"]);
  onnx.node("Less", ["rows", "past"], ["is_past"]);
  onnx.node("Where", ["is_past", "seen_row", "hidden_row"], ["past_mask"]);

  // [group * n, n]: for each query head of a group -1e9 above the diagonal.
  onnx.node("Concat", ["n", "n"], ["square"], { axis: 0 });
  onnx.node("Expand", ["hidden_row", "square"], ["square_hidden"]);
  onnx.node("Trilu", ["square_hidden", "one_scalar"], ["head_mask"], { upper: 1 });
  const copies = Array.from({ length: group }, () => "head_mask");
  onnx.node("Concat", copies, ["new_mask"], { axis: 0 });
  onnx.node("Concat", ["capacity", "n"], ["score_parts"], { axis: 0 });

  const { heads, kvHeads, headSize } = model;
  onnx.int64("by_head", [1, -1, heads + 2 * kvHeads, headSize]);
  onnx.int64("rotated_and_values", [heads + kvHeads, kvHeads]);
  onnx.int64("queries_and_keys", [heads, kvHeads]);
  onnx.int64("by_group", [1, kvHeads, -1, headSize]);
  onnx.int64("by_query_head", [1, heads, -1, headSize]);
  onnx.int64("joined", [1, -1, heads * headSize]);
}

/** Attention of `layer` over qkv [1, n, (heads + 2 kvHeads) headSize] and its past; adds the layer's new rows to the outputs. */
export function attention(onnx: OnnxBuilder, model: Llama, qkv: string, layer: number): string {
  const result = `layer.${layer}.attention`;
  const { heads, kvHeads, headSize } = model;
  const rows = [1, kvHeads, "n", headSize];
  const outputs = [
    { name: result, shape: [1, "n", heads * headSize] },
    { name: onnx.output(`new_key_${layer}`, "float32", rows), shape: rows },
    { name: onnx.output(`new_value_${layer}`, "float32", rows), shape: rows },
  ];
  onnx.branch(
    "short",
    outputs,
    (body, [out, key, value]) => inPlace(body, model, qkv, layer, { out: out!, key: key!, value: value! }),
    (body, [out, key, value]) => fused(body, model, qkv, layer, { out: out!, key: key!, value: value! }),
  );
  return result;
}

interface Names {
  readonly out: string;
  /** This run's rows of keys and values. */
  readonly key: string;
  readonly value: string;
}

function fused(onnx: OnnxBuilder, model: Llama, qkv: string, layer: number, names: Names): void {
  const present = [`${names.key}.all`, `${names.value}.all`] as const;
  onnx.contrib(
    "GroupQueryAttention",
    [qkv, "", "", `past_key_${layer}`, `past_value_${layer}`, "seqlens_k", "total_sequence_length", "cos", "sin"],
    [names.out, ...present],
    { num_heads: model.heads, kv_num_heads: model.kvHeads, do_rotary: 1 },
  );
  onnx.node("Slice", [present[0], "past", "total", "rows_axis"], [names.key]);
  onnx.node("Slice", [present[1], "past", "total", "rows_axis"], [names.value]);
}

/** Scores against past and new rows apart, one softmax over both, and the weighted sums added. */
function inPlace(onnx: OnnxBuilder, model: Llama, qkv: string, layer: number, names: Names): void {
  const at = (name: string) => `${names.out}.${name}`;
  const heads = { perm: [0, 2, 1, 3] };
  onnx.node("Reshape", [qkv, "by_head"], [at("tokens")]);
  onnx.node("Transpose", [at("tokens")], [at("heads")], heads);
  onnx.node("Split", [at("heads"), "rotated_and_values"], [at("unrotated"), names.value], { axis: 1 });
  onnx.contrib("RotaryEmbedding", [at("unrotated"), "past", "cos", "sin"], [at("rotated")]);
  onnx.node("Split", [at("rotated"), "queries_and_keys"], [at("query"), names.key], { axis: 1 });
  // The query heads that share a key head stand below each other: [1, kvHeads, group * n, headSize].
  onnx.node("Reshape", [at("query"), "by_group"], [at("queries")]);
  const scale = { transB: 1, alpha: 1 / Math.sqrt(model.headSize) };
  onnx.contrib("FusedMatMul", [at("queries"), `past_key_${layer}`], [at("past_scores")], scale);
  onnx.node("Add", [at("past_scores"), "past_mask"], [at("past_masked")]);
  onnx.contrib("FusedMatMul", [at("queries"), names.key], [at("new_scores")], scale);
  onnx.node("Add", [at("new_scores"), "new_mask"], [at("new_masked")]);
  onnx.node("Concat", [at("past_masked"), at("new_masked")], [at("scores")], { axis: -1 });
  onnx.node("Softmax", [at("scores")], [at("weights")], { axis: -1 });
  onnx.node("Split", [at("weights"), "score_parts"], [at("past_weights"), at("new_weights")], { axis: -1 });
  onnx.node("MatMul", [at("past_weights"), `past_value_${layer}`], [at("past_sum")]);
  onnx.node("MatMul", [at("new_weights"), names.value], [at("new_sum")]);
  onnx.node("Add", [at("past_sum"), at("new_sum")], [at("sum")]);
  onnx.node("Reshape", [at("sum"), "by_query_head"], [at("by_head")]);
  onnx.node("Transpose", [at("by_head")], [at("by_token")], heads);
  onnx.node("Reshape", [at("by_token"), "joined"], [names.out]);
}

/** ONNX's number for the element type. */
const INT64 = 7;
