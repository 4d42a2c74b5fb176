// Tidy the arithmetic: numbers that are worked out at several places get one name, and what consists of numbers only is worked out.
import { constantsIn } from "../constants.ts";
import { isScript } from "../project.ts";
import type { Recipe } from "../recipe.ts";

export const tidyArithmetic: Recipe = {
  id: "tidy-arithmetic",
  title: "Tidy the arithmetic",
  words: {
    arithmetic: 4,
    formula: 3,
    math: 3,
    constant: 3,
    magic: 3,
    fold: 2,
    calculation: 2,
    number: 2,
    simplify: 1,
    tidy: 1,
  },
  draft(file, project) {
    const named = isScript(file) ? constantsIn(project, file) : [];
    return [
      ...named.map(({ value, places }) => ({
        operation: "name-constant",
        file,
        about: places[0]!.getText().replace(/^\((.*)\)$/s, "$1"),
        options: { value: String(value) },
      })),
      { operation: "fold-constants", file },
    ];
  },
};
