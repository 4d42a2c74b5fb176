// Clean up this file: imports in order, nothing unused, block-scoped names, plain conditions.
import { inTurn, type Recipe } from "../recipe.ts";

export const cleanUp: Recipe = {
  id: "clean-up",
  title: "Clean up this file",
  words: {
    clean: 3,
    tidy: 2,
    cleanup: 3,
    imports: 2,
    organise: 2,
    organize: 2,
    unused: 3,
    dead: 2,
    var: 2,
    boolean: 2,
    lint: 1,
  },
  draft: inTurn("remove-unused", "unused-imports-python", "organise-imports", "var-to-let", "simplify-booleans"),
};
