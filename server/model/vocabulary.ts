// The tokenizer inside a GGUF file, as the engine's tokenizer reads it.
import file from "../../experts/tokens.json" with { type: "json" };
import { WeightsError } from "./cursor.ts";
import type { Gguf } from "./gguf.ts";
import type { TokenizerFile } from "./manifest.ts";

// GGUF's token types: what stands for text is 1 (normal) or 6 (a byte); the others are control, user-defined, unknown, unused.
const NORMAL = 1;
const BYTE = 6;

/** By GGUF's name: the ways of splitting, see engine/splits.ts. */
const SPLITS: Readonly<Record<string, readonly string[]>> = file.splits;

/** Real tokens have up to some hundred characters (runs of blanks); all ways to cut one in two are looked at below. */
const longestToken = 1024;

/** Throws WeightsError when the tokenizer is of another kind, or its lists do not fit together. */
export function ggufTokenizer(gguf: Gguf, vocabulary: number): TokenizerFile {
  const { metadata, path } = gguf;
  const kind = metadata.get("tokenizer.ggml.model");
  if (kind !== "gpt2" && kind !== "llama") {
    const known = 'choose a model with "gpt2" or "llama"';
    throw new WeightsError(`${path}: tokenizer ${JSON.stringify(kind)} is not supported; ${known}`);
  }
  const tokens = list(gguf, "tokens", isString);
  const types = list(gguf, "token_type", isNumber);
  if (tokens.length !== vocabulary || types.length !== vocabulary || new Set(tokens).size !== vocabulary) {
    throw new WeightsError(`${path}: ${tokens.length} tokens for ${vocabulary} embedding rows; fetch the file again`);
  }
  const long = tokens.find((token) => token.length > longestToken);
  if (long !== undefined)
    throw new WeightsError(`${path}: one of its tokens has ${long.length} characters; fetch the file again`);
  const eos = idOf(gguf, "eos_token_id");
  if (eos === undefined)
    throw new WeightsError(`${path}: tokenizer.ggml.eos_token_id is missing; fetch the file again`);
  const pre = metadata.get("tokenizer.ggml.pre") ?? "default";
  const split = typeof pre === "string" && Object.hasOwn(SPLITS, pre) ? SPLITS[pre] : undefined;
  if (kind === "gpt2" && split === undefined) {
    const known = Object.keys(SPLITS).join(", ");
    throw new WeightsError(`${path}: splits text as ${JSON.stringify(pre)}; choose a model that splits as ${known}`);
  }
  const llama3 = split?.[0] === "llama3";
  const bos = idOf(gguf, "bos_token_id");
  const addBos = metadata.get("tokenizer.ggml.add_bos_token") ?? (kind === "llama" || llama3);
  return {
    vocabulary: tokens,
    merges: kind === "llama" ? mergesOf(tokens, types, list(gguf, "scores", isNumber)) : list(gguf, "merges", isString),
    special: tokens.filter((_, id) => types[id] !== NORMAL && types[id] !== BYTE),
    alphabet: kind === "llama" ? "sentencepiece" : "bytes",
    split: kind === "llama" ? [] : (split ?? []),
    compose: split?.[0] === "qwen2",
    wholeWords: llama3,
    ...(kind === "llama" && metadata.get("tokenizer.ggml.add_space_prefix") !== false ? { blankFirst: "always" } : {}),
    eos,
    ...(addBos === true && bos !== undefined ? { bos } : {}),
  };
}

/**
 * SentencePiece gives tokens scores instead of merges: of all pairs of tokens that make another one, the one whose token has
 * the highest score is merged first. The same order as that of `transformers` when it converts such a vocabulary.
 */
function mergesOf(tokens: readonly string[], types: readonly number[], scores: readonly number[]): readonly string[] {
  const ids = new Map<string, number>();
  tokens.forEach((token, id) => {
    if (types[id] === NORMAL) ids.set(token, id);
  });
  const found: { readonly pair: string; readonly score: number; readonly left: number; readonly right: number }[] = [];
  for (const [token, id] of ids) {
    const characters = [...token];
    for (let cut = 1; cut < characters.length; cut++) {
      const [one, other] = [characters.slice(0, cut).join(""), characters.slice(cut).join("")];
      const [left, right] = [ids.get(one), ids.get(other)];
      if (left === undefined || right === undefined) continue;
      found.push({ pair: `${one} ${other}`, score: scores[id] ?? 0, left, right });
    }
  }
  found.sort((a, b) => b.score - a.score || a.left - b.left || a.right - b.right);
  return found.map(({ pair }) => pair);
}

function idOf(gguf: Gguf, key: string): number | undefined {
  const value = gguf.metadata.get(`tokenizer.ggml.${key}`);
  return isNumber(value) ? value : undefined;
}

function list<T>(gguf: Gguf, key: string, is: (value: unknown) => value is T): readonly T[] {
  const value: unknown = gguf.metadata.get(`tokenizer.ggml.${key}`);
  if (Array.isArray(value) && value.every(is)) return value;
  throw new WeightsError(`${gguf.path}: tokenizer.ggml.${key} is missing or of a wrong type; fetch the file again`);
}

const isString = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";
