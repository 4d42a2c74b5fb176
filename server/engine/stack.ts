// Backbone, expert and head as one model: runs chunks of tokens through their graphs and keeps what they leave behind.

import { release } from "./arrays.ts";
import type { LayerCache, Sequence } from "./cache.ts";
import type { EmbeddingTable } from "./embedding.ts";
import { type Feeds, float32, type Runtime, type Session } from "./session.ts";

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
    const [first, end] = session.part.layers;
    const { kvHeads, headSize } = session.part.shape;
    const past = (slot: number) => runtime.tensor(cache.rows(slot), [cache.length, kvHeads, headSize]);
    const feeds: Feeds = { hidden: runtime.tensor(rows, [1, count, size]) };
    for (let layer = first; layer < end; layer++) {
      const slot = 2 * (layer - first);
      feeds[`past_key_${layer}`] = past(slot);
      feeds[`past_value_${layer}`] = past(slot + 1);
    }
    const out = await session.run(feeds, ["hidden_out", "new_rows"]);
    const fresh = out["new_rows"]!;
    cache.append(count, fresh);
    release(fresh);
    return float32(out, "hidden_out");
  }

  return {
    async read(sequence, tokens) {
      const rows = embedding.rows(tokens);
      const states = await advance(backbone, sequence.backbone, rows);
      release(rows);
      sequence.append(tokens, states);
      release(states);
    },
    follow(sequence, expert, rows) {
      const cache = sequence.expert(expert.part);
      const from = cache.length * size;
      return advance(expert, cache, sequence.hidden.subarray(from, from + rows * size));
    },
    async predict(hidden) {
      const rows = hidden.length / size;
      const out = await head.run({ hidden: runtime.tensor(hidden, [1, rows, size]) }, ["log_probabilities"]);
      return float32(out, "log_probabilities");
    },
  };
}
