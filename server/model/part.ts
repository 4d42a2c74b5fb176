// One compiled part's folder: written beside its place and renamed, known by its key, cleared away when it is not wanted.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Graph, MAX_CONTEXT, WEIGHTS_FILE } from "./graph.ts";
import type { Llama } from "./llama.ts";
import { type Embedding, type Part, partSchema } from "./manifest.ts";
import { digestOf } from "./pack.ts";
import type { Source } from "./source.ts";
import { type Written, writeWeights } from "./weights.ts";

/** What is known of a part before it is compiled. */
export type PartAbout = Pick<Part, "kind" | "id" | "key" | "backbone" | "precision" | "layers">;

const PART_FILE = "part.json";

/** Whether `folder` holds the part with this key, complete by name and size. */
export function isCompiled(folder: string, key: string): boolean {
  const part = readPart(folder);
  if (part?.key !== key) return false;
  return Object.entries(part.files).every(
    ([name, { bytes }]) => statSync(join(folder, name), { throwIfNoEntry: false })?.size === bytes,
  );
}

/** What `writePart` makes a part of. */
export interface PartContent {
  readonly graph: Graph;
  readonly source: Source;
  readonly model: Llama;
  /** The text of tokenizer.json; asked for the head only. */
  readonly tokenizer: () => string;
}

/** Writes a part's files to `folder`, in place of what was there, once all are complete. */
export function writePart(folder: string, about: PartAbout, content: PartContent, written?: Written): void {
  const { graph, source, model } = content;
  const beside = join(folder, "..", `.${about.id}.${process.pid}.new`);
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside);
  try {
    writeWeights(join(beside, WEIGHTS_FILE), graph, source, model, written);
    writeFileSync(join(beside, "graph.onnx"), graph.model);
    const names = ["graph.onnx", WEIGHTS_FILE];
    if (about.kind === "head") {
      writeFileSync(join(beside, "tokenizer.json"), content.tokenizer());
      names.push("tokenizer.json");
    }
    const { hidden, heads, kvHeads, headSize, vocabulary } = model;
    const part: Part = {
      format: 1,
      ...about,
      shape: { hidden, heads, kvHeads, headSize, vocabulary, context: Math.min(model.context, MAX_CONTEXT) },
      parameters: graph.parameters,
      files: Object.fromEntries(
        names.map((name) => {
          const path = join(beside, name);
          return [name, { bytes: statSync(path).size, sha256: digestOf(path) }];
        }),
      ),
      ...(about.kind === "head" ? { embedding: embeddingOf(graph) } : {}),
    };
    writeFileSync(join(beside, PART_FILE), `${JSON.stringify(partSchema.parse(part), null, 2)}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(beside, folder);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** Removes parts from `out` that are not among `ids`, and what a compilation that was killed has left. */
export function clearFolder(out: string, ids: readonly string[]): void {
  for (const name of readdirSync(out)) {
    const writer = /^\.[a-z0-9-]+\.(\d+)\.new$/.exec(name)?.[1];
    const abandoned = writer !== undefined && !isRunning(Number(writer));
    if (abandoned || (!ids.includes(name) && readPart(join(out, name)) !== undefined)) {
      rmSync(join(out, name), { recursive: true });
    }
  }
}

/** The part that `folder` describes, or undefined when it describes none: then it is compiled again, not repaired. */
function readPart(folder: string): Part | undefined {
  const path = join(folder, PART_FILE);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return partSchema.safeParse(json).data;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, but belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function embeddingOf(head: Graph): Embedding {
  const slot = head.slots[0];
  if (slot?.what !== "matrix") throw new TypeError("a head's first weights are the embedding table");
  const { offset, scales } = slot;
  if (scales === undefined) return { type: "float32", offset };
  return { type: "uint8", offset, scales: scales.offset, block: scales.block };
}
