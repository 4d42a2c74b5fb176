// What a calculation asks, read from the words and formulas that people write: plain text, code or LaTeX to plain terms.

/** Terms are in the spelling of the algebra library: `^`, `*` between factors, `mod(a,b)`, `factorial(n)`. */
export type Question =
  | { readonly kind: "value"; readonly term: string; readonly decimals: boolean }
  | { readonly kind: "equation"; readonly left: string; readonly right: string; readonly unknown: string }
  | { readonly kind: "derivative"; readonly term: string; readonly by: string }
  | { readonly kind: "conversion"; readonly amount: string; readonly from: string; readonly to: string };

/** What cannot be read or worked out, in words that say what to do. */
export class NotUnderstood extends Error {}

export const longestQuestion = 300;

const functions = new Set(
  "sqrt sin cos tan asin acos atan sinh cosh tanh exp log ln log10 abs mod factorial sum min max floor ceil round gcd lcm pi".split(
    " ",
  ),
);

/**
 * Reads a question; `fromLatex` turns a LaTeX formula into a plain term.
 * @throws NotUnderstood
 */
export function readQuestion(text: string, fromLatex: (latex: string) => string): Question {
  if (text.length > longestQuestion)
    throw new NotUnderstood(`it has more than ${longestQuestion} characters: choose a shorter part`);
  const asked = withoutImaginary(bare(text));
  if (asked === "") throw new NotUnderstood("there is nothing to calculate: select a formula");
  const plain = asked.includes("\\") ? fromLatex(asked) : asked;

  const derived =
    /^(?:derivative of|differentiate|d\/d([a-z]))\s*(.+?)(?:\s+(?:by|for|with respect to)\s+([a-z]))?$/i.exec(plain);
  if (derived) {
    const term = termOf(unwrapped(derived[2]!));
    return { kind: "derivative", term, by: derived[1] ?? derived[3] ?? onlyUnknown(term) };
  }
  const converted =
    /^(?:convert\s+)?([-+*/.\d\s()]+?)\s*([a-zA-Z°][a-zA-Z°/^\d]*)\s+(?:in|to|into|as)\s+([a-zA-Z°][a-zA-Z°/^\d]*)$/.exec(
      plain,
    );
  if (converted) {
    const [, amount, from, to] = converted;
    return { kind: "conversion", amount: termOf(amount!), from: from!, to: to! };
  }
  const solved = /^(?:solve\s+)?([^=]+)={1,2}([^=]+?)(?:\s+for\s+([a-z]))?$/i.exec(plain);
  if (solved) {
    const [left, right] = [termOf(solved[1]!), termOf(solved[2]!)];
    return { kind: "equation", left, right, unknown: solved[3] ?? onlyUnknown(`${left} ${right}`) };
  }
  return { kind: "value", term: termOf(plain), decimals: /\d\.\d|%/.test(plain) };
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

/** A term in the library's spelling. @throws NotUnderstood when it holds words that are no mathematics */
export function termOf(text: string): string {
  let term = text
    .trim()
    .replace(/[×·⋅]/g, "*")
    .replace(/÷/g, "/")
    .replace(/[−–]/g, "-")
    .replace(/π/g, "pi")
    .replace(/\*\*/g, "^")
    .replace(/(\d)_(?=\d)/g, "$1")
    .replace(/\bMath\.|\bnp\.|\bmath\./g, "");
  if (!/^[\w\s+\-*/^().,!%√=]*$/.test(term))
    throw new NotUnderstood(`"${text.trim()}" holds signs that are not understood`);
  term = term
    .replace(/√\s*(\d+(?:\.\d+)?|\([^()]*\))/g, "sqrt($1)")
    .replace(/(\d+(?:\.\d+)?)\s*%\s*of\s+/gi, "($1/100)*")
    // Less or more by a share of itself, as pocket calculators read it.
    .replace(/^([\d.]+)\s*([+-])\s*([\d.]+)\s*%$/, "$1*(1$2$3/100)")
    .replace(/(\d+(?:\.\d+)?)\s*%(?!\s*[\d(a-z])/gi, "($1/100)")
    .replace(/(\d+|\([^()]*\))\s*!/g, "factorial($1)")
    .replace(/([\w.]+|\([^()]*\))\s*(?:\bmod\b|%)\s*([\w.]+|\([^()]*\))/gi, "mod($1,$2)")
    .replace(/\bln\b/g, "log")
    // Scientific notation keeps its e.
    .replace(/(?<![\w.])(\d+(?:\.\d+)?)\s*(?=[a-df-zA-Z(]|e(?![+\-\d]))/g, "$1*")
    .replace(/\)\s*(?=[\w(])/g, ")*");
  for (const [word] of term.matchAll(/(?<![\w.])[a-zA-Z_]\w*/g)) {
    if (word.length > 1 && !functions.has(word)) throw new NotUnderstood(`"${word}" is not understood in a formula`);
  }
  if (term.trim() === "" || !balanced(term)) throw new NotUnderstood(`"${text.trim()}" is not a whole formula`);
  return term.replace(/\s+/g, " ");
}

/** The letters of a term that stand for numbers: not e, nor the index of a sum. */
export function unknownsOf(term: string): readonly string[] {
  const indices = new Set([...term.matchAll(/\bsum\([^()]*?,\s*([a-z])\s*,/g)].map(([, name]) => name));
  const names = [...term.matchAll(/(?<![\w.])[a-zA-Z](?!\w)/g)].map(([name]) => name);
  return [...new Set(names)].filter((name) => name !== "e" && !indices.has(name));
}

function onlyUnknown(term: string): string {
  const names = unknownsOf(term);
  if (names.length === 1) return names[0]!;
  if (names.includes("x")) return "x";
  throw new NotUnderstood(names.length === 0 ? "there is no unknown in it" : `say for which of ${names.join(", ")}`);
}
