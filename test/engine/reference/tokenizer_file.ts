// The tokenizer's file as the compiler would write it, straight from a GGUF, so that its tests need no build.
import { Gguf } from "../../../server/model/gguf.ts";
import type { TokenizerFile } from "../../../server/model/manifest.ts";
import { ggufTokenizer } from "../../../server/model/vocabulary.ts";

export function tokenizerFile(weights: string): TokenizerFile {
  const gguf = Gguf.open(weights);
  try {
    return ggufTokenizer(gguf, gguf.tensors.get("token_embd.weight")?.rows ?? 0);
  } finally {
    gguf.close();
  }
}
