// 200 generated calculations in the forms that are promised: by the product, and by the math expert alone.
import { NotUnderstood } from "../../server/algebra/refused.ts";
import { checkedSteps } from "../../server/algebra/steps.ts";
import { wordingOf } from "../../server/algebra/wording.ts";
import { questionIn, work } from "../../server/algebra/work.ts";
import { table } from "./machine.ts";

/** A calculation and its result, which schoolbook arithmetic has found and not the library. */
export interface Sum {
  readonly form: string;
  readonly text: string;
  readonly expected: string;
}

/** So many calculations, the forms by turns; the same in every run. */
export function sums(count: number): readonly Sum[] {
  const draw = numbers();
  return Array.from({ length: count }, (_, i) => {
    const [a, b, c, d] = [draw(999), draw(99), draw(99), draw(12)] as const;
    return forms[i % forms.length]!(BigInt(a), BigInt(b), BigInt(c), BigInt(d));
  });
}

type Form = (a: bigint, b: bigint, c: bigint, d: bigint) => Sum;

const forms: readonly Form[] = [
  (a, b, c) => sum("12*7+5", `${a}*${b}+${c}`, a * b + c),
  (a, b) => sum("15% of 240", `${b}% of ${a * 100n}`, a * b),
  (a, b, c, d) => ({ form: "3/4 + 1/6", text: `${b}/${c} + ${d}/${a}`, expected: lowest(b * a + d * c, c * a) }),
  (a, b, _, d) => ({
    form: "solve 3x - 9 = 0",
    text: `solve ${d + 1n}x - ${b} = ${(d + 1n) * a - b}`,
    expected: `x = ${a}`,
  }),
  (a, _, __, d) => ({
    form: "derivative of x^2",
    text: `derivative of ${a + 1n}*x^${d + 2n}`,
    expected: `${(a + 1n) * (d + 2n)}*x^${d + 1n}`,
  }),
  (a) => ({ form: "5 km in m", text: `${a} km in m`, expected: `${a * 1000n} m` }),
  (a) => sum("sqrt(144)", `sqrt(${a * a})`, a),
  (_, __, ___, d) => sum("7!", `${d}!`, factorial(d)),
  (a, b) => sum("17 mod 5", `${a} mod ${b}`, a % b),
  (a, b) => ({ form: "0.1+0.2", text: `${tenths(a)}+${tenths(b)}`, expected: tenths(a + b) }),
  (a, b) => ({ form: "LaTeX fraction", text: `\\frac{${a}}{${b}}`, expected: lowest(a, b) }),
  (_, b) => sum("LaTeX root", `\\sqrt{${b * b}}`, b),
  (_, b, __, d) => sum("LaTeX sum", `\\sum_{i=1}^{${d}} (i+${b})`, (d * (d + 1n)) / 2n + d * b),
];

const sum = (form: string, text: string, expected: bigint): Sum => ({ form, text, expected: String(expected) });
const factorial = (n: bigint): bigint => (n <= 1n ? 1n : n * factorial(n - 1n));
const tenths = (n: bigint) => (n % 10n === 0n ? `${n / 10n}` : `${n / 10n}.${n % 10n}`);

/** A fraction in lowest terms. */
function lowest(top: bigint, bottom: bigint): string {
  let [a, b] = [top, bottom];
  while (b !== 0n) [a, b] = [b, a % b];
  return bottom / a === 1n ? String(top / a) : `${top / a}/${bottom / a}`;
}

/** Numbers that are the same in every run (Lehmer's generator). */
function numbers(): (most: number) => number {
  let state = 42;
  return (most) => {
    state = (state * 48271) % 2147483647;
    return 1 + (state % most);
  };
}

/** A Markdown table. `say` is what the math expert alone replies to a request. */
export async function measureSums(count: number, say: (request: string) => Promise<string>): Promise<string> {
  const rows = new Map<string, { asked: number; verified: number; right: number; alone: number; answered: number }>();
  for (const { form, text, expected } of sums(count)) {
    const row = rows.get(form) ?? { asked: 0, verified: 0, right: 0, alone: 0, answered: 0 };
    rows.set(form, row);
    row.asked++;
    const result = resultOf(text);
    if (result === null) continue;
    row.verified++;
    if (result === expected) row.right++;
    const question = questionIn(text);
    const worked = work(question);
    const wording = wordingOf(question, worked.result);
    if (wording === null) continue;
    row.answered++;
    const steps = checkedSteps(await say(wording), question, worked);
    const answer = steps.findLast((step) => step.text.startsWith("Answer:"));
    if (answer?.verified === true) row.alone++;
  }
  const all = [...rows.values()];
  const total = (pick: (row: (typeof all)[number]) => number) => all.reduce((whole, row) => whole + pick(row), 0);
  const line = (title: string, asked: number, verified: number, right: number, alone: number, answered: number) => [
    title,
    `${verified} of ${asked}`,
    `${right} of ${verified}`,
    answered === 0 ? "not asked" : `${alone} of ${answered}`,
  ];
  return table([
    ["form, for instance", "verified", "right, of those", "right by the math expert alone"],
    ...[...rows].map(([form, row]) => line(form, row.asked, row.verified, row.right, row.alone, row.answered)),
    line(
      "all",
      total(({ asked }) => asked),
      total(({ verified }) => verified),
      total(({ right }) => right),
      total(({ alone }) => alone),
      total(({ answered }) => answered),
    ),
  ]);
}

function resultOf(text: string): string | null {
  try {
    return work(questionIn(text)).result;
  } catch (error) {
    if (error instanceof NotUnderstood) return null;
    throw error;
  }
}
