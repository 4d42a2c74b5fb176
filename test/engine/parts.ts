// Runs compiled parts for the compiler's tests: tokens in, logits out, through the graphs alone.
import { join } from "node:path";
import { type EmbeddingTable, openEmbedding } from "../../server/engine/embedding.ts";
import { type Feeds, openRuntime, type Runtime, type Session } from "../../server/engine/session.ts";

/** A stack of parts whose past grows with each run, in buffers of fixed capacity. */
export interface Parts {
  /** Logits [ids.length, vocabulary] of the next tokens after each of `ids`. */
  run(ids: readonly number[]): Promise<Float32Array>;
  /** Forgets all tokens but the first `rows`. */
  rewind(rows: number): void;
  readonly vocabulary: number;
}

/** Loads backbone, `expert` and head from `folder`; `capacity` tokens fit. */
export async function openParts(folder: string, expert: string, capacity: number, threads = 2): Promise<Parts> {
  const runtime = await openRuntime();
  const [backbone, upper, head] = await Promise.all(
    ["backbone", expert, "head"].map((id) => runtime.load(join(folder, id), threads)),
  );
  const layers = [new Layers(runtime, backbone!, capacity), new Layers(runtime, upper!, capacity)];
  const embedding: EmbeddingTable = openEmbedding(head!);
  let past = 0;
  return {
    vocabulary: head!.part.shape.vocabulary,
    rewind: (rows) => {
      past = Math.min(past, rows);
    },
    async run(ids) {
      let hidden = embedding.rows(ids);
      for (const part of layers) hidden = await part.run(hidden, past, ids.length);
      past += ids.length;
      const feeds = { hidden: runtime.float32(hidden, [1, ids.length, backbone!.part.shape.hidden]) };
      return (await head!.run(feeds, ["logits"]))["logits"]!;
    },
  };
}

class Layers {
  readonly #runtime: Runtime;
  readonly #session: Session;
  readonly #capacity: number;
  /** By input name without "past_"; each [kvHeads, capacity, headSize]. */
  readonly #rows = new Map<string, Float32Array>();

  constructor(runtime: Runtime, session: Session, capacity: number) {
    const { layers, shape } = session.part;
    this.#runtime = runtime;
    this.#session = session;
    this.#capacity = capacity;
    for (let layer = layers[0]; layer < layers[1]; layer++) {
      for (const kind of ["key", "value"]) {
        this.#rows.set(`${kind}_${layer}`, new Float32Array(shape.kvHeads * capacity * shape.headSize));
      }
    }
  }

  async run(hidden: Float32Array, past: number, count: number): Promise<Float32Array> {
    const { hidden: size, kvHeads, headSize } = this.#session.part.shape;
    const feeds: Feeds = {
      hidden: this.#runtime.float32(hidden, [1, count, size]),
      seqlens_k: this.#runtime.int32(Int32Array.of(past + count - 1), [1]),
      total_sequence_length: this.#runtime.int32(Int32Array.of(past + count), []),
    };
    for (const [name, rows] of this.#rows) {
      feeds[`past_${name}`] = this.#runtime.float32(rows, [1, kvHeads, this.#capacity, headSize]);
    }
    const fresh = [...this.#rows.keys()].map((name) => `new_${name}`);
    const out = await this.#session.run(feeds, ["hidden_out", ...fresh]);
    for (const [name, rows] of this.#rows) {
      for (let head = 0; head < kvHeads; head++) {
        const part = out[`new_${name}`]!.subarray(head * count * headSize, (head + 1) * count * headSize);
        rows.set(part, (head * this.#capacity + past) * headSize);
      }
    }
    return out["hidden_out"]!;
  }
}
