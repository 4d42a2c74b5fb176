// Trained runs of the recipe as packs that the compiler takes: links to their weights, with a description beside them.
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { builtInThreshold } from "../../server/confidence.ts";
import { digestOf } from "../../server/model/pack.ts";

const lossSchema = z.object({
  /** Mean over the counted tokens, nats, float32 in PyTorch. */
  base: z.number(),
  trained: z.number(),
  /** The packed set that was measured and how many of its tokens count; packs of older scores do not say. */
  set: z.string().optional(),
  counted: z.int().optional(),
});

const packSchema = z.object({
  weights: z.object({ sha256: z.string() }),
  scores: z.object({ loss: z.record(z.string(), lossSchema) }).optional(),
  provenance: z.object({ tokens: z.int() }).optional(),
  threshold: z.number().optional(),
});

const scoresSchema = z.object({
  /** Digest of the weights that were made of the measured checkpoint. */
  weights: z.string().nullable().optional(),
  fast: z.boolean(),
  loss: z.record(z.string(), lossSchema),
});

const armSchema = z.object({
  run: z.string(),
  rate: z.string(),
  /** Training tokens. */
  tokens: z.int(),
  tried: z.array(z.object({ rate: z.string(), held_out: z.number().nullable() })),
});

const comparisonSchema = z.object({
  tokens: z.int(),
  domains: z.record(z.string(), z.partialRecord(z.enum(["expert", "full", "lora"]), armSchema)),
});

export type Loss = z.infer<typeof lossSchema>;
export type Comparison = z.infer<typeof comparisonSchema>;

/** What the pack in `folder` says about itself, as far as it is compared. */
export interface Described {
  /** SHA-256 of the weights. */
  readonly weights: string;
  /** By domain; empty when PyTorch has not measured these weights in float32. */
  readonly losses: Readonly<Record<string, Loss>>;
  /** Training tokens, when known. */
  readonly tokens: number | null;
  /** How sure it has to be of what is shown, nats. */
  readonly threshold: number;
}

/** @throws ZodError when expert.json is not what it should be. */
export function describedIn(folder: string): Described {
  const {
    weights,
    scores,
    provenance,
    threshold = builtInThreshold,
  } = packSchema.parse(readJson(join(folder, "expert.json")));
  return { weights: weights.sha256, losses: scores?.loss ?? {}, tokens: provenance?.tokens ?? null, threshold };
}

/** Results of `python -m train.compare`, as far as it has come; null when it never ran. */
export function readComparison(runs: string): Comparison | null {
  const path = join(runs, "comparison.json");
  // The recipe writes NaN where a run went wrong, which is no JSON.
  return existsSync(path)
    ? comparisonSchema.parse(JSON.parse(readFileSync(path, "utf8").replaceAll(": NaN", ": null")))
    : null;
}

/**
 * A pack folder of a run's exported weights, with its scores when they are of these weights.
 * @param about what expert.json says besides.
 * @returns its folder, or null when the run has not been exported.
 */
export function packOfRun(run: string, folder: string, about: object): string | null {
  const weights = join(run, "weights.gguf");
  if (!existsSync(weights)) return null;
  const file = linkedIn(folder, weights);
  const path = join(run, "scores.json");
  const scores = existsSync(path) ? scoresSchema.parse(readJson(path)) : null;
  const current = scores !== null && !scores.fast && scores.weights === file.sha256;
  writePack(folder, { ...about, weights: file, ...(current ? { scores: { loss: scores.loss } } : {}) });
  return folder;
}

/** Puts a file of weights into a folder as weights.gguf; what an expert.json says of it. */
export function linkedIn(folder: string, weights: string): { file: string; bytes: number; sha256: string } {
  const linked = join(folder, "weights.gguf");
  mkdirSync(folder, { recursive: true });
  rmSync(linked, { force: true });
  try {
    linkSync(weights, linked);
  } catch {
    // Another file system: a link cannot reach across, a copy can.
    copyFileSync(weights, linked);
  }
  return { file: "weights.gguf", bytes: statSync(linked).size, sha256: digestOf(weights) };
}

export function writePack(folder: string, pack: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "expert.json"), `${JSON.stringify(pack, null, 2)}\n`);
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
