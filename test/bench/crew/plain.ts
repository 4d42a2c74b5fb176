// Experts that share nothing but the runtime: each reads every text by itself, greedily, without guesses.
import type { Sequence } from "../../../server/engine/cache.ts";
import { likeliest } from "../../../server/engine/sample.ts";
import type { Session } from "../../../server/engine/session.ts";
import type { Stack } from "../../../server/engine/stack.ts";
import type { Tokenizer } from "../../../server/engine/tokenizer.ts";
import type { Crew } from "./crew.ts";

const chunk = 64;

export interface Serving {
  readonly upper: Session;
  readonly stack: Stack;
  readonly sequence: Sequence;
}

export function plainCrew(serving: readonly Serving[], tokenizer: Tokenizer, contextTokens: number): Crew {
  return {
    async ask(_, text, expert, tokens) {
      const { stack, sequence, upper: session } = serving[expert]!;
      const ids = tokenizer.encode(text).slice(-contextTokens, -1);
      let hidden: Float32Array = new Float32Array(0);
      for (let made = 0; made < tokens; made++) {
        // The last token is read anew for its logits, as everywhere.
        sequence.rewind(Math.min(sequence.common(ids), ids.length - 1));
        while (sequence.tokens.length < ids.length) {
          const rows = Math.min(chunk, ids.length - sequence.tokens.length);
          await stack.read(sequence, ids.slice(sequence.tokens.length, sequence.tokens.length + rows));
          hidden = await stack.follow(sequence, session, rows);
        }
        const last = hidden.slice(-session.part.shape.hidden);
        ids.push(likeliest(await stack.predict(last), null, 1)[0]!);
      }
    },
  };
}
