// Our engine: one backbone, and the experts' own layers.
import { openEngine } from "../../../server/engine/open.ts";
import { finished } from "../../../server/saying.ts";
import { completion } from "../coterie.ts";
import type { Crew, CrewOptions } from "./crew.ts";

const never = new AbortController().signal;

export async function openCut({ models, experts, ...options }: CrewOptions): Promise<Crew> {
  const engine = await openEngine({ ...options, model: models[0]! });
  return {
    async ask(document, text, expert, tokens) {
      const asked = { sequence: `${document}`, expert: experts[expert]!, heal: true, maxTokens: tokens };
      await finished(engine.generate(completion({ ...asked, text }), never));
    },
  };
}
