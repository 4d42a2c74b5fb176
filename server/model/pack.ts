// A pack's expert.json as the compiler needs it, and proof that the weights beside it are the ones it speaks of.
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { WeightsError } from "./cursor.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hexadecimal digits");
const id = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "must be lower-case letters, digits and dashes");
const fileSchema = z.object({
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,122}\.gguf$/, "must be the name of a .gguf file in the folder"),
  bytes: z.int().positive(),
  sha256,
});
const layer = z.int().nonnegative().max(512);

const backboneSchema = z.object({
  id: z.literal("backbone"),
  kind: z.literal("backbone"),
  /** Layers [0, cut) are shared. */
  cut: layer.positive(),
  weights: fileSchema,
  /** A file of layers [0, cut) only, in place of those in `weights`: then its digest is the backbone's. */
  adapted: fileSchema.optional(),
});

const expertSchema = z.object({
  id: id.refine((name) => name !== "backbone" && name !== "head", "is taken"),
  kind: z.literal("expert"),
  /** Digest of the backbone that the expert was trained on. */
  backbone: sha256,
  layers: z.tuple([layer, layer]),
  /** A file that holds these layers and output_norm only, or the backbone's own file. */
  weights: z.union([fileSchema, z.object({ from: z.literal("backbone") })]),
});

/** What the backbone holds already needs no pack of its own, except that of the expert that ships with it. */
const addedSchema = expertSchema.extend({ weights: fileSchema });

export type WeightsFile = z.infer<typeof fileSchema>;
export type BackbonePack = z.infer<typeof backboneSchema> & { readonly folder: string };
export type ExpertPack = z.infer<typeof expertSchema> & { readonly folder: string };
/** An expert with weights of its own. */
export type AddedPack = z.infer<typeof addedSchema> & { readonly folder: string };

const MAX_JSON = 64 * 1024;

/** Reads `folder`/expert.json of a backbone. Throws WeightsError. */
export function readBackbonePack(folder: string): BackbonePack {
  return { ...parsePack(folder, readDescription(folder), backboneSchema), folder };
}

/** The digest by which experts name the backbone that they were trained on: that of the file with its layers. */
export function backboneDigest({ adapted, weights }: Pick<BackbonePack, "adapted" | "weights">): string {
  return (adapted ?? weights).sha256;
}

/** Reads `folder`/expert.json of an expert. Throws WeightsError. */
export function readExpertPack(folder: string): ExpertPack {
  return { ...parsePack(folder, readDescription(folder), expertSchema), folder };
}

/** The same of an expert with weights of its own; `text` is what stands in its expert.json. Throws WeightsError. */
export function readAddedPack(folder: string, text = readDescription(folder)): AddedPack {
  return { ...parsePack(folder, text, addedSchema), folder };
}

/** Whether an expert.json says that its weights are those of the backbone. Throws WeightsError. */
export function sharesWeights(folder: string, text: string): boolean {
  return "from" in parsePack(folder, text, z.object({ weights: z.looseObject({}) })).weights;
}

/** The text of `folder`/expert.json. */
function readDescription(folder: string): string {
  return described(folder, (path) => {
    if (statSync(path).size > MAX_JSON) throw new Error(`is larger than ${MAX_JSON} bytes`);
    return readFileSync(path, "utf8");
  });
}

function parsePack<T>(folder: string, text: string, schema: z.ZodType<T>): T {
  return described(folder, () => schema.parse(JSON.parse(text)));
}

/** Runs what reads a folder's expert.json; what it throws becomes a WeightsError of one line. */
function described<T>(folder: string, read: (path: string) => T): T {
  const path = join(folder, "expert.json");
  try {
    return read(path);
  } catch (error) {
    const said = error instanceof Error ? error.message.replaceAll(/\s*\n\s*/g, " ") : String(error);
    const faults = error instanceof z.ZodError && error.issues.map((each) => `${each.path.join(".")} ${each.message}`);
    throw new WeightsError(`${path}: ${faults ? faults.join("; ") : said}; correct the file or install the pack again`);
  }
}

/**
 * The path of a pack's weights, after its size and digest were found to be those of expert.json. Throws WeightsError when it
 * is missing, cut short or changed.
 */
export function verifyWeights(folder: string, weights: WeightsFile): string {
  const path = join(folder, weights.file);
  const remedy = "restore it from the repository or install it again";
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw new WeightsError(`${path}: the weights are missing; ${remedy}`);
  if (size !== weights.bytes) {
    const what = size < weights.bytes ? "cut short" : "too long";
    throw new WeightsError(`${path}: ${what}, expected ${weights.bytes} bytes, found ${size}; ${remedy}`);
  }
  const found = digestOf(path);
  if (found !== weights.sha256) {
    throw new WeightsError(`${path}: changed, its SHA-256 is ${found}, expert.json says ${weights.sha256}; ${remedy}`);
  }
  return path;
}

/** SHA-256 of a file, in hexadecimal digits, read in pieces. `read` hears of their bytes; what it throws ends the reading. */
export function digestOf(path: string, read?: (bytes: number) => void): string {
  const hash = createHash("sha256");
  const piece = new Uint8Array(1 << 20);
  const fd = openSync(path, "r");
  try {
    for (;;) {
      const got = readSync(fd, piece);
      if (got === 0) return hash.digest("hex");
      hash.update(piece.subarray(0, got));
      read?.(got);
    }
  } finally {
    closeSync(fd);
  }
}
