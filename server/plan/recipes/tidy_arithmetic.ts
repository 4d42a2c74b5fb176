// Tidy the arithmetic: what consists of numbers only is worked out.
import { inTurn, type Recipe } from "../recipe.ts";

export const tidyArithmetic: Recipe = {
  id: "tidy-arithmetic",
  title: "Tidy the arithmetic",
  words: { arithmetic: 4, formula: 3, math: 3, constant: 2, fold: 2, calculation: 2, number: 1, simplify: 1, tidy: 1 },
  draft: inTurn("fold-constants"),
};
