// Goal words -> recipes: stems of words, weighted; a model breaks ties. No recipe is invented.
import type { Recipe } from "./recipe.ts";

export interface Match {
  readonly recipe: Recipe;
  /** Sum of the weights of the words that fit. */
  readonly score: number;
}

/** Goals that fit less well than this are unknown. */
const enough = 3;
/** Most recipes that are offered for an unknown goal. */
const mostOffered = 4;
/** Nats by which a model has to prefer one recipe to the next: below it is no opinion. */
const clear = 0.5;

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

/** How much a goal speaks for each title, in their order; null where no model can say. */
export type Weigh = (goal: string, titles: readonly string[]) => Promise<readonly number[] | null>;

/**
 * What a goal means: one recipe, or those that are to be offered. Words decide; where they do not, the model says which of those
 * that fit equally well it is, and which are nearest to a goal that none fits.
 */
export async function understood(
  goal: string,
  recipes: readonly Recipe[],
  weigh: Weigh,
): Promise<{ readonly recipe: Recipe } | { readonly offered: readonly Recipe[]; readonly known: boolean }> {
  const found = meant(goal, recipes);
  if (found.length === 1) return { recipe: found[0]! };
  const known = found.length > 1;
  const all = matches(goal, known ? found : recipes);
  const titles = all.map(({ recipe }) => recipe.title);
  const worth = await weigh(goal, titles);
  // Sorting keeps the order of equals.
  const order = all
    .map((_, i) => i)
    .sort((a, b) => all[b]!.score - all[a]!.score || (worth ? worth[b]! - worth[a]! : 0));
  const [best = 0, next = 0] = order;
  if (known && worth && worth[best]! - worth[next]! >= clear) return { recipe: all[best]!.recipe };
  return { offered: order.slice(0, known ? order.length : mostOffered).map((i) => all[i]!.recipe), known };
}

/** Without the endings that English words take: "renames", "renaming", "renamed" are "renam". */
function stem(word: string): string {
  return word.length < 4 ? word : word.replace(/(ations?|ings?|ies|es|ed|s|e|y)$/, "");
}
