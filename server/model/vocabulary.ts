// The tokenizer inside a GGUF file, written out as the tokenizer.json that the engine's tokenizer reads.
import { WeightsError } from "./cursor.ts";
import type { Gguf } from "./gguf.ts";

// GGUF's token types: 3 marks control tokens, 4 tokens that a user defined.
const CONTROL = 3;
const USER_DEFINED = 4;

/** The text of tokenizer.json. Throws WeightsError when the lists do not fit together. */
export function tokenizerJson(gguf: Gguf, vocabulary: number): string {
  const { metadata, path } = gguf;
  const kind = metadata.get("tokenizer.ggml.model");
  if (kind !== "gpt2") {
    throw new WeightsError(`${path}: tokenizer ${JSON.stringify(kind)} is not supported; choose a model with "gpt2"`);
  }
  const tokens = list(gguf, "tokens", isString);
  const types = list(gguf, "token_type", isNumber);
  if (tokens.length !== vocabulary || types.length !== vocabulary || new Set(tokens).size !== vocabulary) {
    throw new WeightsError(`${path}: ${tokens.length} tokens for ${vocabulary} embedding rows; fetch the file again`);
  }
  const eos = metadata.get("tokenizer.ggml.eos_token_id");
  if (!isNumber(eos)) throw new WeightsError(`${path}: tokenizer.ggml.eos_token_id is missing; fetch the file again`);
  return JSON.stringify({
    vocabulary: tokens,
    merges: list(gguf, "merges", isString),
    special: tokens.filter((_, id) => types[id] === CONTROL || types[id] === USER_DEFINED),
    pre: metadata.get("tokenizer.ggml.pre") ?? "gpt-2",
    eos,
  });
}

function list<T>(gguf: Gguf, key: string, is: (value: unknown) => value is T): readonly T[] {
  const value: unknown = gguf.metadata.get(`tokenizer.ggml.${key}`);
  if (Array.isArray(value) && value.every(is)) return value;
  throw new WeightsError(`${gguf.path}: tokenizer.ggml.${key} is missing or of a wrong type; fetch the file again`);
}

const isString = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";
