// Attention of one layer over the rows of all tokens so far: those that earlier runs left behind, and this run's own.
import type { Llama } from "./llama.ts";
import type { Element, OnnxBuilder } from "./onnx.ts";

/**
 * Prepares, once a run, what `attention` needs beside `cos` and `sin`. Inputs: `positions` int64 [1, n], where each row of this run
 * stands in its text, and `visible` float32 [n, past + n], 0 where it may look and -1e9 elsewhere: rows may belong to several texts
 * that begin alike. Makes `mask` [n * group, past + n]; `group` query heads share the keys of one head, and the rows of one token's
 * heads stand together.
 */
export function attentionRange(onnx: OnnxBuilder, model: Llama): void {
  const { heads, kvHeads, headSize } = model;
  const group = heads / kvHeads;
  onnx.input("positions", "int64", [1, "n"]);
  onnx.input("visible", "float32", ["n", "all_rows"]);
  onnx.int64("one", [1]);
  onnx.node("Shape", ["hidden"], ["n"], { start: 1, end: 2 });
  onnx.node("Unsqueeze", ["visible", "one"], ["head_mask"]);
  const copies = Array.from({ length: group }, () => "head_mask");
  onnx.node("Concat", copies, ["group_mask"], { axis: 1 });
  onnx.node("Flatten", ["group_mask"], ["mask"], { axis: 2 });

  onnx.int64("rotated_and_values", [(heads + kvHeads) * headSize, kvHeads * headSize]);
  onnx.int64("queries_and_keys", [heads * headSize, kvHeads * headSize]);
  onnx.int64("by_head", [-1, kvHeads, headSize]);
  onnx.int64("by_group", [-1, kvHeads, group, headSize]);
  onnx.int64("queries_of_head", [kvHeads, -1, headSize]);
  onnx.int64("groups_of_head", [kvHeads, -1, group, headSize]);
  onnx.int64("joined", [1, -1, heads * headSize]);
}

export interface Attended {
  /** [1, n, heads * headSize] */
  readonly result: string;
  /** This run's keys and values as they are kept, [n, kvHeads, headSize] each. */
  readonly rows: readonly [key: string, value: string];
}

/**
 * Attention of `layer` over qkv [1, n, (heads + 2 kvHeads) headSize] and its past rows, which are kept as `kept`.
 *
 * A run's own rows are rounded as those of the past have been, and stand behind them in one matrix: so every sum is over the same
 * numbers in the same order, however a text was cut into runs, and a row's result is the same to the last bit.
 */
export function attention(onnx: OnnxBuilder, model: Llama, qkv: string, layer: number, kept: Element): Attended {
  const result = `layer.${layer}.attention`;
  const at = (name: string) => `${result}.${name}`;
  onnx.node("Split", [qkv, "rotated_and_values"], [at("unrotated"), at("value")], { axis: 2 });
  onnx.contrib("RotaryEmbedding", [at("unrotated"), "positions", "cos", "sin"], [at("rotated")]);
  onnx.node("Split", [at("rotated"), "queries_and_keys"], [at("query"), at("key")], { axis: 2 });

  /** Adds this run's rows to those of the past. @returns all of them, float32 [past + n, kvHeads, headSize] */
  const joined = (kind: "key" | "value", rows: string): string => {
    const all = at(`all_${kind}`);
    const past = `past_${kind}_${layer}`;
    const [exact, together] = kept === "float32" ? [rows, all] : [`${rows}.exact`, `${all}.kept`];
    onnx.node("Reshape", [at(kind), "by_head"], [exact]);
    if (exact !== rows) onnx.cast(exact, kept, rows);
    onnx.node("Concat", [past, rows], [together], { axis: 0 });
    if (together !== all) onnx.cast(together, "float32", all);
    return all;
  };
  const rows = [at("new_key"), at("new_value")] as const;
  const keys = joined("key", rows[0]);
  const values = joined("value", rows[1]);

  // [kvHeads, n * group, headSize]: below each other the queries that share a head's keys.
  const tokensAndHeads = { perm: [1, 0, 2, 3] };
  onnx.node("Reshape", [at("query"), "by_group"], [at("groups")]);
  onnx.node("Transpose", [at("groups")], [at("by_key_head")], tokensAndHeads);
  onnx.node("Reshape", [at("by_key_head"), "queries_of_head"], [at("queries")]);
  // transBatchB: the heads are the second axis of keys and values.
  const scale = { transB: 1, transBatchB: 1, alpha: 1 / Math.sqrt(model.headSize) };
  onnx.contrib("FusedMatMul", [at("queries"), keys], [at("unmasked")], scale);
  onnx.node("Add", [at("unmasked"), "mask"], [at("scores")]);
  onnx.node("Softmax", [at("scores")], [at("weights")], { axis: -1 });
  onnx.contrib("FusedMatMul", [at("weights"), values], [at("sums")], { transBatchB: 1 });
  onnx.node("Reshape", [at("sums"), "groups_of_head"], [at("sum_groups")]);
  onnx.node("Transpose", [at("sum_groups")], [at("by_token")], tokensAndHeads);
  onnx.node("Reshape", [at("by_token"), "joined"], [result]);
  return { result, rows };
}
