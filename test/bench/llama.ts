// node-llama-cpp as a peer, with its own defaults wherever they do not decide what is compared.
import { follow, openLibrary } from "./llamacpp.ts";
import type { Peer, PeerOptions } from "./peer.ts";

export async function openLlama({ model: modelPath, threads, contextTokens }: PeerOptions): Promise<Peer> {
  const { llama, LlamaCompletion } = await openLibrary(threads);
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
  const context = await model.createContext({ contextSize: contextTokens, threads });
  const sequence = context.getSequence();
  const completion = new LlamaCompletion({ contextSequence: sequence });

  const generate = async (ids: number[], tokens: number) => ({
    promptTokens: ids.length,
    newTokens: await follow(sequence, ids, tokens),
  });
  return {
    generate: (text, tokens) => generate(model.tokenize(text, false), tokens),
    guess: (text, tokens) => generate(model.tokenize(text, false), tokens),
    complete: (text, tokens) => generate(model.tokenize(text, false).slice(0, -1), tokens),
    forget: () => sequence.clearHistory(),
    async changeExpert(text) {
      // Two models share nothing, so the other one reads the whole text. This one, cleared, costs the same.
      await sequence.clearHistory();
      await generate(model.tokenize(text, false), 1);
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
