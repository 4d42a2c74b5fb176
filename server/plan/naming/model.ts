// Names by a model: it proposes some where a name is due, and all candidates are ranked by how likely they make the code.
import type { Prompt } from "../../engine/engine.ts";
import { compose } from "../../prompt.ts";
import { finished } from "../../saying.ts";
import type { Who } from "../../speaking.ts";
import type { Named, Unnamed } from "../operation.ts";
import { isFree } from "./best.ts";
import { nameIn } from "./words.ts";

/** How many of its likeliest first tokens a model follows to a name. */
const branches = 8;
/** Most tokens of a name. */
const mostTokens = 8;
/** Most names that are ranked: each costs a run over the places of the name. */
const mostRanked = 12;
/** Nats by which a name that the code itself offers goes before one that is only likely. */
const ruled = 2;
const stops = ["\n", "`", ",", ";", "(", ")", ".", "=", ":", "<", "{"] as const;
const never = new AbortController().signal;

/** @throws Error in words when the engine fails */
export async function namesBy({ engine, expert, manner }: Who, unnamed: Unnamed): Promise<Named> {
  const { file, ask, before, pieces, candidates } = unnamed;
  const started = performance.now();
  const sequence = `plan:/${file}#names`;
  const prompt = (prefix: string): Prompt =>
    manner === undefined ? compose("complete", { workspace: "", path: file, context: "", prefix }) : [prefix];
  const generation = await finished(
    engine.generate(
      {
        ...{ sequence, expert, prompt: prompt(ask), maxTokens: mostTokens, stops, branches },
        ...{ heal: true, priority: "command" },
      },
      never,
    ),
  );
  const proposed = generation.continuations.flatMap(({ text }) => nameIn(text) ?? []);
  const contest = [...new Set([...candidates, ...proposed])].filter((name) => isFree(name, unnamed));
  const { promptTokens, reusedTokens, newTokens } = generation;
  const spent = () => ({ promptTokens, reusedTokens, newTokens, ms: Math.round(performance.now() - started) });
  if (contest.length < 2 || manner?.ranks === false) return { names: contest, spent: spent() };

  const texts = contest.slice(0, mostRanked).map((name) => pieces.join(name));
  const scores = await engine.score(
    {
      ...{ sequence: `${sequence}-ranked`, expert, prompt: prompt(before), shortened: false },
      ...{ heal: true, priority: "command", texts },
    },
    never,
  );
  if (scores === null) return { names: contest, spent: spent() };
  const worth = texts.map((_, i) => scores[i]!.logProbability + (candidates.includes(contest[i]!) ? ruled : 0));
  const order = texts.map((_, i) => i).sort((a, b) => worth[b]! - worth[a]!);
  return { names: order.map((i) => contest[i]!), spent: spent() };
}
