// The tokenizer's file as the compiler would write it, straight from a GGUF, so that its tests need no build.
import type { TokenizerFile } from "../../../server/engine/tokenizer.ts";
import { Gguf } from "../../../server/model/gguf.ts";

/** GGUF's mark of a control token. */
const control = 3;

export function tokenizerFile(weights: string): TokenizerFile {
  const gguf = Gguf.open(weights);
  try {
    const field = (name: string): unknown => gguf.metadata.get(`tokenizer.ggml.${name}`);
    const vocabulary = field("tokens") as string[];
    const kinds = field("token_type") as number[];
    return {
      vocabulary,
      merges: field("merges") as string[],
      special: vocabulary.filter((_, id) => kinds[id] === control),
      pre: field("pre") as string,
      eos: field("eos_token_id") as number,
    };
  } finally {
    gguf.close();
  }
}
