// How well recipes fit a goal, as a model has it: how much likelier each title becomes by the goal. It chooses among what there is.
import { compose } from "../prompt.ts";
import type { Who } from "../speaking.ts";

const never = new AbortController().signal;
/** A goal that says nothing: what a title is worth without one. */
const nothing = "change the code";

/** Nats by which the goal makes each title likelier, in the order given; null where the model cannot say. @throws Error in words */
export async function weighed(
  { engine, expert, manner }: Who,
  goal: string,
  titles: readonly string[],
): Promise<readonly number[] | null> {
  if (manner?.ranks === false) return null;
  const scores = async (wish: string) => {
    const prefix = `What somebody wants: ${wish}\nThe refactoring that does it:`;
    const prompt =
      manner === undefined ? compose("complete", { workspace: "", path: "plan.md", context: "", prefix }) : [prefix];
    const asked = {
      sequence: "plan:/goal",
      expert,
      prompt,
      shortened: false,
      heal: true,
      priority: "command",
    } as const;
    return engine.score({ ...asked, texts: titles.map((title) => ` ${title}`) }, never);
  };
  const [wished, plain] = [await scores(goal), await scores(nothing)];
  return wished && plain && wished.map(({ logProbability }, i) => logProbability - plain[i]!.logProbability);
}
