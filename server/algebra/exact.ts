// The exact value of a term of numbers, signs of arithmetic and functions whose values are fractions. Pure.
import { NotUnderstood } from "./refused.ts";
import type { Term } from "./tree.ts";

/** A number as a fraction in lowest terms, whose bottom is positive. */
export interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

/** Larger factorials and powers, longer sums and numbers of more digits are left to the library, whose time is limited. */
const largest = 1_000n;
const mostTerms = 10_000n;
const mostBits = 100_000;

/** The values of the letters that sums and products run over. */
type Indices = ReadonlyMap<string, Fraction>;

/** Null where it holds more than that, or divides by zero. @throws NotUnderstood for what has no value, such as the factorial of -1 */
export function exactValue(term: Term, indices: Indices = new Map()): Fraction | null {
  switch (term.kind) {
    case "number":
      return decimal(term.text);
    case "name":
      return indices.get(term.name) ?? null;
    case "minus":
      return mapped(exactValue(term.of, indices), ({ top, bottom }) => made(-top, bottom));
    case "percent":
      return mapped(exactValue(term.of, indices), ({ top, bottom }) => made(top, bottom * 100n));
    case "sign": {
      const [left, right] = [exactValue(term.left, indices), exactValue(term.right, indices)];
      return left && right && combined(left, term.sign, right);
    }
    case "call": {
      if (term.name === "sum" || term.name === "product") return run(term.name, term.of, indices);
      const of = term.of.map((each) => exactValue(each, indices));
      return of.includes(null) ? null : (functions[term.name]?.(of as Fraction[]) ?? null);
    }
  }
}

/** Functions of whose exact arguments the value is exact, or null where it is not. */
const functions: Readonly<Record<string, (of: readonly Fraction[]) => Fraction | null>> = {
  sqrt: ([of]) => of! && power(of, made(1n, 2n)),
  abs: ([of]) => of! && made(of.top < 0n ? -of.top : of.top, of.bottom),
  floor: ([of]) => of! && made(floored(of), 1n),
  ceil: ([of]) => of! && made(-floored(made(-of.top, of.bottom)), 1n),
  min: (of) => of.reduce((one, other) => (compared(one, other) <= 0 ? one : other)),
  max: (of) => of.reduce((one, other) => (compared(one, other) >= 0 ? one : other)),
  gcd: (of) => whole(of, common),
  lcm: (of) => whole(of, (one, other) => (one === 0n || other === 0n ? 0n : (one * other) / common(one, other))),
  mod: ([one, other]) => (one && other && other.top !== 0n ? remainderOf(one, other) : null),
  factorial: ([of]) => of! && factorial(of),
};

function factorial({ top, bottom }: Fraction): Fraction | null {
  if (bottom !== 1n || top < 0n) throw new NotUnderstood("a factorial is that of a whole number that is not negative");
  if (top > largest) return null;
  let product = 1n;
  for (let factor = 2n; factor <= top; factor++) product *= factor;
  return made(product, 1n);
}

/** The sum or product of `body` for all whole numbers of an index: of = [body, index, from, to]. */
function run(name: "sum" | "product", [body, index, ...ends]: readonly Term[], indices: Indices): Fraction | null {
  const [from, to] = ends.map((end) => exactValue(end, indices));
  if (!body || index?.kind !== "name" || !from || !to || from.bottom !== 1n || to.bottom !== 1n) return null;
  if (to.top - from.top > mostTerms) return null;
  let result: Fraction | null = name === "sum" ? made(0n, 1n) : made(1n, 1n);
  for (let at = from.top; at <= to.top && result !== null; at++) {
    const value = exactValue(body, new Map(indices).set(index.name, made(at, 1n)));
    result = value && combined(result, name === "sum" ? "+" : "*", value);
  }
  return result;
}

/** Rounded down. */
const floored = ({ top, bottom }: Fraction): bigint => (top - (((top % bottom) + bottom) % bottom)) / bottom;

/** What is left of a division rounded down, as in mathematics and Python: of -7 by 3 it is 2. */
export function remainderOf(one: Fraction, other: Fraction): Fraction {
  const [top, bottom] = [one.top * other.bottom, other.top * one.bottom];
  const rest = ((top % bottom) + bottom) % bottom;
  return made(rest, one.bottom * other.bottom);
}

/** The greatest common divisor. */
function common(one: bigint, other: bigint): bigint {
  let [factor, rest] = [one < 0n ? -one : one, other < 0n ? -other : other];
  while (rest !== 0n) [factor, rest] = [rest, factor % rest];
  return factor;
}

/** Folds whole numbers; null where one is none. */
function whole(of: readonly Fraction[], fold: (one: bigint, other: bigint) => bigint): Fraction | null {
  if (of.some(({ bottom }) => bottom !== 1n)) return null;
  const folded = of.map(({ top }) => top).reduce(fold);
  return made(folded < 0n ? -folded : folded, 1n);
}

function combined(one: Fraction, sign: "+" | "-" | "*" | "/" | "^", other: Fraction): Fraction | null {
  switch (sign) {
    case "+":
      return made(one.top * other.bottom + other.top * one.bottom, one.bottom * other.bottom);
    case "-":
      return made(one.top * other.bottom - other.top * one.bottom, one.bottom * other.bottom);
    case "*":
      return made(one.top * other.top, one.bottom * other.bottom);
    case "/":
      return other.top === 0n ? null : made(one.top * other.bottom, one.bottom * other.top);
    case "^":
      return power(one, other);
  }
}

function power({ top, bottom }: Fraction, { top: exponent, bottom: root }: Fraction): Fraction | null {
  if (root !== 1n) {
    const roots = [top < 0n && root % 2n === 1n ? minus(rootOf(-top, root)) : rootOf(top, root), rootOf(bottom, root)];
    return roots[0] == null || roots[1] == null ? null : power(made(roots[0], roots[1]), made(exponent, 1n));
  }
  if (exponent <= 0n && top === 0n) return null;
  const size = exponent < 0n ? -exponent : exponent;
  if (bitsOf(top) * Number(size) > mostBits || bitsOf(bottom) * Number(size) > mostBits) return null;
  return exponent >= 0n ? made(top ** size, bottom ** size) : made(bottom ** size, top ** size);
}

const bitsOf = (number: bigint): number => 4 * number.toString(16).length;

const minus = (number: bigint | null) => (number === null ? null : -number);

/** The whole root of a number that has one and is not negative, else null. By Newton's method, from above. */
function rootOf(of: bigint, degree: bigint): bigint | null {
  if (of < 2n) return of < 0n ? null : of;
  if (degree > largest) return null;
  let root = 1n << (BigInt(bitsOf(of)) / degree + 1n);
  for (;;) {
    const next = ((degree - 1n) * root + of / root ** (degree - 1n)) / degree;
    if (next >= root) return root ** degree === of ? root : null;
    root = next;
  }
}

/** Less than zero, zero or more: how the first stands to the second. */
export function compared(one: Fraction, other: Fraction): -1 | 0 | 1 {
  const difference = one.top * other.bottom - other.top * one.bottom;
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

function decimal(text: string): Fraction | null {
  const [, whole = "", part = "", exponent = "0"] = /^(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const shift = Number(exponent) - part.length;
  if (Math.abs(shift) > Number(largest)) return null;
  const digits = BigInt(`${whole}${part}` || "0");
  return shift >= 0 ? made(digits * 10n ** BigInt(shift), 1n) : made(digits, 10n ** BigInt(-shift));
}

/** In lowest terms. */
export function made(top: bigint, bottom: bigint): Fraction {
  const factor = bottom < 0n ? -common(top, bottom) : common(top, bottom);
  return { top: top / factor, bottom: bottom / factor };
}

const mapped = (value: Fraction | null, map: (value: Fraction) => Fraction) => value && map(value);
