// What the user reads of a calculation, and which selections are taken for formulas.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Calculation } from "../../server/protocol.ts";
import { calculationDocument, looksLikeFormula, replacement } from "../../src/calculation.ts";

const alone: Calculation = {
  ...{ result: "391", decimal: null, verified: true, steps: [], why: null, ms: 5 },
  ...{ expert: null, rule: null, because: null },
};

test("a page names the result and who found it; where only the library answered there is no expert", () => {
  const page = calculationDocument("17*23", alone);
  assert.match(page, /## 391/);
  assert.match(page, /algebra library/);
  assert.doesNotMatch(page, /expert/);
});

test("the expert's lines are marked as the model's, and wrong ones as wrong", () => {
  const steps = [
    { text: "17 * 3 = 51", verified: true },
    { text: "51 + 340 = 400", verified: false },
    { text: "so | there <b>", verified: null },
  ];
  const page = calculationDocument("17*23", {
    ...alone,
    steps,
    expert: "math",
    rule: "built-in#1",
    because: "It is mathematics.",
  });
  assert.match(page, /written by the model \(expert math\)/);
  assert.match(page, /\*\*One line is wrong\*\*/);
  assert.match(page, /\| \*\*wrong\*\* \| 51 \+ 340 = 400 \|/);
  assert.match(page, /not checked \| so \\\| there \\<b\\>/);
});

test("what cannot be calculated says why", () => {
  assert.match(
    calculationDocument("rm", { ...alone, result: null, why: "it is no formula" }),
    /could not be calculated: it is no formula\./,
  );
});

test("selections that look like formulas are offered, others are not", () => {
  for (const text of [
    "12*7+5",
    "15% of 240",
    "\\frac{1}{2}",
    "5 km in m",
    "3*x - 9 = 0",
    "0.1+0.2 == 0.3",
    "1,000 + 5",
    "sqrt(144)",
    "derivative of x^2",
    "solve x**2 - 5*x + 6 = 0",
    "What is 2 + 3 × 4?",
    "20 degC to degF",
  ])
    assert.ok(looksLikeFormula(text), text);
  for (const text of [
    "List 10 ways to sort an array",
    "What is a 32-bit integer",
    "write a haiku in 3 lines",
    "return n * factorial(n - 1)",
    "total = price * 2",
    "count += 1",
    "x += 1",
    "for i in range(10)",
    "let x = 10",
  ])
    assert.ok(!looksLikeFormula(text), text);
  for (const text of ["", "7", "return items", "const a = 'x';", "a\n1 + 2", "foo(bar)[3] + 1", "i < 10", "a !== 0"])
    assert.ok(!looksLikeFormula(text), text);
});

test("one solution is put in without its name, several with theirs", () => {
  assert.equal(replacement("x = 3"), "3");
  assert.equal(replacement("x = 2 or x = 3"), "x = 2 or x = 3");
});
