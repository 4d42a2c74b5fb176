// Runs compiled parts for the compiler's tests: tokens in, logits out, through the graphs alone.
import { join } from "node:path";
import { Sequence } from "../../server/engine/cache.ts";
import { openEmbedding } from "../../server/engine/embedding.ts";
import { float32, openRuntime } from "../../server/engine/session.ts";
import { openStack } from "../../server/engine/stack.ts";

/** A stack of parts whose past grows with each run. */
export interface Parts {
  /** Logits [ids.length, vocabulary] of the next tokens after each of `ids`. */
  run(ids: readonly number[]): Promise<Float32Array>;
  /** Forgets all tokens but the first `rows`. */
  rewind(rows: number): void;
  readonly vocabulary: number;
}

/** Loads backbone, `expert` and head from `folder`. */
export async function openParts(folder: string, expert: string, threads = 2): Promise<Parts> {
  const runtime = await openRuntime();
  const load = (id: string) => runtime.load(join(folder, id), threads);
  const [backbone, upper, head] = [await load("backbone"), await load(expert), await load("head")];
  const stack = openStack(runtime, backbone, head, openEmbedding(head));
  const sequence = new Sequence(backbone.part);
  return {
    vocabulary: head.part.shape.vocabulary,
    rewind: (rows) => sequence.rewind(rows),
    async run(ids) {
      await stack.read(sequence, ids);
      const hidden = await stack.follow(sequence, upper, ids.length);
      const feeds = { hidden: runtime.tensor(hidden, [1, ids.length, backbone.part.shape.hidden]) };
      return float32(await head.run(feeds, ["logits"]), "logits");
    },
  };
}
