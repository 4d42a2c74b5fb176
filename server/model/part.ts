// Writes one compiled part's folder: beside its place, and renamed once it is complete.
import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PART_FILE, type PartAbout } from "./compiled.ts";
import { type Graph, MAX_CONTEXT, WEIGHTS_FILE } from "./graphweights.ts";
import type { Llama } from "./llama.ts";
import { type Embedding, type Part, partSchema } from "./manifest.ts";
import { digestOf } from "./pack.ts";
import type { Source } from "./source.ts";
import { type Written, writeWeights } from "./weights.ts";

/** What `writePart` makes a part of. */
export interface PartContent {
  readonly graph: Graph;
  readonly source: Source;
  readonly model: Llama;
  /** The text of tokenizer.json; for the head only. */
  readonly tokenizer?: () => string;
}

/**
 * Writes a part's files to `folder`, in place of what was there, once all are complete. `written` hears of all bytes twice: they
 * are read again for their digests.
 */
export function writePart(folder: string, about: PartAbout, content: PartContent, written?: Written): void {
  const { graph, source, model } = content;
  const beside = join(folder, "..", `.${about.id}.${process.pid}.new`);
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside);
  try {
    writeWeights(join(beside, WEIGHTS_FILE), graph, source, model, written);
    writeFileSync(join(beside, "graph.onnx"), graph.model);
    const names = ["graph.onnx", WEIGHTS_FILE];
    if (content.tokenizer !== undefined && about.kind === "head") {
      writeFileSync(join(beside, "tokenizer.json"), content.tokenizer());
      names.push("tokenizer.json");
    }
    const { hidden, heads, kvHeads, headSize, vocabulary, context, ...upper } = model;
    const part: Part = {
      format: 1,
      ...about,
      shape: { hidden, heads, kvHeads, headSize, vocabulary, context: Math.min(context, MAX_CONTEXT) },
      parameters: graph.parameters,
      files: Object.fromEntries(
        names.map((name) => {
          const path = join(beside, name);
          return [name, { bytes: statSync(path).size, sha256: digestOf(path, written) }];
        }),
      ),
      ...(about.kind === "head" ? { embedding: embeddingOf(graph) } : {}),
      ...(about.kind === "backbone" ? { upper } : {}),
    };
    writeFileSync(join(beside, PART_FILE), `${JSON.stringify(partSchema.parse(part), null, 2)}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(beside, folder);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

function embeddingOf(head: Graph): Embedding {
  const slot = head.slots[0];
  if (slot?.what !== "matrix") throw new TypeError("a head's first weights are the embedding table");
  const { offset, scales } = slot;
  if (scales === undefined) return { type: "float32", offset };
  return { type: "uint8", offset, scales: scales.offset, block: scales.block };
}
