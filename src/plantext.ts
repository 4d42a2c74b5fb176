// A plan in words, for the chat: its steps with who does each and why.
import type { PlanRun } from "../server/planning.ts";
import { plain as escaped } from "./words.ts";

/** Markdown. Titles hold code and names of files, which stay text. */
export function planInWords({ goal, steps }: PlanRun): string {
  const count = steps.length === 1 ? "one step" : `${steps.length} steps`;
  const lines = steps.map(({ title, expert, state, check }, i) => {
    const found = check === null ? "" : ` ${plain(check.found)}`;
    return `${i + 1}. ${plain(title)}: **${expert.id}**, ${state}.${found}\n   *${plain(expert.because)}*`;
  });
  return [`A plan of ${count} for "${plain(goal)}". Nothing is changed yet.`, "", ...lines, ""].join("\n");
}

/** At the beginning of a list's item these mean something too. */
const plain = (text: string) => escaped(text).replace(/[{}#]/g, "\\$&");
