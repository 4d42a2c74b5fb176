// node-llama-cpp as a peer, with its own defaults wherever they do not decide what is compared.
import type { Peer, PeerOptions } from "./peer.ts";

/** The part of node-llama-cpp that is used; its own types are there only once the benchmark has installed it. */
interface Library {
  getLlama(options: object): Promise<{
    loadModel(options: object): Promise<{
      tokenize(text: string, specialTokens: boolean): number[];
      createContext(options: object): Promise<{ getSequence(): Sequence }>;
    }>;
  }>;
  LlamaCompletion: new (options: {
    contextSequence: Sequence;
  }) => {
    generateCompletion(ids: number[], options: object): Promise<string>;
  };
}

interface Sequence {
  readonly nextTokenIndex: number;
  clearHistory(): Promise<void>;
  adaptStateToTokens(ids: number[], allowShift: boolean): Promise<void>;
  evaluate(ids: number[], options: object): AsyncGenerator<number>;
}

export async function openLlama({ model: modelPath, threads, contextTokens }: PeerOptions): Promise<Peer> {
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
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
  const context = await model.createContext({ contextSize: contextTokens, threads });
  const sequence = context.getSequence();
  const completion = new library.LlamaCompletion({ contextSequence: sequence });

  async function follow(ids: number[], tokens: number) {
    // The last token is always read anew: its logits are not kept.
    await sequence.adaptStateToTokens(ids.slice(0, -1), false);
    let newTokens = 0;
    // As in our engine, only what is asked for is computed: the last token is chosen but not read.
    for await (const _ of sequence.evaluate(ids.slice(sequence.nextTokenIndex), { temperature: 0 })) {
      if (++newTokens === tokens) break;
    }
    return { promptTokens: ids.length, newTokens };
  }
  return {
    generate: (text, tokens) => follow(model.tokenize(text, false), tokens),
    complete: (text, tokens) => follow(model.tokenize(text, false).slice(0, -1), tokens),
    forget: () => sequence.clearHistory(),
    async changeExpert(text) {
      // Two models share nothing, so the other one reads the whole text. This one, cleared, costs the same.
      await sequence.clearHistory();
      await follow(model.tokenize(text, false), 1);
    },
    async read(text, signal) {
      await sequence.clearHistory();
      const options = { maxTokens: 1, temperature: 0, signal, stopOnAbortSignal: true };
      await completion.generateCompletion(model.tokenize(text, false), options).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    },
  };
}
