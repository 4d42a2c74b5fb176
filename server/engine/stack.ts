// Backbone, expert and head as one model: runs chunks of tokens through their graphs and keeps what they leave behind.
import type { Tensor } from "onnxruntime-node";
import type { LayerCache, Sequence } from "./cache.ts";
import type { EmbeddingTable } from "./embedding.ts";
import type { Feeds, Runtime, Session } from "./session.ts";

export interface Stack {
  /** Reads more tokens into the sequence: the backbone's part of the work. What a run needs besides its result grows with them. */
  read(sequence: Sequence, tokens: readonly number[]): Promise<void>;
  /**
   * Lets the expert follow the backbone by some rows, from its own length on.
   * @returns its final hidden states for those rows, [rows, hidden].
   */
  follow(sequence: Sequence, expert: Session, rows: number): Promise<Float32Array>;
  /** Log-probabilities of the next token, nats: [rows, hidden] -> [rows, vocabulary]. */
  predict(hidden: Float32Array): Promise<Float32Array>;
}

export function openStack(runtime: Runtime, backbone: Session, head: Session, embedding: EmbeddingTable): Stack {
  const { hidden: size } = backbone.part.shape;

  /** One run of a graph with layers: past rows go in as views, only the new rows come out and are appended. */
  async function advance(session: Session, cache: LayerCache, rows: Float32Array): Promise<Float32Array> {
    const count = rows.length / size;
    const total = cache.length + count;
    const [first, end] = session.part.layers;
    const { kvHeads, headSize } = session.part.shape;
    cache.reserve(total);
    const feeds: Feeds = {
      hidden: runtime.float32(rows, [1, count, size]),
      seqlens_k: runtime.int32(Int32Array.of(total - 1), [1]),
      total_sequence_length: runtime.int32(Int32Array.of(total), []),
    };
    const past = (data: Float32Array): Tensor => runtime.float32(data, [1, kvHeads, cache.capacity, headSize]);
    const fetches = ["hidden_out"];
    for (let layer = first; layer < end; layer++) {
      feeds[`past_key_${layer}`] = past(cache.keys[layer - first]!);
      feeds[`past_value_${layer}`] = past(cache.values[layer - first]!);
      fetches.push(`new_key_${layer}`, `new_value_${layer}`);
    }
    const out = await session.run(feeds, fetches);
    const layers = Array.from({ length: end - first }, (_, i) => first + i);
    cache.append(
      count,
      layers.map((layer) => out[`new_key_${layer}`]!),
      layers.map((layer) => out[`new_value_${layer}`]!),
    );
    return out["hidden_out"]!;
  }

  return {
    async read(sequence, tokens) {
      sequence.append(tokens, await advance(backbone, sequence.backbone, embedding.rows(tokens)));
    },
    follow(sequence, expert, rows) {
      const [first, end] = expert.part.layers;
      const cache = sequence.expert(expert.part.key, end - first);
      const from = cache.length * size;
      return advance(expert, cache, sequence.hidden.subarray(from, from + rows * size));
    },
    async predict(hidden) {
      const rows = hidden.length / size;
      const out = await head.run({ hidden: runtime.float32(hidden, [1, rows, size]) }, ["log_probabilities"]);
      return out["log_probabilities"]!;
    },
  };
}
