// What fractions cannot say, to 256 digits: roots and the like as decimal numbers, and amounts with units.
import { all, type BigNumber, create, type MathNode } from "mathjs";
import { exactValue } from "./exact.ts";
import type { Question } from "./question.ts";
import { NotUnderstood } from "./refused.ts";
import { readTerm } from "./term.ts";

const math = create(all!, { number: "BigNumber", precision: 256 });
const complex = create(all!, { number: "number" });

/** Two numbers that agree to so many digits are the same. The other digits are for those that rounding takes, and large parts that cancel out. */
const sameDigits = 150;

/** Longer sums and products are not added up. */
const mostTerms = 10_000;

/** The sum or product of a body for all whole numbers of an index, as a function of the library's parsed terms. */
function running(begin: number, fold: (sofar: BigNumber, value: BigNumber) => BigNumber) {
  const run = ([body, index, from, to]: readonly MathNode[], _math: unknown, scope: Map<string, unknown>) => {
    const [first, last] = [Number(from!.evaluate(scope)), Number(to!.evaluate(scope))];
    if (!(last - first < mostTerms)) throw new NotUnderstood(`it has more than ${mostTerms} terms`);
    let result = math.bignumber(begin);
    for (let at = first; at <= last; at++) {
      result = fold(result, body!.evaluate(new Map(scope).set(index!.toString(), math.bignumber(at))));
    }
    return result;
  };
  return Object.assign(run, { rawArgs: true });
}
const sums = {
  sum: running(0, (sofar, value) => sofar.plus(value)),
  product: running(1, (sofar, value) => sofar.times(value)),
};
math.import(sums, { override: true });

/** What a term without unknowns comes to; null where that is no real number. @throws Error where a part of it is none */
export function numeric(term: string): BigNumber | null {
  const value: unknown = math.evaluate(term, new Map());
  return math.isBigNumber(value) && value.isFinite() ? value : null;
}

/** Whether a term that holds the imaginary unit comes to a real number in spite of it, as the roots of some cubic equations do. */
export function isReal(term: string): boolean {
  const value: unknown = complex.evaluate(term);
  if (!complex.isComplex(value)) return true;
  return Math.abs(value.im) <= 1e-9 * Math.max(1, Math.abs(value.re));
}

/** To the digits that people read. */
export const rounded = (value: BigNumber): string => value.toSignificantDigits(12).toString();

/** A fraction as a decimal number, rounded. */
export const quotient = (top: bigint, bottom: bigint): string =>
  rounded(math.bignumber(String(top)).div(math.bignumber(String(bottom))));

/** Less than zero, zero or more: how the first stands to the second. Null where they are too close to zero to tell. */
export function orderedBy(one: BigNumber, other: BigNumber): -1 | 0 | 1 | null {
  const [difference, size] = [one.minus(other), math.max(one.abs(), other.abs()) as BigNumber];
  // What is left of numbers that cancel each other out is rounding.
  if (size.lt(`1e-${sameDigits}`)) return null;
  if (difference.abs().lte(size.times(`1e-${sameDigits}`))) return 0;
  return difference.isNegative() ? -1 : 1;
}

/** Makes an amount. The library's own electron volt is of the time before the unit was defined by a number. */
function amountOf(size: BigNumber, unit: string) {
  if (/eV\b/.test(unit))
    math.createUnit("eV", { definition: "1.602176634e-19 J", prefixes: "short" }, { override: true });
  return math.unit(size, unit);
}

/** A fraction with a larger bottom comes from a unit that is no fraction of the other, such as a pound of a kilogram. */
const largestBottom = 10_000;
/** A conversion with more digits than these has no end. */
const mostDigits = 30;

/**
 * Exact, as a decimal number too where that does not end; else said to be about right.
 * @throws NotUnderstood, and Error where there is no such unit or the two do not fit together
 */
export function converted({ amount, from, to }: Extract<Question, { kind: "conversion" }>) {
  const exact = exactValue(readTerm(amount));
  if (exact === null) throw new NotUnderstood("the amount is no number that can be converted");
  const size = math.bignumber(String(exact.top)).div(math.bignumber(String(exact.bottom)));
  const found = amountOf(size, from).to(to);
  const value = found.toNumeric(to) as unknown as BigNumber;
  const unit = found.formatUnits();
  const short = value.toSignificantDigits(sameDigits);
  if (short.precision() <= mostDigits) return { result: `${short} ${unit}`, decimal: null };
  const [top, bottom] = value.toFraction(largestBottom) as unknown as readonly [BigNumber, BigNumber];
  if (orderedBy(top.div(bottom), value) === 0) {
    return { result: `${top}/${bottom} ${unit}`, decimal: `${rounded(value)} ${unit}` };
  }
  return { result: `about ${value.toPrecision(12)} ${unit}`, decimal: null };
}

/** Whether two amounts with units are the same. @throws Error where the units do not fit together */
export function sameAmount(one: readonly [string, string], other: readonly [string, string]): boolean {
  const [left, right] = [one, other].map(([amount, unit]) => amountOf(math.bignumber(amount), unit));
  const inUnit = (unit: typeof left) => unit!.toNumeric(one[1]) as unknown as BigNumber;
  const [first, second] = [inUnit(left), inUnit(right)];
  return first.eq(second) || orderedBy(first, second) === 0;
}
