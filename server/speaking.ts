// Whom the rules name for a task in words, how he is asked, and who takes his place when he does not answer.
import type { Crew } from "./answer.ts";
import type { Engine } from "./engine/engine.ts";
import type { Manner } from "./prompt.ts";
import type { Author, Route, Task } from "./protocol.ts";
import { Away, chosenOf, type Place } from "./route.ts";

/** An expert to be asked. */
export interface Who {
  readonly engine: Engine;
  readonly expert: string;
  /** How he is asked where he is not the embedded model's. */
  readonly manner: Manner | undefined;
}

export interface Spoken<Result> {
  readonly said: Result;
  readonly chosen: Route;
  /** The other machine that the text was sent to, or null. */
  readonly host: string | null;
}

export type Speakers = Pick<Crew, "engine" | "rules" | "installed" | "about" | "absent">;

/**
 * Asks the expert that the rules name. One on another machine that does not answer is replaced by whom the rules choose then;
 * `ask` is called again for that one, and what it has passed on of the first counts no more.
 * @throws Error in words when the engine fails; Away when nobody answers
 */
export async function speak<Result>(
  task: Task,
  place: Place,
  crew: Speakers,
  ask: (who: Who) => Promise<Result>,
  signal: AbortSignal,
): Promise<Spoken<Result>> {
  const chosen = chosenOf(task, place, crew);
  const { manner, host = null } = crew.about?.(chosen.expert) ?? {};
  try {
    return { said: await ask({ engine: crew.engine, expert: chosen.expert, manner }), chosen, host };
  } catch (error) {
    const others = crew.installed.filter((id) => id !== chosen.expert);
    if (!(error instanceof Away) || signal.aborted || others.length === 0) throw error;
    return speak(task, place, { ...crew, installed: others }, ask, signal);
  }
}

/** What is told of an answer's author. */
export function authorOf({ chosen, host }: Pick<Spoken<unknown>, "chosen" | "host">): Author {
  const { expert, wanted, absent, rule, because } = chosen;
  return {
    ...{ expert, wanted, rule, because },
    ...(absent === undefined ? {} : { absent }),
    ...(host === null ? {} : { host }),
  };
}
