// Who does a step: every installed expert is scored by operation, region and language; the best one does it.
import { type Place, type Rule, route } from "../route.ts";
import type { Operation } from "./operation.ts";
import type { Step } from "./plan.ts";

/** Shares of the score. What rules say counts most: they are what the user can change. */
const weights = { rule: 0.5, fallback: 0.2, operation: 0.35, language: 0.15 } as const;

/** Languages that an expert was made for; experts that are not named know a little of all. */
const languages: Readonly<Record<string, readonly string[]>> = {
  code: ["typescript", "typescriptreact", "javascript", "javascriptreact", "python"],
  docs: ["typescript", "typescriptreact", "javascript", "javascriptreact", "python", "markdown"],
  math: ["python", "latex"],
};

/**
 * Scores the experts for a step at a place, from 0 to 1. The sum of: 0.5 where the first matching rule names the expert (0.2 where
 * that rule matches everything, since it says nothing of the step), 0.35 by how much the operation is about what it knows, 0.15 where it was made for the language. Ties go to the first installed.
 */
export function allocate(
  operation: Operation,
  place: Place,
  rules: readonly Rule[],
  installed: readonly string[],
): Step["expert"] {
  const routed = route(operation.task, place, rules, installed);
  const special = routed.considered.at(-1)?.why !== "it matches everything";
  const scored = installed.map((id) => ({
    id,
    score: round(
      (routed.expert !== id ? 0 : special ? weights.rule : weights.fallback) +
        weights.operation * (operation.suits[id] ?? 0) +
        weights.language * (languages[id]?.includes(place.languageId) ? 1 : 0),
    ),
  }));
  const [best = { id: "general", score: 0 }, next] = scored.sort((one, other) => other.score - one.score);
  const reasons = [
    routed.expert === best.id ? `rule ${routed.rule} names it: ${routed.because}` : "",
    (operation.suits[best.id] ?? 0) > 0 ? `the operation suits it (${operation.suits[best.id]})` : "",
    languages[best.id]?.includes(place.languageId) ? `it was made for ${place.languageId}` : "",
    operation.fills ? "" : "a tool does the step itself; the expert would fill in words",
  ].filter((reason) => reason !== "");
  return { ...best, runnerUp: next ?? null, because: reasons.join("; ") };
}

function round(score: number): number {
  return Math.round(score * 100) / 100;
}
