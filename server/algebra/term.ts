// Terms as people write them, in plain text or code, as trees: signs bind as in mathematics and in Python. Pure.
import { exactValue, type Fraction, remainderOf } from "./exact.ts";
import { NotUnderstood } from "./refused.ts";
import type { Term } from "./tree.ts";

/** Names with an argument list, in the library's spelling. */
const functions = new Set(
  "sqrt sin cos tan asin acos atan sinh cosh tanh exp log log10 abs mod factorial sum product min max floor ceil round gcd lcm".split(
    " ",
  ),
);

/** Spellings that mean the same. */
const spellings: readonly (readonly [RegExp, string])[] = [
  [/[×·⋅]/g, "*"],
  [/÷/g, "/"],
  [/[−–]/g, "-"],
  [/π/g, "pi"],
  [/\*\*/g, "^"],
  [/\bMath\.|\bnp\.|\bmath\./g, ""],
  [/\bln\b/g, "log"],
];

/** @throws NotUnderstood when it is no term, or when people read it in several ways */
export function readTerm(text: string): Term {
  const spelt = spellings.reduce((sofar, [from, to]) => sofar.replace(from, to), text.trim());
  return new Reader(spelt).whole();
}

class Reader {
  readonly #text: string;
  #at = 0;
  /** Argument lists that are open: a comma separates there, elsewhere thousands. */
  #lists = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Term {
    const unknown = /[^\w\s+\-*/^().,!%√]/.exec(this.#text);
    if (unknown) throw new NotUnderstood(`"${this.#text}" holds signs that are not understood`);
    const term = this.#sum();
    if (this.#at < this.#text.length) this.#stop();
    return term;
  }

  #sum(): Term {
    let term = this.#product();
    for (let sign = this.#take(/[+-]/y); sign !== null; sign = this.#take(/[+-]/y)) {
      term = added(term, sign as "+" | "-", this.#product());
    }
    return term;
  }

  #product(): Term {
    let left = this.#signed();
    let isDivided = false;
    for (;;) {
      const sign = this.#take(/[*/]|%|mod\b|(?=[a-z√(])/iy);
      if (sign === null) return left;
      // Two that stand side by side are multiplied.
      if (sign === "" && isDivided)
        throw new NotUnderstood("it is not clear what is divided: write * or brackets after the /");
      if (sign === "%" || sign.toLowerCase() === "mod") left = remainder(left, this.#signed(), sign === "%");
      else if (sign === "") left = { kind: "sign", sign: "*", left, right: this.#power() };
      else left = { kind: "sign", sign: sign === "/" ? "/" : "*", left, right: this.#signed() };
      isDivided = sign === "/";
    }
  }

  #signed(): Term {
    const sign = this.#take(/[+-]/y);
    if (sign === null) return this.#power();
    const of = this.#signed();
    return sign === "-" ? { kind: "minus", of } : of;
  }

  #power(): Term {
    const left = this.#behind();
    if (this.#take(/\^/y) === null) return left;
    return { kind: "sign", sign: "^", left, right: this.#signed() };
  }

  /** A factor with the signs behind it. */
  #behind(): Term {
    let term = this.#factor();
    for (;;) {
      if (this.#take(/!\s*!/y) !== null)
        throw new NotUnderstood("!! is not understood: write brackets between the two");
      if (this.#take(/!/y) !== null) term = { kind: "call", name: "factorial", of: [term] };
      else if (this.#take(/%\s*of\b/iy) !== null) {
        return { kind: "sign", sign: "*", left: { kind: "percent", of: term }, right: this.#power() };
      } else if (this.#take(/\s%\s*[+-](?=[^\s])/y) !== null) {
        throw new NotUnderstood(
          "% before a sign is a remainder or a percentage: write mod, or the % close to its number",
        );
      } else if (this.#take(/%(?!\s*[\w(√])/y) !== null) term = { kind: "percent", of: term };
      else return term;
    }
  }

  #factor(): Term {
    const number = this.#number();
    if (number !== null) return number;
    if (this.#take(/√/y) !== null) return { kind: "call", name: "sqrt", of: [this.#factor()] };
    if (this.#take(/\(/y) !== null) return this.#closed(() => this.#sum());
    const name = this.#take(/[a-z_]\w*/iy);
    if (name === null) return this.#stop();
    // What stands before a bracket is multiplied with it, but for the letters that people call functions by.
    if ((name.length === 1 && !/[fgh]/i.test(name)) || name === "pi") return { kind: "name", name };
    if (this.#take(/\(/y) === null) {
      if (name.length === 1) return { kind: "name", name };
      if (functions.has(name)) throw new NotUnderstood(`${name} needs its argument in brackets`);
      throw new NotUnderstood(`"${name}" is not understood in a formula`);
    }
    if (!functions.has(name)) throw new NotUnderstood(`"${name}" is not understood in a formula`);
    this.#lists++;
    const of = this.#closed(() => {
      const all = [this.#sum()];
      while (this.#take(/,/y) !== null) all.push(this.#sum());
      return all;
    });
    this.#lists--;
    const [one, other] = of;
    return name === "mod" && one && other ? remainder(one, other, false) : { kind: "call", name, of };
  }

  #number(): Term | null {
    const grouped = this.#lists > 0 ? null : this.#take(/[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?(?![\d,.])/y);
    const text = grouped ?? this.#take(/(?:\d[\d_]*(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?/iy);
    if (text === null) return null;
    if (this.#lists === 0 && this.#take(/,/y) !== null) {
      throw new NotUnderstood("a comma may only separate thousands, as in 1,000: write decimals with a point");
    }
    if (/[\d.]/.test(this.#text[this.#at] ?? ""))
      throw new NotUnderstood(`"${this.#text}" holds a number with two points`);
    if (/^\s+[\d.]/.test(this.#text.slice(this.#at))) throw new NotUnderstood(`a sign is missing after ${text}`);
    return { kind: "number", text: text.replace(/[_,]/g, "") };
  }

  #closed<T>(inner: () => T): T {
    const found = inner();
    if (this.#take(/\)/y) === null) this.#stop();
    return found;
  }

  /** What stands next, if it is this, behind blanks. A pattern that begins with a blank wants one. */
  #take(pattern: RegExp): string | null {
    const blanks = /^\s*/.exec(this.#text.slice(this.#at))![0].length;
    pattern.lastIndex = this.#at + (pattern.source.startsWith("\\s") ? 0 : blanks);
    const found = pattern.exec(this.#text);
    if (found === null) return null;
    this.#at = pattern.lastIndex;
    return found[0];
  }

  #stop(): never {
    throw new NotUnderstood(`"${this.#text}" is not a whole formula`);
  }
}

/** A percentage behind a sum is of that sum, as pocket calculators read it. */
function added(left: Term, sign: "+" | "-", right: Term): Term {
  if (right.kind !== "percent") return { kind: "sign", sign, left, right };
  if (isPercentage(left)) return { kind: "sign", sign, left, right };
  if (holdsPercent(left)) throw new NotUnderstood(`it is not clear what the last percentage is of: write "of"`);
  const share: Term = { kind: "sign", sign: "/", left: right.of, right: number("100") };
  return { kind: "sign", sign: "*", left, right: { kind: "sign", sign, left: number("1"), right: share } };
}

/** Percentages and sums of them. */
function isPercentage(term: Term): boolean {
  if (term.kind === "sign") return /[+-]/.test(term.sign) && isPercentage(term.left) && isPercentage(term.right);
  return term.kind === "percent" || (term.kind === "minus" && isPercentage(term.of));
}

function holdsPercent(term: Term): boolean {
  if (term.kind === "sign") return holdsPercent(term.left) || holdsPercent(term.right);
  return term.kind === "percent" || (term.kind === "minus" && holdsPercent(term.of));
}

const number = (text: string): Term => ({ kind: "number", text });

/**
 * What is left of a division rounded down, as in mathematics and Python: -7 mod 3 is 2. Languages disagree about % of negative
 * numbers, so that is refused; and the library about numbers that are no fractions.
 */
function remainder(left: Term, right: Term, isPercentSign: boolean): Term {
  const call: Term = { kind: "call", name: "mod", of: [left, right] };
  const [top, bottom] = [exactValue(left), exactValue(right)];
  if (top === null || bottom === null) {
    if (!holdsName(left) && !holdsName(right))
      throw new NotUnderstood("remainders are found of whole numbers and fractions only");
    return call;
  }
  if (bottom.top === 0n) throw new NotUnderstood("there is no remainder of a division by zero");
  const isNegative = top.top < 0n || bottom.top < 0n;
  if (isPercentSign && isNegative) {
    throw new NotUnderstood(
      "languages disagree about % of negative numbers: write mod, which is never negative for a positive divisor",
    );
  }
  if (!isNegative && top.bottom === 1n && bottom.bottom === 1n) return call;
  return fraction(remainderOf(top, bottom));
}

/** Whether it holds a letter that stands for a number. */
function holdsName(term: Term): boolean {
  switch (term.kind) {
    case "name":
      return term.name !== "pi" && term.name !== "e";
    case "number":
      return false;
    case "call":
      return term.of.some(holdsName);
    case "sign":
      return holdsName(term.left) || holdsName(term.right);
    default:
      return holdsName(term.of);
  }
}

function fraction({ top, bottom }: Fraction): Term {
  const size = number(String(top < 0n ? -top : top));
  const signed: Term = top < 0n ? { kind: "minus", of: size } : size;
  return bottom === 1n ? signed : { kind: "sign", sign: "/", left: signed, right: number(String(bottom)) };
}
