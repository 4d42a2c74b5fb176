// LaTeX to plain formulas: fractions, roots, sums, products, powers and the usual signs. Pure.
import { NotUnderstood } from "./refused.ts";

/** Commands that stand for a sign, a name or nothing. */
const plain: ReadonlyMap<string, string> = new Map([
  ...["cdot", "times", "ast"].map((name) => [name, "*"] as const),
  ...["bmod", "mod"].map((name) => [name, " mod "] as const),
  ...["left", "right", "big", "Big", "bigl", "bigr", "limits", "displaystyle", "!"].map((name) => [name, ""] as const),
  ...["quad", ",", ";", ":", " "].map((name) => [name, " "] as const),
  ["div", "/"],
  ["pi", " pi "],
  ["%", "%"],
]);

const functions = new Set("sin cos tan sinh cosh tanh exp log ln min max gcd".split(" "));

/** Commands that have another spelling in one sign, or are only about looks. */
const spellings: readonly (readonly [RegExp, string])[] = [
  [/\\[dtc]frac(?![a-zA-Z])/g, "\\frac"],
  [/\\leq?(?![a-zA-Z])/g, "≤"],
  [/\\geq?(?![a-zA-Z])/g, "≥"],
  [/\\neq?(?![a-zA-Z])/g, "≠"],
  [/\{,\}/g, ","],
  [/\\frac\s*(?:d|\{d\})\s*\{d([a-z])\}/g, "d/d$1 "],
];

/** @throws NotUnderstood */
export function plainFromLatex(latex: string): string {
  const reader = new Reader(spellings.reduce((text, [from, to]) => text.replace(from, to), latex));
  return reader.whole();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): string {
    const found = this.#until(/\}/);
    if (this.#at < this.#text.length) throw new NotUnderstood("a brace of the LaTeX is closed and was not opened");
    return found.trim();
  }

  /** Reads on up to a sign that ends it outside of all brackets; a brace that closes always does. */
  #until(end: RegExp): string {
    let found = "";
    let depth = 0;
    for (; this.#at < this.#text.length; ) {
      const next = this.#text[this.#at]!;
      if (next === "}" || (depth === 0 && end.test(next))) break;
      if (/[([]/.test(next)) depth++;
      if (/[)\]]/.test(next)) depth--;
      found += this.#one(found);
    }
    return found;
  }

  /** The next sign, command or group. */
  #one(before: string): string {
    const next = this.#text[this.#at]!;
    if (next === "\\") return this.#command(before);
    if (next === "{") return `(${this.#group()})`;
    this.#at++;
    if (next === "^") return `^(${this.#raised()})`;
    if (next === "_") throw new NotUnderstood("a name with an index below is not understood: use one letter");
    return next === "[" ? "(" : next === "]" ? ")" : next;
  }

  #command(before: string): string {
    const [whole, name] = /^\\([a-zA-Z]+|.)?/.exec(this.#text.slice(this.#at)) as unknown as [string, string?];
    this.#at += whole.length;
    if (name === "frac") {
      if (/\d\s*$/.test(before)) {
        throw new NotUnderstood("a number before a fraction may be a sum or a product: write + or \\cdot between them");
      }
      const top = this.#group();
      return `((${top})/(${this.#group()}))`;
    }
    if (name === "sqrt") return this.#root();
    if (name === "sum") return this.#over("sum");
    if (name === "prod") return this.#over("product");
    if (name === "text" || name === "mathrm" || name === "operatorname") return ` ${this.#group()} `;
    if (name !== undefined && functions.has(name)) {
      if (!/^\s*(?:\\left)?\s*[({]/.test(this.#text.slice(this.#at))) {
        throw new NotUnderstood(`put what \\${name} is taken of into brackets`);
      }
      return ` ${name}`;
    }
    const stands = plain.get(name ?? "");
    if (stands === undefined) throw new NotUnderstood(`the LaTeX command ${whole} is not understood`);
    return stands;
  }

  /** The argument of a command: in braces, or one sign. */
  #group(): string {
    this.#at += /^\s*/.exec(this.#text.slice(this.#at))![0].length;
    const next = this.#text[this.#at];
    if (next === undefined) throw new NotUnderstood("the LaTeX ends where more is expected");
    if (next !== "{") return this.#one("");
    this.#at++;
    const found = this.#until(/\}/);
    if (this.#text[this.#at] !== "}") throw new NotUnderstood("a brace of the LaTeX is not closed");
    this.#at++;
    return found;
  }

  #raised(): string {
    if (/^\s*\d\d/.test(this.#text.slice(this.#at))) {
      throw new NotUnderstood("in LaTeX only the first digit after ^ is raised: put the power into braces");
    }
    return this.#group();
  }

  #root(): string {
    const degree = /^\s*\[([^\][]*)\]/.exec(this.#text.slice(this.#at));
    if (degree === null) return ` sqrt(${this.#group()})`;
    this.#at += degree[0].length;
    return `((${this.#group()})^(1/(${plainFromLatex(degree[1]!)})))`;
  }

  /** A sum or a product: it reaches to the next sign of a sum, or to the end of the brackets that it stands in. */
  #over(name: "sum" | "product"): string {
    let [from, to] = ["", ""];
    for (let place = this.#place(); place !== null; place = this.#place()) {
      if (place === "_") from = this.#group();
      else to = this.#group();
    }
    const [, index, first] = /^\s*([a-zA-Z])\s*=([^=]+)$/.exec(from) ?? [];
    if (index === undefined || to === "")
      throw new NotUnderstood(`the limits of the ${name} are missing: write \\sum_{k=1}^{n}`);
    const body = this.#until(/[)\]+\-−=<>≤≥≠]/);
    if (body.trim() === "") throw new NotUnderstood(`there is nothing after the ${name}`);
    return ` ${name}(${body},${index},${first},${to})`;
  }

  #place(): string | null {
    const found = /^\s*(?:\\limits\s*)?([_^])/.exec(this.#text.slice(this.#at));
    if (found === null) return null;
    this.#at += found[0].length;
    return found[1]!;
  }
}
