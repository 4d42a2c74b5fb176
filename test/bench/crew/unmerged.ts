// The paper's comparison in our own runtime: one model at 8 bits, and beside every product of its layers the two small ones of an
// expert's adapter (unmerged LoRA, Hu et al., arXiv 2106.09685). The adapters work in all layers, so experts share no keys.
import { createHash } from "node:crypto";
import { cpSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Sequence } from "../../../server/engine/cache.ts";
import { openEmbedding } from "../../../server/engine/embedding.ts";
import { uniforms } from "../../../server/engine/sample.ts";
import { type Feeds, openRuntime, type Runtime, type Session } from "../../../server/engine/session.ts";
import { openStack } from "../../../server/engine/stack.ts";
import {
  type GraphProto,
  ModelProtoSchema,
  NodeProtoSchema,
  ValueInfoProtoSchema,
} from "../../../server/model/onnx_pb.ts";
import { tokenizerOf } from "../pinned.ts";
import type { Crew, CrewOptions } from "./crew.ts";
import { plainCrew } from "./plain.ts";

export const rank = 16;

/** Copies the compiled parts of a model to `out`, with inputs for an adapter beside every product of backbone and "general". */
export function withAdapters(model: string, out: string): void {
  rmSync(out, { recursive: true, force: true });
  for (const name of ["backbone", "general", "head"]) {
    const [from, to] = [join(model, name), join(out, name)];
    mkdirSync(to, { recursive: true });
    for (const file of name === "head" ? ["part.json", "graph.onnx", "tokenizer.json"] : ["part.json"]) {
      cpSync(join(from, file), join(to, file));
    }
    linkSync(join(from, "weights.bin"), join(to, "weights.bin"));
    if (name === "head") continue;
    const graph = adapted(readFileSync(join(from, "graph.onnx")));
    writeFileSync(join(to, "graph.onnx"), graph);
    const part = JSON.parse(readFileSync(join(from, "part.json"), "utf8"));
    part.files["graph.onnx"] = { bytes: graph.length, sha256: createHash("sha256").update(graph).digest("hex") };
    writeFileSync(join(to, "part.json"), JSON.stringify(part));
  }
}

/** product(x) becomes product(x) + x A B, where A [K, rank] and B [rank, N] are inputs `adapter.a.K.N.i` and `adapter.b.K.N.i`. */
function adapted(graph: Uint8Array): Uint8Array {
  const model = fromBinary(ModelProtoSchema, graph);
  const products = productsOf(model.graph!);
  const nodes = [];
  for (const node of model.graph!.node) {
    nodes.push(node);
    const [result] = node.output;
    const product = products.get(result!);
    if (product === undefined) continue;
    const { input, columns, rows } = product;
    const a = `adapter.a.${columns}.${rows}.${nodes.length}`;
    const b = `adapter.b.${columns}.${rows}.${nodes.length}`;
    node.output = [`${result}.plain`];
    const add = (opType: string, input: string[], output: string) =>
      nodes.push(create(NodeProtoSchema, { opType, input, output: [output], name: output }));
    add("MatMul", [input, a], `${result}.low`);
    add("MatMul", [`${result}.low`, b], `${result}.adapted`);
    add("Add", [`${result}.plain`, `${result}.adapted`], result!);
    for (const [name, dims] of [
      [a, [columns, rank]],
      [b, [rank, rows]],
    ] as const) {
      const dim = dims.map((each) => ({ value: { case: "dimValue" as const, value: BigInt(each) } }));
      const type = { value: { case: "tensorType" as const, value: { elemType: 1, shape: { dim } } } };
      model.graph!.input.push(create(ValueInfoProtoSchema, { name, type }));
    }
  }
  model.graph!.node = nodes;
  return toBinary(ModelProtoSchema, model);
}

/**
 * The products of a graph's layers by the name of their result. Each is a product of bytes, MatMulIntegerToFloat, times the scales of
 * its rows; the input's name is what is left when ".quants" is taken from that of its bytes.
 */
function productsOf({ node, initializer }: GraphProto) {
  const shapes = new Map(initializer.map(({ name, dims }) => [name, dims.map(Number)]));
  const products = new Map<string, { input: string; columns: number; rows: number }>();
  for (const { opType, input, output } of node) {
    if (opType !== "MatMulIntegerToFloat") continue;
    const [columns, rows] = shapes.get(input[1]!)!;
    const scaled = node.find((each) => each.input[0] === output[0])!;
    products.set(scaled.output[0]!, { input: input[0]!.replace(/\.quants$/, ""), columns: columns!, rows: rows! });
  }
  return products;
}

export async function openUnmerged({ models, experts, threads, contextTokens }: CrewOptions): Promise<Crew> {
  const folder = models[0]!;
  const runtime = await openRuntime();
  const backbone = await runtime.load(join(folder, "backbone"), threads);
  const upper = await runtime.load(join(folder, "general"), threads);
  const head = await runtime.load(join(folder, "head"), threads);
  const embedding = openEmbedding(head);
  const serving = experts.map((_, seed) => {
    const lower = adapter(runtime, backbone, seed);
    return {
      upper: adapter(runtime, upper, seed),
      stack: openStack(runtime, lower, head, embedding),
      sequence: new Sequence(lower.part),
    };
  });
  return plainCrew(serving, tokenizerOf(folder), contextTokens);
}

/** The session of one expert: its adapter goes in with every run. Random and small, so that the text stays sensible. */
function adapter(runtime: Runtime, session: Session, seed: number): Session {
  const uniform = uniforms(seed);
  const feeds: Feeds = {};
  for (const input of fromBinary(ModelProtoSchema, readFileSync(join(session.folder, "graph.onnx"))).graph!.input) {
    const sizes = /^adapter\.([ab])\.(\d+)\.(\d+)\./.exec(input.name);
    if (!sizes) continue;
    const dims = sizes[1] === "a" ? [Number(sizes[2]), rank] : [rank, Number(sizes[3])];
    const values = Float32Array.from({ length: dims[0]! * dims[1]! }, () => (uniform() - 0.5) * 0.01);
    feeds[input.name] = runtime.tensor(values, dims);
  }
  return { ...session, run: (others, fetches) => session.run({ ...others, ...feeds }, fetches) };
}
