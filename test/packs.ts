// Packs for tests, made as experts/train/export.py makes them: some layers of a model that is here, in a file of their own.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Gguf } from "../server/model/gguf.ts";
import { readLlama } from "../server/model/llama.ts";

const root = join(import.meta.dirname, "..");

/** Folders of backbones' packs. */
export const backbones = {
  embedded: join(root, "experts", "backbone"),
  tiny: join(root, "test", "engine", "reference", "tiny"),
};

interface Entry {
  readonly type: 4 | 6 | 8;
  readonly value: number | string;
}

interface RawTensor {
  name: string;
  /** Columns first, as in the file. */
  dimensions: number[];
  /** GGUF's id of the number format. */
  type: number;
  data: Buffer;
}

/** What is about to be written; a test may change it. */
export interface Draft {
  readonly metadata: Map<string, Entry>;
  readonly tensors: RawTensor[];
  /** What is to stand in expert.json, but for the weights' size and digest. */
  readonly description: Record<string, unknown>;
}

export interface PackOptions {
  readonly id: string;
  readonly of?: keyof typeof backbones;
  readonly rules?: readonly object[];
  readonly change?: (draft: Draft) => void;
}

const types: Readonly<Record<string, number>> = { F32: 0, F16: 1, Q4_0: 2, Q4_1: 3, Q8_0: 8 };

/** Writes a pack into `folder`, which is made; its path. */
export function writePack(folder: string, { id, of = "embedded", rules = [], change }: PackOptions): string {
  const draft = draftOf(backbones[of], id, rules);
  change?.(draft);
  mkdirSync(folder, { recursive: true });
  const weights = writeLayers(folder, draft);
  writeFileSync(join(folder, "expert.json"), JSON.stringify({ weights, ...draft.description }));
  return folder;
}

/** Writes the tiny backbone's pack into `folder`, which is made, with its layers in a file of their own; its path. */
export function writeAdapted(folder: string, change?: PackOptions["change"]): string {
  const draft = draftOf(backbones.tiny, "backbone", [], "lower");
  change?.(draft);
  cpSync(backbones.tiny, folder, { recursive: true });
  editDescription(folder, { adapted: writeLayers(folder, draft) });
  return folder;
}

/** Writes weights.gguf; what an expert.json says of it. */
function writeLayers(folder: string, draft: Draft): { file: string; bytes: number; sha256: string } {
  const bytes = ggufOf(draft);
  writeFileSync(join(folder, "weights.gguf"), bytes);
  return { file: "weights.gguf", bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Changes what stands in a pack's expert.json. */
export function editDescription(folder: string, change: Record<string, unknown>): void {
  const path = join(folder, "expert.json");
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }));
}

function draftOf(folder: string, id: string, rules: readonly object[], half: "lower" | "upper" = "upper"): Draft {
  const { cut, weights, adapted } = JSON.parse(readFileSync(join(folder, "expert.json"), "utf8"));
  const backbone = (adapted ?? weights).sha256;
  const source = Gguf.open(join(folder, weights.file));
  const model = readLlama(source);
  const number = (value: number): Entry => ({ type: 4, value });
  const metadata = new Map<string, Entry>([
    ["general.architecture", { type: 8, value: "llama" }],
    ["llama.block_count", number(model.layers)],
    ["llama.embedding_length", number(model.hidden)],
    ["llama.feed_forward_length", number(model.feedForward)],
    ["llama.attention.head_count", number(model.heads)],
    ["llama.attention.head_count_kv", number(model.kvHeads)],
    ["llama.attention.layer_norm_rms_epsilon", { type: 6, value: model.epsilon }],
    ["llama.rope.freq_base", { type: 6, value: model.ropeBase }],
    ["llama.rope.dimension_count", number(model.headSize)],
  ]);
  if (half === "upper") {
    metadata.set("coterie.cut", number(cut));
    metadata.set("coterie.backbone.sha256", { type: 8, value: backbone });
  }
  const layerOf = (name: string) => (name === "output_norm.weight" ? cut : Number(/^blk\.(\d+)\./.exec(name)?.[1]));
  const tensors = [...source.tensors.values()]
    .filter(({ name }) => (half === "upper" ? layerOf(name) >= cut : layerOf(name) < cut))
    .map((tensor) => ({
      name: tensor.name,
      dimensions: tensor.rows === 1 ? [tensor.columns] : [tensor.columns, tensor.rows],
      type: types[tensor.type.name]!,
      data: Buffer.from(source.read(tensor, 0, tensor.rows)),
    }));
  source.close();
  const description = {
    id,
    kind: "expert",
    title: `Test ${id}`,
    backbone,
    layers: [cut, model.layers],
    rules,
  };
  return { metadata, tensors, description };
}

function ggufOf({ metadata, tensors }: Draft): Buffer {
  const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
  const u64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
  const string = (text: string) => Buffer.concat([u64(Buffer.byteLength(text)), Buffer.from(text)]);
  const entries = [...metadata].map(([key, { type, value }]) => {
    const written =
      typeof value === "string" ? string(value) : type === 6 ? Buffer.from(Float32Array.of(value).buffer) : u32(value);
    return Buffer.concat([string(key), u32(type), written]);
  });
  let offset = 0;
  const table: Buffer[] = [];
  const data: Buffer[] = [];
  for (const tensor of tensors) {
    const shape = tensor.dimensions.map(u64);
    table.push(Buffer.concat([string(tensor.name), u32(shape.length), ...shape, u32(tensor.type), u64(offset)]));
    const padded = Buffer.alloc(aligned(tensor.data.length));
    tensor.data.copy(padded);
    data.push(padded);
    offset += padded.length;
  }
  const counts = [u64(tensors.length), u64(metadata.size)];
  const header = Buffer.concat([Buffer.from("GGUF"), u32(3), ...counts, ...entries, ...table]);
  return Buffer.concat([header, Buffer.alloc(aligned(header.length) - header.length), ...data]);
}

/** The next multiple of 32. */
function aligned(length: number): number {
  return Math.ceil(length / 32) * 32;
}
