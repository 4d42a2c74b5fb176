// What one compiled part of a model (backbone, expert or head) says about itself: `part.json` beside its graph.
// Written by the compiler, read by the engine, so that the two cannot disagree.
import * as z from "zod";

/** The sizes that all parts of one model share. Counts, no bytes. */
const shape = z.object({
  hidden: z.int().positive(),
  heads: z.int().positive(),
  kvHeads: z.int().positive(),
  headSize: z.int().positive(),
  vocabulary: z.int().positive(),
  context: z.int().positive(),
});

/** What else it takes to compile another expert: `layers` and `feedForward` are counts, the others as in the formulas. */
const upper = z.object({
  family: z.enum(["llama", "qwen2"]),
  layers: z.int().positive(),
  feedForward: z.int().positive(),
  epsilon: z.number().positive(),
  ropeBase: z.number().positive(),
  ropeFactors: z.array(z.number().positive()).readonly(),
  bias: z.boolean(),
  tied: z.boolean(),
});

const file = z.object({ bytes: z.int().positive(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/**
 * Where the embedding table lies in the head's `weights.bin`, so that the engine reads single rows from the file and the
 * table is not resident twice. Offsets in bytes; row-major [vocabulary, hidden].
 */
const embedding = z.discriminatedUnion("type", [
  z.object({ type: z.literal("float32"), offset: z.int().nonnegative() }),
  // value = (quant - 128) * scale; one float32 scale for each `block` values of a row.
  z.object({
    type: z.literal("uint8"),
    offset: z.int().nonnegative(),
    scales: z.int().nonnegative(),
    block: z.int().positive(),
  }),
]);

/** `tokenizer.json` of a compiled head: the model's own lists. */
export interface TokenizerFile {
  /** By id; tokens in the byte-level alphabet, or in SentencePiece's with "\u2581" for a blank and "<0x0A>" for a byte. */
  readonly vocabulary: readonly string[];
  /** "left right", the most urgent first. */
  readonly merges: readonly string[];
  /** Names of the control tokens, as they stand in the vocabulary, and of those that stand for no text. */
  readonly special: readonly string[];
  readonly alphabet: "bytes" | "sentencepiece";
  /** How text is split before merging, see engine/splits.ts; one after the other. */
  readonly split: readonly string[];
  /** Whether characters are composed first (Unicode's NFC). */
  readonly compose: boolean;
  /** Whether a piece that is a token is not put together by merges. */
  readonly wholeWords: boolean;
  /** SentencePiece only: whether a blank is put before a text that begins a prompt, or only where there is none. */
  readonly blankFirst?: "always" | "missing";
  readonly eos: number;
  /** The token that every prompt begins with, if any. */
  readonly bos?: number;
}

export const partSchema = z.object({
  format: z.literal(1),
  kind: z.enum(["backbone", "expert", "head"]),
  /** "backbone", "head", or the expert's id. */
  id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  /** Digest of everything that decides the files: source digests, cut, precision, compiler version. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
  /** Digest that names the backbone an expert or head belongs to; equal in all parts of one model. */
  backbone: z.string().regex(/^[0-9a-f]{64}$/),
  precision: z.enum(["q8", "q4", "f32"]),
  shape,
  /** The layers this part holds, [first, end); [0, 0] for the head. */
  layers: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  parameters: z.int().positive(),
  /** Every other file of the folder; always "graph.onnx" and "weights.bin", for the head also "tokenizer.json". */
  files: z.record(z.string().regex(/^[a-z0-9._-]+$/), file),
  /** In the head only. */
  embedding: embedding.optional(),
  /** In the backbone only. */
  upper: upper.optional(),
});

export type Part = z.infer<typeof partSchema>;
export type Shape = Part["shape"];
export type Embedding = NonNullable<Part["embedding"]>;
