// Works questions out with algebra libraries: exact where they can be. Runs in a thread that can be ended (job.ts).
import { all, create } from "mathjs";
import nerdamer from "nerdamer-prime/all";
import { NotUnderstood, type Question, readQuestion, unknownsOf } from "./question.ts";

export interface Worked {
  /** Exact: "11/12", "x = 2 or x = 3", "5000 m". */
  readonly result: string;
  /** The same as a decimal number, where that looks different; else null. */
  readonly decimal: string | null;
}

const math = create(all!, { number: "Fraction" });

/** Terms of a LaTeX formula. @throws NotUnderstood */
function fromLatex(latex: string): string {
  // The library wants the body of a sum in braces: it reaches to the next sign.
  const braced = latex.replace(/(\\sum_\{[^{}]*\}\^(?:\{[^{}]*\}|\w))\s*(?!\{)([^+\-=]+)/g, "$1{$2}");
  try {
    return nerdamer.convertFromLaTeX(braced).toString();
  } catch (error) {
    throw new NotUnderstood(`the LaTeX is not understood (${wordsOf(error)})`);
  }
}

/** @throws NotUnderstood */
export const questionIn = (text: string): Question => readQuestion(text, fromLatex);

/** @throws NotUnderstood when there is no answer, in words */
export function work(question: Question): Worked {
  try {
    switch (question.kind) {
      case "value":
        return numberOf(question.term, question.decimals);
      case "derivative":
        return { result: pretty(nerdamer(`diff(${question.term},${question.by})`).toString()), decimal: null };
      case "conversion":
        return { result: converted(question), decimal: null };
      case "equation":
        return solved(question);
    }
  } catch (error) {
    if (error instanceof NotUnderstood) throw error;
    throw new NotUnderstood(`it cannot be worked out: ${wordsOf(error)}`);
  }
}

function numberOf(term: string, decimals: boolean): Worked {
  const exact = nerdamer(term);
  const numeric = unknownsOf(term).length === 0;
  if (!numeric) return { result: pretty(exact.toString()), decimal: null };
  const number = nerdamer(term).evaluate();
  const fraction = number.toString();
  // What the library leaves as it is, such as a factorial, is a whole number or a fraction in the end.
  const whole = /^-?\d+$/.test(fraction);
  const symbolic = /[a-z]/i.test(exact.toString());
  const text = whole || !symbolic ? fraction : pretty(exact.toString());
  const decimal = whole ? fraction : number.text("decimals");
  if (!/^-?[\d.]+$/.test(decimal)) throw new NotUnderstood("the result is no number");
  if (decimals && terminates(fraction)) return { result: terminating(fraction), decimal: null };
  return { result: text, decimal: decimal === text ? null : terminates(fraction) ? terminating(fraction) : decimal };
}

/** Whether a fraction in lowest terms has an end as a decimal number. */
function terminates(fraction: string): boolean {
  const [, bottom] = /^-?\d+\/(\d+)$/.exec(fraction) ?? [];
  if (bottom === undefined) return /^-?\d+$/.test(fraction);
  let rest = BigInt(bottom);
  for (const factor of [2n, 5n]) while (rest % factor === 0n) rest /= factor;
  return rest === 1n;
}

const terminating = (fraction: string) => math.format(math.fraction(fraction), { fraction: "decimal" });

function solved({ left, right, unknown }: Extract<Question, { kind: "equation" }>): Worked {
  // The library's types know systems of equations only.
  const solve = nerdamer.solveEquations as unknown as (equation: string, unknown: string) => { toString(): string }[];
  const found = solve(`${left}=${right}`, unknown);
  const texts = [...new Set([found].flat().map((each) => each.toString()))];
  if (texts.length === 0 || texts[0] === "") throw new NotUnderstood("no solution was found");
  const real = texts.filter((text) => !/(?<![a-z])i(?![a-z])/.test(text));
  if (real.length === 0) throw new NotUnderstood("it has no solution among the real numbers");
  const numbers = real.map((text) => ({
    text: pretty(text),
    value: Number(nerdamer(text).evaluate().text("decimals")),
  }));
  numbers.sort((one, other) => one.value - other.value);
  const name = (values: readonly string[]) => values.map((value) => `${unknown} = ${value}`).join(" or ");
  const result = name(numbers.map(({ text }) => text));
  const decimal = name(numbers.map(({ value }) => String(value)));
  return { result, decimal: decimal === result || decimal.includes("NaN") ? null : decimal };
}

function converted({ amount, from, to }: Extract<Question, { kind: "conversion" }>): string {
  const value = math.fraction(nerdamer(amount).toString());
  return math.format(math.unit(value as never, from).to(to), { fraction: "decimal" });
}

/** Whether two terms are equal for every value of their unknowns. @throws Error when one of them is no term */
export function equal(one: string, other: string): boolean {
  const difference = nerdamer(`expand((${one})-(${other}))`);
  if (difference.toString() === "0") return true;
  const names = unknownsOf(`${one} ${other}`);
  if (names.length > 0) return nerdamer(`simplify((${one})-(${other}))`).toString() === "0";
  return Math.abs(Number(difference.evaluate().text("decimals"))) < 1e-12;
}

/** The derivative of a term, as a term. */
export const derivative = (term: string, by: string): string => nerdamer(`diff(${term},${by})`).toString();

/** A term with a value in place of an unknown. */
export const substituted = (term: string, unknown: string, value: string): string =>
  nerdamer(term, { [unknown]: value } as never).toString();

/** Whether two amounts with units are the same. */
export const sameAmount = (one: readonly [string, string], other: readonly [string, string]): boolean =>
  math.equal(
    math.unit(math.fraction(one[0]) as never, one[1]),
    math.unit(math.fraction(other[0]) as never, other[1]),
  ) as boolean;

/** Spaces around the signs of sums, so that it reads well and as the expert has learnt it. */
export const pretty = (term: string): string => term.replace(/(?<=[\w)])([+-])(?=[\w(])/g, " $1 ");

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!.replace(/[.!]+$/, "");
}
