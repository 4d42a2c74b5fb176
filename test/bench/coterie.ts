// Our engine as a peer. Each text that is to be read from its start is a sequence of its own, and the only one that is kept: from
// another one it would take over what they share.
import type { GenerateRequest } from "../../server/engine/engine.ts";
import { openEngine } from "../../server/engine/open.ts";
import { finished } from "../../server/saying.ts";
import type { Peer, PeerOptions } from "./peer.ts";

const never = new AbortController().signal;

export async function openCoterie(options: PeerOptions): Promise<Peer> {
  const engine = await openEngine({ ...options, cacheBytes: 0 });
  let sequence = 0;
  const generate = async (text: string, maxTokens: number, heal: boolean, expert: string, signal: AbortSignal) => {
    return finished(engine.generate(completion({ sequence: `${sequence}`, expert, text, heal, maxTokens }), signal));
  };
  return {
    generate: (text, maxTokens) => {
      const asked = completion({ sequence: `${sequence}`, expert: "general", text, heal: false, maxTokens });
      return finished(engine.generate({ ...asked, drafting: false }, never));
    },
    guess: (text, tokens) => generate(text, tokens, false, "general", never),
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

/** A completion of a text, greedy and of one branch, with everything that no measurement cares about. */
export function completion({
  text,
  ...asked
}: Pick<GenerateRequest, "sequence" | "expert" | "heal" | "maxTokens"> & { readonly text: string }): GenerateRequest {
  return { ...asked, prompt: [text], stops: [], branches: 1, priority: "completion" };
}
