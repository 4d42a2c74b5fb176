// What this machine can do at best, in the runtime that we use: the sums and the bytes a second that a matrix product reaches.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRuntime } from "../../server/engine/session.ts";
import { OnnxBuilder } from "../../server/model/onnx.ts";
import { timed } from "./measures.ts";

export interface Limits {
  /** Billion additions and multiplications a second, float32, of a large matrix product. */
  readonly gflops: number;
  /** Billion bytes a second of a product with one row, which reads a matrix that no cache holds. */
  readonly gigabytes: number;
}

const square = 1024;
const wide = 8192;
const tries = 7;

/** Writes the graph of one product as a part that the engine's runtime loads. @param like a compiled part, for its description */
export function writeLimits(like: string, out: string): void {
  mkdirSync(out, { recursive: true });
  const onnx = new OnnxBuilder("weights.bin");
  onnx.input("a", "float32", ["m", "k"]);
  onnx.input("b", "float32", ["k", "n"]);
  onnx.output("c", "float32", ["m", "n"]);
  onnx.node("MatMul", ["a", "b"], ["c"]);
  const graph = onnx.finish("limits");
  writeFileSync(join(out, "graph.onnx"), graph);
  const digest = createHash("sha256").update(graph).digest("hex");
  const part = JSON.parse(readFileSync(join(like, "part.json"), "utf8"));
  const files = { "graph.onnx": { bytes: graph.length, sha256: digest } };
  writeFileSync(join(out, "part.json"), JSON.stringify({ ...part, files }));
}

export async function measureLimits(folder: string, threads: number): Promise<Limits> {
  const runtime = await openRuntime();
  const session = await runtime.load(folder, threads);
  const best = async (m: number, k: number, n: number) => {
    const feeds = {
      a: runtime.tensor(new Float32Array(m * k).fill(0.5), [m, k]),
      b: runtime.tensor(new Float32Array(k * n).fill(0.5), [k, n]),
    };
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < tries; i++) least = Math.min(least, await timed(() => session.run(feeds, ["c"])));
    return least;
  };
  return {
    gflops: (2 * square ** 3) / (await best(square, square, square)) / 1e6,
    gigabytes: (4 * wide ** 2) / (await best(1, wide, wide)) / 1e6,
  };
}
