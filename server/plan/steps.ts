// What the user changes in a plan before its steps are done: who does one, and in which order they are done.
import type { Step } from "./plan.ts";

/** @throws Error in words where there is no such expert */
export function give(step: Step, expert: string, installed: readonly string[]): void {
  if (!installed.includes(expert)) throw new Error(`There is no expert ${expert}. Experts: ${installed.join(", ")}.`);
  step.expert = {
    id: expert,
    score: 1,
    runnerUp: { id: step.expert.id, score: step.expert.score },
    because: "You have chosen it.",
  };
}

/** One place, where it does not pass one that it waits for or that waits for it. @throws Error in words where it may not */
export function move(steps: Step[], step: Step, by: -1 | 1): void {
  const at = steps.indexOf(step);
  const other = steps[at + by];
  if (!other || step.after.includes(other.id) || other.after.includes(step.id)) {
    throw new Error(other ? `${step.id} and ${other.id} wait for each other.` : "It is at the end already.");
  }
  [steps[at], steps[at + by]] = [other, step];
}
