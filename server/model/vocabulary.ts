// The tokenizer inside a GGUF file, written out as the tokenizer.json that tokenizer libraries read.
import { WeightsError } from "./cursor.ts";
import type { Gguf } from "./gguf.ts";

// GGUF's token types: 3 marks control tokens, 4 tokens that a user defined.
const CONTROL = 3;
const USER_DEFINED = 4;

// How text is split before byte-pair merges, by GGUF's name for it.
const SPLITS: ReadonlyMap<unknown, readonly object[]> = new Map([
  ["gpt-2", []],
  ["smollm", [{ type: "Digits", individual_digits: true }]],
]);

/** The text of tokenizer.json. Throws WeightsError when the tokenizer is of a kind that is not supported. */
export function tokenizerJson(gguf: Gguf, vocabulary: number): string {
  const { metadata, path } = gguf;
  const kind = metadata.get("tokenizer.ggml.model");
  const split = SPLITS.get(metadata.get("tokenizer.ggml.pre") ?? "gpt-2");
  if (kind !== "gpt2" || split === undefined) {
    const found = JSON.stringify([kind, metadata.get("tokenizer.ggml.pre")] satisfies unknown[]);
    throw new WeightsError(`${path}: tokenizer ${found} is not supported; choose a model with "gpt2" and "smollm"`);
  }
  const tokens = list(gguf, "tokens", isString);
  const types = list(gguf, "token_type", isNumber);
  const merges = list(gguf, "merges", isString);
  if (tokens.length !== vocabulary || types.length !== vocabulary || new Set(tokens).size !== vocabulary) {
    throw new WeightsError(`${path}: ${tokens.length} tokens for ${vocabulary} embedding rows; fetch the file again`);
  }
  const special = tokens.flatMap((content, id) => {
    const added = types[id] === CONTROL || types[id] === USER_DEFINED;
    const flags = {
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: types[id] === CONTROL,
    };
    return added ? [{ id, content, ...flags }] : [];
  });
  // Without a prototype, so that a token such as "__proto__" is a key like any other.
  const vocab: Record<string, number> = Object.create(null);
  for (const [id, token] of tokens.entries()) vocab[token] = id;
  const unknown = metadata.get("tokenizer.ggml.unknown_token_id");
  const bytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special,
    normalizer: null,
    pre_tokenizer: { type: "Sequence", pretokenizers: [...split, bytes] },
    post_processor: null,
    decoder: bytes,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: typeof unknown === "number" ? (tokens[unknown] ?? null) : null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab,
      merges,
    },
  });
}

function list<T>(gguf: Gguf, key: string, is: (value: unknown) => value is T): readonly T[] {
  const value: unknown = gguf.metadata.get(`tokenizer.ggml.${key}`);
  if (Array.isArray(value) && value.every(is)) return value;
  throw new WeightsError(`${gguf.path}: tokenizer.ggml.${key} is missing or of a wrong type; fetch the file again`);
}

const isString = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";
