// The exact value of a term that holds nothing but numbers and the signs of arithmetic. Pure.
import type { Term } from "./tree.ts";

/** A number as a fraction in lowest terms, whose bottom is positive. */
export interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

/** Larger powers and factorials are left to the library, whose time is limited. */
const largest = 1_000n;

/** Null where it holds more than arithmetic, or divides by zero. */
export function exactValue(term: Term): Fraction | null {
  switch (term.kind) {
    case "number":
      return decimal(term.text);
    case "minus":
      return mapped(exactValue(term.of), ({ top, bottom }) => made(-top, bottom));
    case "percent":
      return mapped(exactValue(term.of), ({ top, bottom }) => made(top, bottom * 100n));
    case "sign": {
      const [left, right] = [exactValue(term.left), exactValue(term.right)];
      return left && right && combined(left, term.sign, right);
    }
    default:
      return null;
  }
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

function power({ top, bottom }: Fraction, { top: whole, bottom: part }: Fraction): Fraction | null {
  if (part !== 1n) return null;
  if (whole > largest || whole < -largest || (whole <= 0n && top === 0n)) return null;
  return whole >= 0n ? made(top ** whole, bottom ** whole) : made(bottom ** -whole, top ** -whole);
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
  let [factor, rest] = [bottom, top];
  while (rest !== 0n) [factor, rest] = [rest, factor % rest];
  if (factor < 0n !== bottom < 0n) factor = -factor;
  return { top: top / factor, bottom: bottom / factor };
}

const mapped = (value: Fraction | null, map: (value: Fraction) => Fraction) => value && map(value);
