// Replace a pattern across files, by structure.
import type { Recipe } from "../recipe.ts";

export const replacePatternAcross: Recipe = {
  id: "replace-pattern",
  title: "Replace a pattern across files",
  words: { replace: 3, pattern: 3, substitute: 2, migrate: 2, across: 1, everywhere: 1 },
  asks: {
    find: "The expression to find, $name for any part of it: assert.equal($a, true)",
    replace: "The expression to put in its place: assert.ok($a)",
  },
  draft: (file, _project, { find = "", replace = "" }) => [
    { operation: "replace-pattern", file, about: `${find} by ${replace}`, options: { find, replace } },
  ],
};
