// node-llama-cpp: a model for each expert, or one model with a LoRA adapter for each. Each has a context, and so a cache, of its own.
import { follow, openLibrary, type Sequence } from "../llamacpp.ts";
import type { Crew, CrewOptions } from "./crew.ts";

export async function openLlamas(options: CrewOptions): Promise<Crew> {
  const { models, adapters, threads, contextTokens } = options;
  const { llama } = await openLibrary(threads);
  const loaded = await Promise.all(models.map((modelPath) => llama.loadModel({ modelPath, gpuLayers: 0 })));
  const sequences: Sequence[] = [];
  for (let expert = 0; expert < options.experts.length; expert++) {
    const adapter = adapters[expert];
    const lora = adapter === undefined ? {} : { lora: { adapters: [{ filePath: adapter, scale: 1 }] } };
    const model = loaded[expert] ?? loaded[0]!;
    const context = await model.createContext({ contextSize: contextTokens, threads, ...lora });
    sequences.push(context.getSequence());
  }
  return {
    async ask(_, text, expert, tokens) {
      // Without the last token, perhaps half-typed, as our engine heals.
      await follow(sequences[expert]!, loaded[0]!.tokenize(text, false).slice(0, -1), tokens);
    },
  };
}
