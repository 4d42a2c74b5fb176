// The part of node-llama-cpp that is used; its own types are there only once the benchmark has installed it.

interface Library {
  getLlama(options: object): Promise<{ loadModel(options: object): Promise<Model> }>;
  LlamaCompletion: new (options: {
    contextSequence: Sequence;
  }) => {
    generateCompletion(ids: number[], options: object): Promise<string>;
  };
}

export interface Model {
  tokenize(text: string, specialTokens: boolean): number[];
  createContext(options: object): Promise<{ getSequence(): Sequence }>;
}

export interface Sequence {
  readonly nextTokenIndex: number;
  clearHistory(): Promise<void>;
  adaptStateToTokens(ids: number[], allowShift: boolean): Promise<void>;
  evaluate(ids: number[], options: object): AsyncGenerator<number>;
}

/** The library, and its llama.cpp on the CPU. */
export async function openLibrary(threads: number) {
  // Not written into the import, or the bundle would want it.
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
  return { llama, LlamaCompletion: library.LlamaCompletion };
}

/** Chooses at most `tokens` greedy tokens after `ids`; what the sequence holds of them is not read again. @returns how many */
export async function follow(sequence: Sequence, ids: number[], tokens: number): Promise<number> {
  // The last token is always read anew: its logits are not kept.
  await sequence.adaptStateToTokens(ids.slice(0, -1), false);
  let made = 0;
  // As in our engine, only what is asked for is computed: the last token is chosen but not read.
  for await (const _ of sequence.evaluate(ids.slice(sequence.nextTokenIndex), { temperature: 0 })) {
    if (++made === tokens) break;
  }
  return made;
}
