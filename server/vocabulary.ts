// Names that a model has probably made up: known neither to the language, the document nor what else is open. Pure.
import file from "../experts/vocabulary.json" with { type: "json" };
import { codeOnly } from "./brackets.ts";
import type { Surroundings } from "./surroundings.ts";

const families: Readonly<Record<string, keyof typeof file.words>> = {
  typescript: "javascript",
  typescriptreact: "javascript",
  javascript: "javascript",
  javascriptreact: "javascript",
  python: "python",
};

const split = (words: string) => new Set(words.split(" "));
const words = { javascript: split(file.words.javascript), python: split(file.words.python) } satisfies Record<
  keyof typeof file.words,
  ReadonlySet<string>
>;

const name = /[\p{L}_$][\p{L}\p{N}_$]*/gu;
const wordBefore = /[\p{L}\p{N}_$]+$/u;
/** Shorter ones are counters and parameters. Characters. */
const shortest = 3;

/**
 * The names in a text at the cursor that nobody knows, each once; none in comments and strings, nor in languages whose words are
 * not known. A word that the text goes on with counts as a whole.
 * @param isKnown whether a name is known to the document or to what else is open; asked for what is no word of the language
 */
export function unknownNames(
  text: string,
  { region, languageId, before }: Surroundings,
  isKnown: (name: string) => boolean,
): readonly string[] {
  const family = families[languageId];
  if (family === undefined || region !== "code") return [];
  const begun = /^[\p{L}\p{N}_$]/u.test(text) ? (wordBefore.exec(before)?.[0] ?? "") : "";
  const code = codeOnly(before + text, languageId).slice(before.length - begun.length);
  const found = new Set([...code.matchAll(name)].map(([word]) => word));
  return [...found].filter((word) => word.length >= shortest && !words[family].has(word) && !isKnown(word));
}

/** Whether a text holds a name as a whole word. */
export function holdsName(text: string, name: string): boolean {
  const within = /[\p{L}\p{N}_$]/u;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!within.test(text[at - 1] ?? "") && !within.test(text[at + name.length] ?? "")) return true;
  }
  return false;
}
