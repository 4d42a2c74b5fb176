// Checks the lines that an expert has written for a question, one by one, by algebra.
import { sameAmount } from "./precise.ts";
import { type Question, termOf, unknownsOf } from "./question.ts";
import { derivative, equal, substituted, type Worked } from "./work.ts";

export interface Step {
  readonly text: string;
  /** Whether algebra finds it right; null for words that state nothing that can be checked. */
  readonly verified: boolean | null;
}

/** Each line of an expert's reply with what algebra says of it. */
export function checkedSteps(reply: string, question: Question, worked: Worked): readonly Step[] {
  const lines = reply.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line !== "")
    .slice(0, 60)
    .map((text) => ({ text, verified: verdict(text, question, worked) }));
}

function verdict(line: string, question: Question, worked: Worked): boolean | null {
  const answer = /^Answer:\s*(.+)$/.exec(line);
  if (answer) return isRight(answer[1]!, question, worked);
  const said = line.replace(/^.*:\s*/, "");
  const verdicts = said.split(/[;,]\s(?![^(]*\))/).map((statement) => checkedStatement(statement, question, worked));
  if (verdicts.includes(false)) return false;
  return verdicts.includes(true) ? true : null;
}

/** Whether the expert's answer is the result. */
function isRight(answer: string, question: Question, { result }: Worked): boolean {
  const plain = answer.trim().replace(/\.$/, "");
  if (plain === result) return true;
  return (
    attempt(() => {
      if (question.kind === "equation") return sameSet(plain, result);
      const [one, other] = [amountIn(plain), amountIn(result)];
      if (question.kind === "conversion") return one !== null && other !== null && sameAmount(one, other);
      const rest = /^(-?\d+) remainder (\d+)$/.exec(plain);
      const term = question.kind === "value" ? /^mod\((.+),(.+)\)$/.exec(question.term) : null;
      if (rest && term) return equal(`(${rest[1]})*(${term[2]})+${rest[2]}`, term[1]!) && equal(rest[2]!, result);
      return equal(termOf(plain), termOf(result));
    }) ?? false
  );
}

/** Solutions of an equation as "x = 2 or x = 3", in any order. */
function sameSet(one: string, other: string): boolean {
  const values = (text: string) => text.split(/\s+or\s+|,\s*/).map((each) => termOf(each.replace(/^.*=/, "")));
  const [left, right] = [values(one), values(other)];
  return left.length === right.length && left.every((value) => right.some((each) => equal(value, each)));
}

/** One statement such as "7 + 5 = 12": true, false, or null when it states no equality that can be checked. */
function checkedStatement(statement: string, question: Question, worked: Worked): boolean | null {
  const divided = /^(\d+) \/ (\d+) = (\d+) remainder (\d+)$/.exec(statement.trim());
  if (divided) {
    const [top, bottom, whole, rest] = divided.slice(1).map(BigInt) as [bigint, bigint, bigint, bigint];
    return bottom !== 0n && whole * bottom + rest === top && rest < bottom;
  }
  const sides = statement
    .replace(/^(?:first|so|then|try)\s+/i, "")
    .replace(/(\d+) units of (?=[\d.])/, "$1*")
    .split("=");
  if (sides.length < 2) return null;
  const amounts = sides.map(amountIn);
  if (sides.length === 2 && amounts[0] && amounts[1]) return attempt(() => sameAmount(amounts[0]!, amounts[1]!));
  return attempt(() => {
    const terms = sides.map((side) => termWithDerivatives(side, question));
    return terms.slice(1).every((term, i) => holds(terms[i]!, term, question, worked));
  });
}

/** "(x^2)'" is the derivative of what stands in the brackets. */
function termWithDerivatives(side: string, question: Question): string {
  const primed = /^\s*\((.+)\)'\s*$/.exec(side);
  if (!primed) return termOf(side);
  return derivative(termOf(primed[1]!), question.kind === "derivative" ? question.by : "x");
}

/** Whether two sides are equal: for each solution where the question is an equation, else for all values. */
function holds(one: string, other: string, question: Question, { result }: Worked): boolean {
  if (question.kind !== "equation" || !unknownsOf(`${one} ${other}`).includes(question.unknown))
    return equal(one, other);
  const solutions = result.split(" or ").map((each) => termOf(each.replace(/^.*=/, "")));
  const at = (term: string, value: string) => substituted(term, question.unknown, value);
  // A line that names one of several solutions is right.
  const names = one.trim() === question.unknown || other.trim() === question.unknown;
  return solutions[names ? "some" : "every"]((value) => equal(at(one, value), at(other, value)));
}

/** An amount and its unit, when a text is that: "5 km". */
function amountIn(text: string): readonly [string, string] | null {
  const found = /^\s*(-?\d+(?:\.\d+)?)\s+([a-zA-Z]+)\s*$/.exec(text);
  return found ? [found[1]!, found[2]!] : null;
}

/** What cannot be read states nothing. */
function attempt(check: () => boolean): boolean | null {
  try {
    return check();
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}
