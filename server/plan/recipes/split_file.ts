// Split a file: every top-level function, class and type but the first gets a file of its own.
import { symbols } from "../operations/split_file.ts";
import { isScript } from "../project.ts";
import type { Draft, Recipe } from "../recipe.ts";

export const splitFile: Recipe = {
  id: "split-file",
  title: "Split a file by top-level symbol",
  words: { split: 4, separate: 2, divide: 2, symbol: 1, file: 1, own: 1, apart: 2 },
  draft(file, project) {
    if (!isScript(file)) return [];
    const found = symbols(project, file);
    const names = found.map(({ name }) => name);
    const taken = new Set<string>();
    return found.slice(1).flatMap(({ name }): readonly Draft[] => {
      // Overloads and merged declarations belong together and would have to move together.
      if (names.filter((each) => each === name).length > 1) return [];
      const into = beside(file, name);
      if (project.text(into) !== null || taken.has(into.toLowerCase())) return [];
      taken.add(into.toLowerCase());
      const options = { symbol: name, into };
      return [
        { operation: "create-file", file, about: into, options },
        { operation: "move-symbol", file, about: `${name} to ${into}`, options },
      ];
    });
  },
};

/** `src/cart.ts`, `parsePrice` -> `src/parse_price.ts`, or with dashes or capitals where the file's name has them. */
function beside(file: string, symbol: string): string {
  const slash = file.lastIndexOf("/") + 1;
  const [name, ...endings] = file.slice(slash).split(".");
  const words = symbol.split(/(?<=[a-z0-9])(?=[A-Z])|_/).map((word) => word.toLowerCase());
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  const camel = words.map((word, i) => (i === 0 ? word : capital(word))).join("");
  const own = name!.includes("_")
    ? words.join("_")
    : name!.includes("-")
      ? words.join("-")
      : /^[A-Z]/.test(name!)
        ? capital(camel)
        : camel;
  return `${file.slice(0, slash)}${own}.${endings.join(".")}`;
}
