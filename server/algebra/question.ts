// What a calculation asks, read from the words and formulas that people write: plain text, code or LaTeX to plain terms.
import { plainFromLatex } from "./latex.ts";
import { NotUnderstood } from "./refused.ts";
import { spelt } from "./spelling.ts";
import { readTerm } from "./term.ts";

/** Terms are in the spelling of the algebra library: `^`, `*` between factors, `mod(a,b)`, `factorial(n)`. */
export type Question =
  | { readonly kind: "value"; readonly term: string; readonly decimals: boolean }
  | { readonly kind: "comparison"; readonly left: string; readonly sign: Comparison; readonly right: string }
  | { readonly kind: "equation"; readonly left: string; readonly right: string; readonly unknown: string }
  | { readonly kind: "derivative"; readonly term: string; readonly by: string }
  | { readonly kind: "conversion"; readonly amount: string; readonly from: string; readonly to: string };

export type Comparison = "=" | "≠" | "<" | ">" | "≤" | "≥";

/** How comparisons are written in code and in formulas. */
const comparisons: Readonly<Record<string, Comparison>> = {
  "===": "=",
  "==": "=",
  "=": "=",
  "!==": "≠",
  "!=": "≠",
  "≠": "≠",
  "<=": "≤",
  "≤": "≤",
  ">=": "≥",
  "≥": "≥",
  "<": "<",
  ">": ">",
};

export const longestQuestion = 300;

/** @throws NotUnderstood */
export function readQuestion(text: string): Question {
  if (text.length > longestQuestion)
    throw new NotUnderstood(`it has more than ${longestQuestion} characters: choose a shorter part`);
  const asked = withoutImaginary(bare(text));
  if (asked === "") throw new NotUnderstood("there is nothing to calculate: select a formula");
  const plain = /[\\{}]/.test(asked) ? plainFromLatex(asked) : asked;

  const derived =
    /^(?:derivative of|differentiate|d\/d([a-z]))\s*(.+?)(?:\s+(?:by|for|with respect to)\s+([a-z]))?$/i.exec(plain);
  if (derived) {
    const term = termOf(unwrapped(derived[2]!));
    return { kind: "derivative", term, by: derived[1] ?? derived[3] ?? onlyUnknown(term) };
  }
  const converted =
    /^(?:convert\s+)?([-+*/.,\d\s()]+?)\s*([a-zA-Z°][a-zA-Z°/^\d]*)\s+(?:in|to|into|as)\s+([a-zA-Z°][a-zA-Z°/^\d]*)$/.exec(
      plain,
    );
  if (converted) {
    const [, amount, from, to] = converted;
    return { kind: "conversion", amount: termOf(amount!), from: from!, to: to! };
  }
  const [, beginning = "", sides = "", named] = /^(solve\s+)?(.+?)(?:\s+for\s+([a-z]))?$/is.exec(plain) ?? [];
  const parts = sides.split(/([=!]==?|[<>]=|[=<>≤≥≠])/);
  if (parts.length > 3) throw new NotUnderstood("it compares more than two sides: choose two of them");
  if (parts.length === 3) return compares(parts as [string, string, string], named, beginning !== "");
  if (beginning !== "") throw new NotUnderstood("an equation has two sides: write 3x - 9 = 0");
  return { kind: "value", term: termOf(plain), decimals: /\d\.\d|%/.test(plain) };
}

/** An equation where there is an unknown, else a comparison that is true or false. */
function compares(
  [one, sign, other]: readonly [string, string, string],
  named: string | undefined,
  solve: boolean,
): Question {
  const [left, right] = [termOf(one), termOf(other)];
  const comparison = comparisons[sign]!;
  const unknowns = unknownsOf(`${left} ${right}`);
  if (unknowns.length === 0 && !solve && named === undefined)
    return { kind: "comparison", left, sign: comparison, right };
  if (comparison !== "=") throw new NotUnderstood("with an unknown in it only an equation is solved");
  return { kind: "equation", left, right, unknown: named ?? onlyUnknown(`${left} ${right}`) };
}

/**
 * The library takes the letter i for the imaginary unit, people for the index of a sum: that gets another letter.
 * @throws NotUnderstood where i is no index
 */
function withoutImaginary(text: string): string {
  const letter = /(?<![a-zA-Z\\])i(?![a-zA-Z])/g;
  if (!letter.test(text)) return text;
  if (!/\\sum_\{?\s*i\s*=|,\s*i\s*,/.test(text))
    throw new NotUnderstood("the letter i is not understood: use another one");
  const free = [..."kjnmq"].find((name) => !new RegExp(`(?<![a-zA-Z\\\\])${name}(?![a-zA-Z])`).test(text));
  if (free === undefined) throw new NotUnderstood("it has too many letters: choose a smaller part");
  return text.replace(letter, free);
}

/** Without what stands around a formula: dollars, "what is", a question mark, an equals sign at its end. */
function bare(text: string): string {
  return text
    .trim()
    .replace(/^\\[([]|\\[)\]]$|^\$+|\$+$/g, "")
    .replace(/^(?:what is|calculate|compute|evaluate|work out)\s+/i, "")
    .replace(/^=|[\s=?.;]+$/g, "")
    .trim();
}

const unwrapped = (text: string) =>
  text.replace(/^\((.*)\)$/, (whole, inner: string) => (balanced(inner) ? inner : whole));

function balanced(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === "(") depth++;
    if (character === ")" && --depth < 0) return false;
  }
  return depth === 0;
}

/** A term in the library's spelling. @throws NotUnderstood */
export const termOf = (text: string): string => spelt(readTerm(text));

/** The letters of a term that stand for numbers: not e, nor the index of a sum. */
export function unknownsOf(term: string): readonly string[] {
  const sums = /\b(?:sum|product)\(/.test(term) ? term.matchAll(/,\s*([a-zA-Z])\s*,/g) : [];
  const indices = new Set([...sums].map(([, name]) => name));
  const names = [...term.matchAll(/(?<![\w.])[a-zA-Z](?!\w)/g)].map(([name]) => name);
  return [...new Set(names)].filter((name) => name !== "e" && !indices.has(name));
}

function onlyUnknown(term: string): string {
  const names = unknownsOf(term);
  if (names.length === 1) return names[0]!;
  if (names.includes("x")) return "x";
  throw new NotUnderstood(names.length === 0 ? "there is no unknown in it" : `say for which of ${names.join(", ")}`);
}
