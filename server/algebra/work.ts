// Works questions out with algebra libraries: exact where they can be. Runs in a thread that can be ended (job.ts).
import { all, create } from "mathjs";
import nerdamer from "nerdamer-prime/all";
import { compared, exactValue } from "./exact.ts";
import { type Comparison, type Question, readQuestion, unknownsOf } from "./question.ts";
import { NotUnderstood } from "./refused.ts";
import { readTerm } from "./term.ts";

export interface Worked {
  /** Exact: "11/12", "x = 2 or x = 3", "5000 m"; or it says of itself that it is about right. */
  readonly result: string;
  /** The same as a decimal number, where that looks different; else null. */
  readonly decimal: string | null;
}

const math = create(all!, { number: "Fraction" });

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
  const exact = nerdamer(exactly(term));
  const numeric = unknownsOf(term).length === 0;
  if (!numeric) return { result: pretty(exact.toString()), decimal: null };
  const number = exact.evaluate();
  const fraction = number.toString();
  // What the library leaves as it is, such as a factorial, is a whole number or a fraction in the end.
  const whole = /^-?\d+$/.test(fraction);
  const symbolic = /[a-z]/i.test(exact.toString());
  const text = whole || !symbolic ? fraction : pretty(exact.toString());
  const decimal = whole ? fraction : number.text("decimals");
  if (!/^-?[\d.]+$/.test(decimal)) throw new NotUnderstood("the result is no number");
  if (decimals && terminates(fraction)) return { result: terminating(fraction), decimal: null };
  if (decimal === text) return { result: text, decimal: null };
  return { result: text, decimal: terminates(fraction) ? terminating(fraction) : shortened(decimal) };
}

/** The digits that the library knows of what does not end: those behind them are made up. */
const shortened = (decimal: string): string => String(Number(Number(decimal).toPrecision(12)));

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
  const [one, other] = [exactValue(readTerm(left)), exactValue(readTerm(right))];
  if (one !== null && other !== null) return compared(one, other);
  if (equal(left, right)) return 0;
  const [size, difference] = [left, `(${left})-(${right})`].map((term) =>
    Number(nerdamer(exactly(term)).evaluate().text("decimals")),
  );
  // Roots and the like are known to so many digits only.
  if (!(Math.abs(difference!) > 1e-9 * Math.max(1e-300, Math.abs(size!)))) {
    throw new NotUnderstood("the two sides are too close to each other to tell");
  }
  return Math.sign(difference!);
}

/** Whether a fraction in lowest terms has an end as a decimal number. */
function terminates(fraction: string): boolean {
  const [, bottom] = /^-?\d+\/(\d+)$/.exec(fraction) ?? [];
  if (bottom === undefined) return /^-?\d+$/.test(fraction);
  let rest = BigInt(bottom);
  for (const factor of [2n, 5n]) while (rest % factor === 0n) rest /= factor;
  return rest === 1n;
}

/** A fraction that terminates, as a decimal number with all its digits. */
function terminating(fraction: string): string {
  const [top = "0", bottom = "1"] = fraction.replace("-", "").split("/");
  let places = 0;
  while (10n ** BigInt(places) % BigInt(bottom) !== 0n) places++;
  const digits = ((BigInt(top) * 10n ** BigInt(places)) / BigInt(bottom)).toString().padStart(places + 1, "0");
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return fraction.startsWith("-") ? `-${text}` : text;
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
  const real = texts.filter((text) => !/(?<![a-z])i(?![a-z])/.test(text));
  if (real.length === 0) throw new NotUnderstood("it has no solution among the real numbers");
  // Where it finds none it comes near by trial, and says nothing of that.
  const isExact = (text: string) =>
    nerdamer(`expand(${substituted(difference, unknown, `(${text})`)})`).toString() === "0";
  if (!real.every(isExact)) throw new NotUnderstood("no exact solution was found");
  const numbers = real.map((text) => ({
    text: pretty(text),
    value: Number(nerdamer(text).evaluate().text("decimals")),
  }));
  numbers.sort((one, other) => one.value - other.value);
  const name = (values: readonly string[]) => values.map((value) => `${unknown} = ${value}`).join(" or ");
  const result = name(numbers.map(({ text }) => text));
  const decimal = name(numbers.map(({ value }) => shortened(String(value))));
  return { result, decimal: decimal === result || decimal.includes("NaN") ? null : decimal };
}

/** A fraction with a larger bottom comes from a unit of many places, and the library has rounded it. */
const largestBottom = 10_000;

/** Exact, as a decimal number too where that does not end; else said to be about right. */
function converted({ amount, from, to }: Extract<Question, { kind: "conversion" }>): Worked {
  const value = math.fraction(nerdamer(exactly(amount)).toString());
  const found = math.unit(value as never, from).to(to);
  const text = math.format(found, { fraction: "decimal" });
  if (!text.includes("(") && text.length < 40) return { result: text, decimal: null };
  const [number, ...unit] = math.format(found, { fraction: "ratio" }).split(" ");
  const decimal = Number(nerdamer(number!).evaluate().text("decimals"));
  if (Number(number!.split("/")[1] ?? 1) > largestBottom) {
    return { result: ["about", decimal.toPrecision(12), ...unit].join(" "), decimal: null };
  }
  return { result: [number, ...unit].join(" "), decimal: [String(decimal), ...unit].join(" ") };
}

/** Whether two terms are equal for every value of their unknowns. @throws Error when one of them is no term */
export function equal(one: string, other: string): boolean {
  const both = `(${exactly(one)})-(${exactly(other)})`;
  const difference = nerdamer(`expand(${both})`);
  if (/^[-\d/]+$/.test(difference.toString())) return difference.toString() === "0";
  if (unknownsOf(both).length > 0) return nerdamer(`simplify(${both})`).toString() === "0";
  // Roots and the like: what is left is rounding.
  const [size, left] = [nerdamer(exactly(one)), difference].map((each) =>
    Math.abs(Number(each.evaluate().text("decimals"))),
  );
  return left! <= 1e-15 * Math.max(1e-300, size!) * 100;
}

/** The derivative of a term, as a term. */
export const derivative = (term: string, by: string): string => nerdamer(`diff(${exactly(term)},${by})`).toString();

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
