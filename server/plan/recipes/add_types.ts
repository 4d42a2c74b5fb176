// Add missing types and type hints.
import { inTurn, type Recipe } from "../recipe.ts";

export const addMissingTypes: Recipe = {
  id: "add-types",
  title: "Add missing types or type hints",
  words: { type: 3, hint: 2, annotate: 3, annotation: 3, missing: 1, typed: 2 },
  draft: inTurn("add-types"),
};
