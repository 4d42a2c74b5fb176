// Backbone, expert and head as one model: runs chunks of tokens through their graphs and keeps what they leave behind.

import { release } from "./arrays.ts";
import type { LayerCache, Sequence } from "./cache.ts";
import type { EmbeddingTable } from "./embedding.ts";
import { type Feeds, float32, type Runtime, type Session } from "./session.ts";
import { arranged, type Twig } from "./twigs.ts";

export interface Stack {
  /**
   * Reads more tokens into the sequence: the backbone's part of the work. What a run needs besides its result grows with them.
   * @returns the backbone's output for the twigs, [twigs, hidden]
   */
  read(sequence: Sequence, tokens: readonly number[], twigs?: readonly Twig[]): Promise<Float32Array>;
  /**
   * Lets the expert follow the backbone by some rows, from its own length on; by all there are where twigs follow.
   * @param states what `read` gave for the twigs
   * @returns its final hidden states for those rows and then the twigs, [rows + twigs, hidden].
   */
  follow(
    sequence: Sequence,
    expert: Session,
    rows: number,
    twigs?: readonly Twig[],
    states?: Float32Array,
  ): Promise<Float32Array>;
  /** Log-probabilities of the next token, nats: [rows, hidden] -> [rows, vocabulary]. */
  predict(hidden: Float32Array): Promise<Float32Array>;
}

const none = new Float32Array(0);

export function openStack(runtime: Runtime, backbone: Session, head: Session, embedding: EmbeddingTable): Stack {
  const { hidden: size } = backbone.part.shape;

  /**
   * One run of a graph with layers, [rows, hidden] -> [rows, hidden]: past rows go in as views, only the new rows come out, of which
   * those before the twigs are appended.
   */
  async function advance(session: Session, cache: LayerCache, rows: Float32Array, twigs: readonly Twig[]) {
    const count = rows.length / size;
    const kept = count - twigs.length;
    const [first, end] = session.part.layers;
    const { kvHeads, headSize } = session.part.shape;
    const past = (slot: number) => runtime.tensor(cache.rows(slot), [cache.length, kvHeads, headSize]);
    const { positions, visible } = arranged(cache.length, kept, twigs);
    const feeds: Feeds = {
      hidden: runtime.tensor(rows, [1, count, size]),
      positions: runtime.tensor(positions, [1, count]),
      visible: runtime.tensor(visible, [count, cache.length + count]),
    };
    for (let layer = first; layer < end; layer++) {
      const slot = 2 * (layer - first);
      feeds[`past_key_${layer}`] = past(slot);
      feeds[`past_value_${layer}`] = past(slot + 1);
    }
    const out = await session.run(feeds, ["hidden_out", "new_rows"]);
    release(visible);
    const fresh = out["new_rows"]!;
    cache.append(kept, fresh, count);
    release(fresh);
    return float32(out, "hidden_out");
  }

  return {
    async read(sequence, tokens, twigs = []) {
      // A run of no rows is none.
      if (tokens.length + twigs.length === 0) return none;
      const rows = embedding.rows([...tokens, ...twigs.map(({ token }) => token)]);
      const states = await advance(backbone, sequence.backbone, rows, twigs);
      release(rows);
      const kept = tokens.length * size;
      sequence.append(tokens, states.subarray(0, kept));
      const ofTwigs = states.slice(kept);
      release(states);
      return ofTwigs;
    },
    async follow(sequence, expert, rows, twigs = [], states = none) {
      const cache = sequence.expert(expert.part);
      const from = cache.length * size;
      const own = sequence.hidden.subarray(from, from + rows * size);
      if (twigs.length === 0) return advance(expert, cache, own, twigs);
      const together = new Float32Array(own.length + states.length);
      together.set(own);
      together.set(states, own.length);
      const followed = await advance(expert, cache, together, twigs);
      release(together);
      return followed;
    },
    async predict(hidden) {
      const rows = hidden.length / size;
      const out = await head.run({ hidden: runtime.tensor(hidden, [1, rows, size]) }, ["log_probabilities"]);
      return float32(out, "log_probabilities");
    },
  };
}
