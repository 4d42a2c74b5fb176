// Our engine as a peer. Each text that is to be read from its start is a sequence of its own.
import type { Generation } from "../../server/engine/engine.ts";
import { openEngine } from "../../server/engine/open.ts";
import type { Peer, PeerOptions } from "./peer.ts";

const never = new AbortController().signal;

export async function openCoterie(options: PeerOptions): Promise<Peer> {
  const engine = await openEngine(options);
  let sequence = 0;
  const generate = async (text: string, maxTokens: number, heal: boolean, expert: string, signal: AbortSignal) => {
    const steps = engine.generate(
      {
        sequence: `${sequence}`,
        expert,
        prompt: [text],
        heal,
        maxTokens,
        stops: [],
        branches: 1,
        priority: "completion",
      },
      signal,
    );
    for (;;) {
      const step = await steps.next();
      if (step.done) return step.value satisfies Generation;
    }
  };
  return {
    generate: (text, tokens) => generate(text, tokens, false, "general", never),
    complete: (text, tokens) => generate(text, tokens, true, "general", never),
    async forget() {
      sequence++;
    },
    async changeExpert(text) {
      await generate(text, 1, false, "twin", never);
    },
    async read(text, signal) {
      sequence++;
      await generate(text, 1, false, "general", signal);
    },
  };
}
