// Calculations by algebra: the forms that are promised, 200 generated ones, what is refused, and the check of an expert's steps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { NotUnderstood } from "../../server/algebra/refused.ts";
import { checkedSteps } from "../../server/algebra/steps.ts";
import { wordingOf } from "../../server/algebra/wording.ts";
import { questionIn, work } from "../../server/algebra/work.ts";

const result = (text: string) => work(questionIn(text)).result;

const promised: readonly (readonly [string, string])[] = [
  ["12*7+5", "89"],
  ["15% of 240", "36"],
  ["3/4 + 1/6", "11/12"],
  ["solve 3x - 9 = 0", "x = 3"],
  ["derivative of x^2", "2*x"],
  ["5 km in m", "5000 m"],
  ["sqrt(144)", "12"],
  ["7!", "5040"],
  ["17 mod 5", "2"],
  ["0.1+0.2", "0.3"],
  ["\\frac{3}{4} + \\frac{1}{6}", "11/12"],
  ["$\\sqrt{144}$", "12"],
  ["\\sum_{i=1}^{10} i", "55"],
  ["x**2 - 5*x + 6 = 0", "x = 2 or x = 3"],
  ["2*x^2 = 3", "x = (-1/2)*sqrt(6) or x = (1/2)*sqrt(6)"],
  ["d/dx (3*sin(2*x))", "6*cos(2*x)"],
  ["What is 2 + 3 × 4?", "14"],
  ["= 2 + 2", "4"],
  ["100 - 8%", "92"],
  ["17 % 5", "2"],
  ["90 min to h", "1.5 h"],
  ["20 degC to degF", "68 degF"],
  ["Math.sqrt(2)", "sqrt(2)"],
  ["2(3 + 4)", "14"],
  ["\\sum_{i=1}^{10} i^2", "385"],
  ["\\sum_{i=1}^{5} i^2 - 1", "54"],
  ["0.1^16", "0.0000000000000001"],
  ["0.001*0.00000000000001", "0.00000000000000001"],
  ["123456789.123456789*10", "1234567891.23456789"],
  ["0.12345678901234567890+0", "0.1234567890123456789"],
  ["0.5*x = 2.25", "x = 9/2"],
  ["5 km/h in m/s", "25/18 m / s"],
  ["20 kg to lb", "about 44.0924524370 lb"],
  ["1,000 + 5", "1005"],
  ["1,500 m in km", "1.5 km"],
  ["1{,}000 + 5", "1005"],
  ["max(1,2)", "2"],
  ["0.1+0.2 == 0.3", "true"],
  ["0.1+0.2 != 0.3", "false"],
  ["2 + 2 = 5", "false"],
  ["sqrt(2)*sqrt(2) === 2", "true"],
  ["sqrt(2) < 1.4142135623731", "true"],
  ["\\frac{1}{2} + \\frac{1}{3} = \\frac{5}{6}", "true"],
  ["-7 mod 3", "2"],
  ["7 mod -3", "-2"],
  ["5.5 mod 2", "1.5"],
  ["2*8 mod 5", "1"],
  ["2^3 mod 5", "3"],
  ["10 + 7 mod 3", "11"],
  ["10 mod 4*2", "4"],
  ["2*3 + 15%", "6.9"],
  ["100 + 50 - 10%", "135"],
  ["15% + 15%", "0.3"],
  ["100 + 8%*3", "100.24"],
  ["\\sum_{i=1}^{5} (i+1)", "20"],
  ["\\sum_{i=1}^{5} \\left(i+1\\right) - 1", "19"],
  ["\\sum_{i=1}^{5} i(i+1) + 2", "72"],
  ["(\\sum_{i=1}^3 i) + 1", "7"],
  ["\\sum_{k=1}^{3} \\frac{1}{k+1}", "13/12"],
  ["\\sum_{i=1}^{3}\\sum_{j=1}^{3} i \\cdot j", "36"],
  ["\\prod_{k=1}^{4} k", "24"],
  ["2^{10}", "1024"],
  ["\\sqrt[3]{27}", "3"],
  ["\\frac12 x + \\frac12 x", "x"],
  ["\\frac{d}{dx} x^3", "3*x^2"],
  ["-2^2", "-4"],
  ["2^3^2", "512"],
  ["3-(4-2)", "1"],
  ["3/(4/2)", "3/2"],
  ["(3!)!", "720"],
  ["500 nm in mm", "0.0005 mm"],
  ["1 ns in s", "1e-9 s"],
  ["1 m in nm", "1000000000 nm"],
  ["150 lb in kg", "68.0388555 kg"],
  ["1 cycle in deg", "360 deg"],
  ["1 eV to J", "1.602176634e-19 J"],
  ["2^(1/3)", "2^(1/3)"],
  ["1000^(1/3)", "10"],
  ["125^(2/3)", "25"],
  ["2^1.5", "2^(3/2)"],
  ["e^100", "e^100"],
  ["pi*10^20", "100000000000000000000*pi"],
  ["floor(10^20/3)", "33333333333333333333"],
  ["max(10^20,10^20+1)", "100000000000000000001"],
  ["sqrt(99999999999999999999)", "sqrt(99999999999999999999)"],
  ["sqrt(9007199254740993^2)", "9007199254740993"],
  ["mod(-7,3)", "2"],
  ["-abs(7) mod 3", "2"],
  ["171! > 170!", "true"],
  ["25!/24!", "25"],
  ["100 min in h", "5/3 h"],
  ["60 km/h in m/s", "50/3 m / s"],
  ["60 degF in degC", "140/9 degC"],
  ["(10^15+pi)-10^15 == pi", "true"],
  ["(sqrt(2)+10^9)^2 - 10^18 - 2*10^9*sqrt(2) == 2", "true"],
  ["sqrt(10^60+1) == 10^30", "false"],
  ["2^2000 mod 7", "4"],
  ["2^20000 mod 7", "4"],
  ["(-8)^(1/3)", "-2"],
  ["sqrt(99999999999999999999) == 10^10", "false"],
  ["sqrt(2) == 1.4142135623730951", "false"],
  ["sqrt(2)/10^20 == sqrt(3)/10^20", "false"],
  ["sqrt(2)+sqrt(3) == sqrt(5+2*sqrt(6))", "true"],
  ["log10(1000)", "3"],
  ["\\sum_{k=1}^{5000} k", "12502500"],
  ["\\sum_{k=1}^{4} \\sqrt{k}", "3 + sqrt(2) + sqrt(3)"],
];

for (const [text, expected] of promised) test(`${text} is ${expected}`, () => assert.equal(result(text), expected));

test("a number that does not end is given as it is and as a decimal number", () => {
  assert.deepEqual(work(questionIn("10/4")), { result: "5/2", decimal: "2.5" });
  // No more digits than the library knows.
  assert.equal(work(questionIn("sqrt(2)")).decimal, "1.41421356237");
  assert.equal(work(questionIn("log(100)")).decimal, "4.60517018599");
  assert.equal(work(questionIn("1/3^50")).decimal, "1.3929555691e-24");
  assert.equal(work(questionIn("10^400/3")).decimal, "3.33333333333e+399");
  assert.equal(work(questionIn("200!")).result.length, 375);
});

/** Numbers that are the same in every run (Lehmer's generator). */
function numbers(): (most: number) => number {
  let state = 42;
  return (most) => {
    state = (state * 48271) % 2147483647;
    return 1 + (state % most);
  };
}

/** A fraction in lowest terms, by schoolbook arithmetic. */
function lowest(top: bigint, bottom: bigint): string {
  let [a, b] = [top < 0n ? -top : top, bottom];
  while (b !== 0n) [a, b] = [b, a % b];
  return bottom / a === 1n ? String(top / a) : `${top / a}/${bottom / a}`;
}

test("200 generated calculations are right", () => {
  const draw = numbers();
  for (let i = 0; i < 200; i++) {
    const [a, b, c, d] = [draw(999), draw(99), draw(99), draw(12)] as const;
    const [A, B, C, D] = [a, b, c, d].map(BigInt) as [bigint, bigint, bigint, bigint];
    const cases: readonly (readonly [string, string])[] = [
      [`${a} * ${b} + ${c}`, String(A * B + C)],
      [`${a} - ${b} * (${c} + ${d})`, String(A - B * (C + D))],
      [`${b}/${c} + ${d}/${a}`, lowest(B * A + D * C, C * A)],
      [`${a} mod ${b}`, String(A % B)],
      [`${d}*x + ${b} = ${d * a + b}`, `x = ${a}`],
      [`derivative of ${a}*x^${d + 1}`, `${a * (d + 1)}*x${d === 1 ? "" : `^${d}`}`],
      [`sqrt(${a * a})`, String(a)],
      [`${a} m in cm`, `${a * 100} cm`],
      [`\\frac{${a}}{${b}}`, lowest(A, B)],
      [`\\sum_{i=1}^{${d}} i^2`, String((D * (D + 1n) * (2n * D + 1n)) / 6n)],
      [`${a}% of ${b * 100}`, String(A * B)],
      [`0.000${a + 1000} * 1000000`, `${(A + 1000n) / 10n}${A % 10n === 0n ? "" : `.${A % 10n}`}`],
      [`${d}!`, String(Array.from({ length: d }, (_, at) => BigInt(at + 1)).reduce((one, other) => one * other))],
    ];
    const [text, expected] = cases[i % cases.length]!;
    assert.equal(result(text), expected, text);
  }
});

for (const text of [
  "",
  "rm -rf",
  "import('fs')",
  "5 +",
  "1/0",
  "x^2 + 1 = 0",
  "x = x",
  "x^4 - 2 = 0",
  "x^4 - 2*x^2 + x = 0",
  "x^3 - 3*x + 1 = 0",
  "(x-5)*(x^3-3*x+1) = 0",
  "(-1)!",
  "0.5!",
  "-(3!) % 4",
  "floor(-7/2) % 3",
  "pi mod 3",
  "sin(x) = 0",
  "i^2 + 1",
  "nerdamer(3)",
  "(2 + 3",
  "1".repeat(400),
  "\\foo{2}",
  "5 km in kg",
  "1,5 + 2",
  "1.2.3 + 1",
  "-7 % 3",
  "17 % -5",
  "5 mod 0",
  "10% of 50 + 5%",
  "1/2x",
  "6/2(1+2)",
  "3!!",
  "2 3",
  "x < 3",
  "3 > 2 > 1",
  "f(2)",
  "2\\frac{1}{2}",
  "\\sin 2",
  "\\sum_{k=1} k",
  "\\binom{5}{2}",
  "\\frac{1}{2",
  "\\pi^12",
]) {
  test(`"${text.slice(0, 20)}" is refused in words`, () => {
    assert.throws(
      () => result(text),
      (error) => error instanceof NotUnderstood && /^[^A-Z].{8,}[^.]$/.test(error.message),
    );
  });
}

/** What algebra says of each line. */
function verdicts(question: string, reply: string) {
  const read = questionIn(question);
  return checkedSteps(reply, read, work(read)).map(({ verified }) => verified);
}

test("steps are checked one by one: right, wrong, nothing to check", () => {
  const product =
    "7 * 3 = 21, write 1, carry 2; 1 * 3 = 3, 3 + 2 = 5, write 5\n17 * 3 = 51\n51 + 340:\nones: 1 + 1 = 3\nAnswer: 391";
  assert.deepEqual(verdicts("17*23", product), [true, true, null, false, true]);
  assert.deepEqual(verdicts("3*x - 9 = 0", "3*x = 9\nx = 9 / 3\nx = 4\nAnswer: x = 4"), [true, true, false, false]);
  assert.deepEqual(verdicts("differentiate 3*x^2 + 2*x", "(3*x**2)' = 6*x\n(2*x)' = 3\nAnswer: 6*x + 2"), [
    true,
    false,
    true,
  ]);
  assert.deepEqual(verdicts("17 mod 5", "17 / 5 = 3 remainder 2\nAnswer: 3 remainder 2"), [true, true]);
  assert.deepEqual(verdicts("0.1 + 0.2", "120 units of 0.1 = 1.2\n3 units of 0.1 = 0.3"), [false, true]);
  assert.deepEqual(verdicts("5 km in m", "1 km = 1000 m\nAnswer: 5000 m"), [true, true]);
  assert.deepEqual(verdicts("x^2 - 5x + 6 = 0", "x = 2\nx = 3\nx = 4"), [true, true, false]);
  assert.deepEqual(verdicts("1 + 1", "0.0000000000001 = 0\n1/3 = 0.3333333333333\n1/4 = 0.25"), [false, false, true]);
  assert.deepEqual(verdicts("x^2 - 5x + 6 = 0", "two numbers with sum 5: 2 and 3\nAnswer: x = 3 or x = 2"), [
    null,
    true,
  ]);
  const factors = "6 = 2 * 3 = 1 * 6\n3 + 2 = 5\n5 fits, same signs, sum 5: 2 and 3\n2 * 3 = 5";
  assert.deepEqual(verdicts("x^2 - 5x + 6 = 0", factors), [true, true, null, false]);
  const root = "20 * 20 = 400, 30 * 30 = 900: from 20 to 29\nit ends in 6: 24 or 26\n25 * 25 = 625, 576 is less: 24";
  assert.deepEqual(verdicts("sqrt(576)", root), [null, null, null]);
});

test("the expert is asked in the words of its training, and not at all what it has not learnt", () => {
  const wording = (text: string) => wordingOf(questionIn(text), result(text));
  assert.equal(wording("12*7+5"), "Calculate 12 * 7 + 5.");
  assert.equal(wording("15% of 240"), "What is 15% of 240?");
  assert.equal(wording("3x-9=0"), "Solve 3*x - 9 = 0 for x.");
  assert.equal(wording("x^2 - 5x + 6 = 0"), "Solve x**2 - 5*x + 6 = 0.");
  assert.equal(wording("84/36"), "Simplify 84/36.");
  assert.equal(wording("96/4"), "Divide 96 by 4.");
  assert.equal(wording("derivative of x^2"), "Differentiate x**2.");
  assert.equal(wording("17 mod 5"), "Divide 17 by 5 with remainder.");
  assert.equal(wording("7!"), null);
  assert.equal(wording("\\frac{1}{2}"), null);
});
