// Extract and name: parts of long functions become functions of their own, a step each.
import { longest, longFunctions, partsOf } from "../long.ts";
import { isScript } from "../project.ts";
import type { Recipe } from "../recipe.ts";

/** Most parts that are taken out of one function: what is left is for the next plan. */
const mostParts = 4;

export const extractAndName: Recipe = {
  id: "extract-and-name",
  title: "Extract helpers from long functions and name them",
  words: { extract: 4, helper: 3, long: 3, function: 1, break: 2, shorten: 3, shorter: 2, smaller: 2, method: 1 },
  draft(file, project) {
    if (!isScript(file)) return [];
    const long = longFunctions(project, project.source(file));
    return long.flatMap((each) => {
      // Two of one name could not be told apart.
      if (long.filter(({ name }) => name === each.name).length > 1) return [];
      let left = each.lines;
      const parts = partsOf(project, file, each).filter(({ lines }) => {
        const isNeeded = left > longest;
        if (isNeeded) left -= lines - 1;
        return isNeeded;
      });
      return parts.slice(0, mostParts).map(() => ({
        operation: "extract-function",
        file,
        about: each.name,
        options: { function: each.name },
      }));
    });
  },
};
