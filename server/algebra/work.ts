// Works questions out with algebra libraries: exact where they can be. Runs in a thread that can be ended (job.ts).
import nerdamer from "nerdamer-prime/all";
import { compared, exactValue, type Fraction } from "./exact.ts";
import { converted, isReal, numeric, orderedBy, quotient, rounded } from "./precise.ts";
import { type Comparison, type Question, readQuestion, unknownsOf } from "./question.ts";
import { NotUnderstood } from "./refused.ts";
import { readTerm } from "./term.ts";
import type { Term } from "./tree.ts";

export interface Worked {
  /** Exact: "11/12", "x = 2 or x = 3", "5000 m"; or it says of itself that it is about right. */
  readonly result: string;
  /** The same as a decimal number, where that looks different; else null. */
  readonly decimal: string | null;
}

/** @throws NotUnderstood */
export const questionIn = (text: string): Question => readQuestion(text);

/** @throws NotUnderstood when there is no answer, in words */
export function work(question: Question): Worked {
  try {
    switch (question.kind) {
      case "value":
        return numberOf(question.term, question.decimals);
      case "comparison":
        return { result: String(holds(question)), decimal: null };
      case "derivative":
        return { result: pretty(derivative(question.term, question.by)), decimal: null };
      case "conversion":
        return converted(question);
      case "equation":
        return solved(question);
    }
  } catch (error) {
    if (error instanceof NotUnderstood) throw error;
    throw new NotUnderstood(`it cannot be worked out: ${wordsOf(error)}`);
  }
}

function numberOf(term: string, decimals: boolean): Worked {
  const value = exactValue(readTerm(term));
  if (value !== null) return asFraction(value, decimals);
  const exact = nerdamer(exactly(term)).toString();
  if (unknownsOf(term).length > 0) return { result: pretty(exact), decimal: null };
  const number = numeric(term);
  if (number === null) throw new NotUnderstood("the result is no number");
  // So many zeros behind the point are no accident.
  if (number.isInteger() && number.precision(true) <= 30) return { result: number.toFixed(), decimal: null };
  // The library rounds roots and the like where it cannot simplify them, and says nothing of that.
  const simpler = equal(term, exact) ? exact : term;
  const fraction = fractionIn(simpler);
  return fraction === null ? { result: pretty(simpler), decimal: rounded(number) } : asFraction(fraction, decimals);
}

/** The exact value of a term in the library's words; null where it has none, or holds functions that people do not write. */
function fractionIn(term: string): Fraction | null {
  let read: Term;
  try {
    read = readTerm(term);
  } catch (error) {
    if (error instanceof NotUnderstood) return null;
    throw error;
  }
  return exactValue(read);
}

/** Longer ones are rounded where they are told beside the fraction. Characters. */
const longestDecimal = 40;

function asFraction({ top, bottom }: Fraction, decimals: boolean): Worked {
  if (bottom === 1n) return { result: String(top), decimal: null };
  const full = terminates(bottom) ? terminating(top, bottom) : null;
  if (decimals && full !== null) return { result: full, decimal: null };
  const short = full !== null && full.length <= longestDecimal ? full : quotient(top, bottom);
  return { result: `${top}/${bottom}`, decimal: short };
}

/** Whether a comparison of two numbers is true, exactly and not as a computer rounds. @throws NotUnderstood */
function holds({ left, sign, right }: Extract<Question, { kind: "comparison" }>): boolean {
  const order = orderOf(left, right);
  const holding: Readonly<Record<Comparison, boolean>> = {
    "=": order === 0,
    "≠": order !== 0,
    "<": order < 0,
    ">": order > 0,
    "≤": order <= 0,
    "≥": order >= 0,
  };
  return holding[sign];
}

function orderOf(left: string, right: string): number {
  const order = orderByNumbers(left, right);
  if (order !== null) return order;
  if (equal(left, right)) return 0;
  const isNumber = numeric(left) !== null && numeric(right) !== null;
  throw new NotUnderstood(
    isNumber ? "the two sides are too close to each other to tell" : "one of the sides is no number",
  );
}

/** How two terms stand to each other by what they come to; null where numbers cannot tell. */
function orderByNumbers(one: string, other: string): -1 | 0 | 1 | null {
  const [left, right] = [fractionIn(one), fractionIn(other)];
  if (left !== null && right !== null) return compared(left, right);
  if (unknownsOf(`${one} ${other}`).length > 0) return null;
  const [first, second] = [numeric(one), numeric(other)];
  return first && second && orderedBy(first, second);
}

/** Whether a fraction in lowest terms has an end as a decimal number. */
function terminates(bottom: bigint): boolean {
  let rest = bottom;
  for (const factor of [2n, 5n]) while (rest % factor === 0n) rest /= factor;
  return rest === 1n;
}

/** A fraction that terminates, as a decimal number with all its digits. */
function terminating(top: bigint, bottom: bigint): string {
  let places = 0;
  while (10n ** BigInt(places) % bottom !== 0n) places++;
  const size = ((top < 0n ? -top : top) * 10n ** BigInt(places)) / bottom;
  const digits = size.toString().padStart(places + 1, "0");
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return top < 0n ? `-${text}` : text;
}

/** Most digits before and behind the point of a number: the library would round longer ones, or take long. */
const mostPlaces = 200;

/** Decimal numbers as fractions: the library would round them. @throws NotUnderstood */
function exactly(term: string): string {
  return term.replace(
    /(?<![\w.])(\d*)\.?(\d*)(?:e([+-]?\d+))?(?![\w.])/gi,
    (number, whole: string, part: string, power?: string) => {
      if (whole + part === "" || (part === "" && power === undefined)) return number;
      const zeros = part.length - Number(power ?? 0);
      if (Math.abs(zeros) > mostPlaces) throw new NotUnderstood(`${number} has too many places`);
      const digits = `${whole}${part}`;
      return zeros >= 0 ? `(${digits}/1${"0".repeat(zeros)})` : `(${digits}${"0".repeat(-zeros)})`;
    },
  );
}

function solved({ left, right, unknown }: Extract<Question, { kind: "equation" }>): Worked {
  const difference = `(${exactly(left)})-(${exactly(right)})`;
  if (unknownsOf(difference).length === 1 && nerdamer(`expand(${difference})`).toString() === "0") {
    throw new NotUnderstood(`it holds for every ${unknown}`);
  }
  if (new RegExp(`[a-z]\\w+\\([^()]*\\b${unknown}\\b`).test(difference)) {
    throw new NotUnderstood(`${unknown} stands in a function: only equations between powers are solved`);
  }
  // The library's types know systems of equations only.
  const solve = nerdamer.solveEquations as unknown as (equation: string, unknown: string) => { toString(): string }[];
  const found = solve(`${difference}=0`, unknown);
  const texts = [...new Set([found].flat().map((each) => each.toString()))];
  if (texts.length === 0 || texts[0] === "") throw new NotUnderstood("no solution was found");
  const imaginary = /(?<![a-z])i(?![a-z])/;
  const real = texts.filter((text) => !imaginary.test(text));
  // The three real roots of some cubic equations can be written with imaginary numbers only.
  const isHidden = (text: string) =>
    imaginary.test(text) && unknownsOf(text).every((name) => name === "i") && isReal(text);
  if (texts.some(isHidden)) throw new NotUnderstood("it has real solutions that were not found exactly");
  if (real.length === 0) throw new NotUnderstood("it has no solution among the real numbers");
  // Where it finds none it comes near by trial, and says nothing of that.
  const isExact = (text: string) =>
    nerdamer(`expand(${substituted(difference, unknown, `(${text})`)})`).toString() === "0";
  if (!real.every(isExact)) throw new NotUnderstood("no exact solution was found");
  const numbers = real.map((text) => ({
    text: pretty(text),
    value: unknownsOf(text).length > 0 ? null : numeric(text),
  }));
  numbers.sort((one, other) => Number(one.value) - Number(other.value));
  const name = (values: readonly string[]) => values.map((value) => `${unknown} = ${value}`).join(" or ");
  const result = name(numbers.map(({ text }) => text));
  const decimals = numbers.flatMap(({ value }) => (value === null ? [] : [rounded(value)]));
  const decimal = name(decimals);
  return { result, decimal: decimal === result || decimals.length < numbers.length ? null : decimal };
}

/** Whether two terms are equal for every value of their unknowns. @throws Error when one of them is no term */
export function equal(one: string, other: string): boolean {
  const order = orderByNumbers(one, other);
  if (order !== null) return order === 0;
  const both = `(${exactly(one)})-(${exactly(other)})`;
  const difference = nerdamer(`expand(${both})`);
  if (/^[-\d/]+$/.test(difference.toString())) return difference.toString() === "0";
  return nerdamer(`simplify(${both})`).toString() === "0";
}

/** The derivative of a term, as a term. */
export const derivative = (term: string, by: string): string => nerdamer(`diff(${exactly(term)},${by})`).toString();

/** A term with a value in place of an unknown. */
export const substituted = (term: string, unknown: string, value: string): string =>
  nerdamer(term, { [unknown]: value } as never).toString();

/** Spaces around the signs of sums, so that it reads well and as the expert has learnt it. */
export const pretty = (term: string): string => term.replace(/(?<=[\w)])([+-])(?=[\w(])/g, " $1 ");

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!.replace(/[.!]+$/, "");
}
