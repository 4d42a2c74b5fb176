// A safetensors model's config.json: its sizes, as `transformers` writes them, and what is refused.
import { join } from "node:path";
import * as z from "zod";
import { WeightsError } from "./cursor.ts";
import { readJson } from "./folder.ts";
import { checkSizes, families, type Llama } from "./llama.ts";
import { type RopeScaling, ropeFactors } from "./rope.ts";

// "type" is what "rope_type" was called before.
const ropeSchema = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: z.number().positive().optional(),
  factor: z.number().min(1).max(1024).optional(),
  low_freq_factor: z.number().positive().optional(),
  high_freq_factor: z.number().positive().optional(),
  original_max_position_embeddings: z.number().positive().optional(),
});
const id = z.int().nonnegative();

const configSchema = z.looseObject({
  model_type: z.string().max(64),
  hidden_size: z.number(),
  num_attention_heads: z.number(),
  num_key_value_heads: z.number().nullish(),
  head_dim: z.number().nullish(),
  intermediate_size: z.number(),
  vocab_size: z.number(),
  max_position_embeddings: z.number(),
  num_hidden_layers: z.number(),
  rms_norm_eps: z.number().positive().max(1),
  rope_theta: z.number().positive().nullish(),
  /** Before version 5 of transformers the one, from then on the other, with rope_theta in it. */
  rope_scaling: ropeSchema.nullish(),
  rope_parameters: ropeSchema.nullish(),
  tie_word_embeddings: z.boolean().nullish(),
  hidden_act: z.string().nullish(),
  attention_bias: z.boolean().nullish(),
  mlp_bias: z.boolean().nullish(),
  use_sliding_window: z.boolean().nullish(),
  sliding_window: z.number().nullish(),
  layer_types: z.array(z.string()).nullish(),
  partial_rotary_factor: z.number().nullish(),
  quantization_config: z.unknown().optional(),
  eos_token_id: z.union([id, z.array(id).min(1)]).nullish(),
  bos_token_id: z.union([id, z.array(id)]).nullish(),
});
type Config = z.infer<typeof configSchema>;

export interface Configured {
  readonly model: Llama;
  /** The token that ends a text, where the file names it. */
  readonly eos: number | undefined;
}

/** Reads and checks config.json of `folder`. Throws WeightsError for any other architecture or an impossible size. */
export function readConfig(folder: string): Configured {
  const path = join(folder, "config.json");
  const config = readJson(folder, "config.json", configSchema);
  if (config === undefined) throw new WeightsError(`${path}: there is no such file; give the folder of a whole model`);
  const family = families.find((known) => known === config.model_type);
  if (family === undefined) {
    const named = JSON.stringify(config.model_type);
    throw new WeightsError(`${path}: another architecture, ${named}; choose a model of ${families.join(" or ")}`);
  }
  const refused = refusal(config, family);
  if (refused !== undefined) throw new WeightsError(`${path}: ${refused}; choose another model`);
  const rope = config.rope_parameters ?? config.rope_scaling;
  const heads = config.num_attention_heads;
  const headSize = config.head_dim ?? config.hidden_size / heads;
  const ropeBase = config.rope_parameters?.rope_theta ?? config.rope_theta ?? 10000;
  const model: Llama = {
    family,
    hidden: config.hidden_size,
    heads,
    kvHeads: config.num_key_value_heads ?? heads,
    headSize,
    feedForward: config.intermediate_size,
    vocabulary: config.vocab_size,
    context: config.max_position_embeddings,
    layers: config.num_hidden_layers,
    epsilon: config.rms_norm_eps,
    ropeBase,
    ropeFactors: [],
    bias: family === "qwen2",
    tied: config.tie_word_embeddings ?? false,
  };
  checkSizes(path, model);
  const { eos_token_id: eos } = config;
  return {
    model: { ...model, ropeFactors: ropeFactors(scalingOf(path, rope ?? undefined), ropeBase, headSize / 2) },
    eos: (Array.isArray(eos) ? eos[0] : eos) ?? undefined,
  };
}

/** What the graphs cannot express, in words. */
function refusal(config: Config, family: Llama["family"]): string | undefined {
  const slides =
    config.use_sliding_window === true ||
    (family === "llama" && (config.sliding_window ?? 0) > 0) ||
    config.layer_types?.some((type) => type !== "full_attention");
  if (slides) return "attention to a sliding window of the text is not supported";
  const activation = config.hidden_act ?? "silu";
  if (activation !== "silu") return `the activation ${JSON.stringify(activation)} is not supported`;
  if ((config.attention_bias && family === "llama") || config.mlp_bias) return "such biases are not supported";
  if ((config.partial_rotary_factor ?? 1) !== 1) return "rotary embedding of a part of each head is not supported";
  if (config.quantization_config) return "weights that are quantised already are not supported here";
  return undefined;
}

function scalingOf(path: string, rope: z.infer<typeof ropeSchema> | undefined): RopeScaling | null {
  const kind = rope?.rope_type ?? rope?.type ?? "default";
  if (rope === undefined || kind === "default") return null;
  const { factor, low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: original } = rope;
  if (kind === "linear" && factor !== undefined) return { kind, factor };
  const whole = factor !== undefined && low !== undefined && high !== undefined && original !== undefined;
  if (kind === "llama3" && whole && high > low) return { kind, factor, low, high, original };
  throw new WeightsError(`${path}: rotary scaling ${JSON.stringify(kind)} is not supported; choose another model`);
}
