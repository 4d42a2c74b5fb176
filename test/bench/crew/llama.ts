// node-llama-cpp: a model for each expert, or one model with a LoRA adapter for each. Each has a context, and so a cache, of its own.
import type { Crew, CrewOptions } from "./crew.ts";

/** The part of node-llama-cpp that is used; its own types are there only once the benchmark has installed it. */
interface Library {
  getLlama(options: object): Promise<{ loadModel(options: object): Promise<Model> }>;
}

interface Model {
  tokenize(text: string, specialTokens: boolean): number[];
  createContext(options: object): Promise<{ getSequence(): Sequence }>;
}

interface Sequence {
  readonly nextTokenIndex: number;
  adaptStateToTokens(ids: number[], allowShift: boolean): Promise<void>;
  evaluate(ids: number[], options: object): AsyncGenerator<number>;
}

export async function openLlamas(options: CrewOptions): Promise<Crew> {
  const { models, adapters, threads, contextTokens } = options;
  const name = "node-llama-cpp";
  const library = (await import(name)) as Library;
  const llama = await library.getLlama({
    gpu: false,
    build: "never",
    skipDownload: true,
    maxThreads: threads,
    progressLogs: false,
    logLevel: "error",
  });
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
      const sequence = sequences[expert]!;
      // Without the last token, perhaps half-typed, as our engine heals; the one before is read anew for its logits.
      const ids = loaded[0]!.tokenize(text, false).slice(0, -1);
      await sequence.adaptStateToTokens(ids.slice(0, -1), false);
      let made = 0;
      for await (const _token of sequence.evaluate(ids.slice(sequence.nextTokenIndex), { temperature: 0 })) {
        if (++made === tokens) break;
      }
    },
  };
}
