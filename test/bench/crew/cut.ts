// Our engine: one backbone, and the experts' own layers.
import type { Engine } from "../../../server/engine/engine.ts";
import { openEngine } from "../../../server/engine/open.ts";
import { finished } from "../../../server/saying.ts";
import { completion } from "../coterie.ts";
import type { Crew, CrewOptions } from "./crew.ts";

const never = new AbortController().signal;

export async function openCut({ models, experts, guesses = true, ...options }: CrewOptions): Promise<Crew> {
  const engine = await openEngine({ ...options, model: models[0]!, onTrouble: console.error });
  return { ask: (document, text, expert, tokens) => asked(engine, document, text, experts[expert]!, tokens, guesses) };
}

/** As separate models would be served by it: an engine for each. */
export async function openApart({ models, experts, ...options }: CrewOptions): Promise<Crew> {
  const engines: Engine[] = [];
  for (const model of models) engines.push(await openEngine({ ...options, model, onTrouble: console.error }));
  return { ask: (document, text, expert, tokens) => asked(engines[expert]!, document, text, experts[expert]!, tokens) };
}

async function asked(
  engine: Engine,
  document: number,
  text: string,
  expert: string,
  maxTokens: number,
  drafting = true,
): Promise<void> {
  const request = completion({ sequence: `${document}`, expert, text, heal: true, maxTokens });
  await finished(engine.generate(drafting ? request : { ...request, drafting: false }, never));
}
