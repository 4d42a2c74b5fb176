// A calculation: algebra finds the result, the math expert writes the steps, algebra checks each of them.
import type { AlgebraJob, AlgebraOutcome } from "./algebra/thread.ts";
import type { Calculation, Route } from "./protocol.ts";
import { finished, linesAgain, say } from "./saying.ts";
import type { Who } from "./speaking.ts";

export interface Help {
  readonly algebra: (job: AlgebraJob) => Promise<AlgebraOutcome>;
  /** Whom the rules name for this. */
  readonly route: Route;
  /** What the expert writes to a request, see `writtenSteps`; called only where it is to be asked. "" where it cannot be had now. */
  readonly write: (request: string) => Promise<string>;
}

/** Worked exercises have up to about 300 tokens. */
const mostTokens = 320;

/**
 * The result is the library's, never the model's. The expert is asked where it has learnt such questions and is installed:
 * another one would invent steps.
 * @param signal ends the expert's writing; the result stays
 * @throws Error in words when the engine fails
 */
export async function calculate(
  text: string,
  { algebra, route, write }: Help,
  signal: AbortSignal,
): Promise<Calculation> {
  const started = performance.now();
  const ms = () => Math.round(performance.now() - started);
  const worked = await algebra({ text, reply: null });
  if (worked.kind === "not understood") return { ...nobody, why: worked.why, ms: ms() };
  const { result, decimal, wording } = worked;
  const alone: Calculation = { ...nobody, result, decimal, verified: true, ms: ms() };
  if (wording === null || route.wanted !== null || signal.aborted) return { ...alone, ms: ms() };
  const reply = await write(wording);
  if (reply.trim() === "") return { ...alone, ms: ms() };
  const checked = await algebra({ text, reply });
  const steps = checked.kind === "worked" ? checked.steps : [];
  const { expert, rule, because } = route;
  return { ...alone, steps, expert, rule, because, ms: ms() };
}

const nobody = {
  result: null,
  decimal: null,
  verified: false,
  steps: [],
  expert: null,
  rule: null,
  because: null,
  why: null,
} as const;

/** What an expert writes to the request for steps. @throws Error in words when the engine fails */
export async function writtenSteps(
  { engine, expert, manner }: Who,
  request: string,
  signal: AbortSignal,
): Promise<string> {
  const saying = {
    sequence: "calculate",
    expert,
    slots: { request },
    maxTokens: mostTokens,
    manner,
    again: linesAgain,
  };
  return (await finished(say(engine, saying, signal))).text;
}
