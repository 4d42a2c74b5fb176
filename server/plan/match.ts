// Goal words -> recipes: stems of words, weighted. Deterministic, and no recipe is invented.
import type { Recipe } from "./recipe.ts";

export interface Match {
  readonly recipe: Recipe;
  /** Sum of the weights of the words that fit. */
  readonly score: number;
}

/** Goals that fit less well than this are unknown. */
const enough = 3;

/** Recipes by how well they fit a goal, best first; equal ones in the registry's order. */
export function matches(goal: string, recipes: readonly Recipe[]): readonly Match[] {
  const asked = new Set((goal.toLowerCase().match(/[a-z]+/g) ?? []).map(stem));
  const scored = recipes.map((recipe) => {
    if (goal.trim().toLowerCase() === recipe.id || goal.trim().toLowerCase() === recipe.title.toLowerCase()) {
      return { recipe, score: 100 };
    }
    const fitting = Object.entries(recipe.words).filter(([word]) => asked.has(stem(word)));
    const seen = new Map(fitting.map(([word, weight]) => [stem(word), weight]));
    return { recipe, score: [...seen.values()].reduce((sum, weight) => sum + weight, 0) };
  });
  return scored.sort((one, other) => other.score - one.score);
}

/** The recipes that a goal may mean: one where it is clear, several of equal score, none where it is unknown. */
export function meant(goal: string, recipes: readonly Recipe[]): readonly Recipe[] {
  const all = matches(goal, recipes);
  const best = all[0]?.score ?? 0;
  return best < enough ? [] : all.filter(({ score }) => score === best).map(({ recipe }) => recipe);
}

/** Without the endings that English words take: "renames", "renaming", "renamed" are "renam". */
function stem(word: string): string {
  return word.length < 4 ? word : word.replace(/(ations?|ings?|ies|es|ed|s|e|y)$/, "");
}
