// Rename for clarity: what has a name that says nothing gets a better one, a step each.
import { poorNames } from "../naming/poor.ts";
import { isScript } from "../project.ts";
import type { Recipe } from "../recipe.ts";

export const renameForClarity: Recipe = {
  id: "rename-for-clarity",
  title: "Rename for clarity",
  words: { rename: 4, name: 3, clarity: 3, clear: 2, readable: 2, identifier: 3, variable: 2, better: 1 },
  draft(file, project) {
    if (!isScript(file)) return [];
    const found = poorNames(project, file).map(({ name, within }) => ({ name: name.text, within }));
    const inside = (each: { readonly name: string; readonly within: string }) =>
      each.within === "" ? each.name : `${each.within}.${each.name}`;
    const holds = (one: (typeof found)[number]) =>
      found.some(({ within }) => within === inside(one) || within.startsWith(`${inside(one)}.`));
    const depth = ({ within }: (typeof found)[number]) => within.split(".").length;
    // A function comes behind what is in it: that is found again by the function's name.
    const order = [...found.filter((each) => !holds(each)), ...found.filter(holds).sort((a, b) => depth(b) - depth(a))];
    return order.map(({ name, within }, i) => {
      const behind = order.slice(i + 1).filter((other) => other.name === name && other.within === within).length;
      const where = within === "" ? "" : ` in ${within}`;
      return {
        operation: "rename-symbol",
        file,
        about: `${name}${where}`,
        options: { name, within, behind: String(behind) },
      };
    });
  },
};
