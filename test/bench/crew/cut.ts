// Our engine: one backbone, and the experts' own layers.
import { openEngine } from "../../../server/engine/open.ts";
import type { Crew, CrewOptions } from "./crew.ts";

const never = new AbortController().signal;

export async function openCut({ models, experts, ...options }: CrewOptions): Promise<Crew> {
  const engine = await openEngine({ ...options, model: models[0]! });
  return {
    async ask(document, text, expert, tokens) {
      const request = {
        sequence: `${document}`,
        expert: experts[expert]!,
        prompt: [text],
        heal: true,
        maxTokens: tokens,
        stops: [],
        branches: 1,
        priority: "completion",
      } as const;
      const steps = engine.generate(request, never);
      for (let step = await steps.next(); !step.done; ) step = await steps.next();
    },
  };
}
