// Tidying the arithmetic: what gets a name, where the constant goes, what it is called, and that nothing is put in unproved.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { proofs } from "../../../server/algebra/thread.ts";
import { readRules } from "../../../server/experts.ts";
import { installed } from "../../../server/installation.ts";
import { languageOf } from "../../../server/language.ts";
import { constantsIn } from "../../../server/plan/constants.ts";
import { applyEdits } from "../../../server/plan/edits.ts";
import type { Pen, Prove } from "../../../server/plan/operation.ts";
import { makePlan, perform } from "../../../server/plan/planner.ts";
import { operationOf, recipes } from "../../../server/plan/registry.ts";
import { projectOf } from "./on.ts";

const experts = ["general", "code", "math"];
const { rules } = readRules(readFileSync("experts/rules.json", "utf8"), "built-in", experts);

async function named(text: string, value: number, pen: Pen | null = null, prove?: Prove): Promise<string> {
  const project = projectOf({ "a.ts": text });
  const operation = operationOf("name-constant")!;
  const around = { project, pen, prove, languageOf, expert: "code", spend: () => undefined };
  const changes = await perform(operation, "a.ts", { value: String(value) }, around);
  return changes.reduce((now, { edits }) => applyEdits(now, edits), text);
}

test("A constant that is there already is used where its value is worked out again", async () => {
  const text = `export const day = 24 * 60 * 60 * 1000;
export const week = 7 * (24 * 60 * 60 * 1000);

export const days = (milliseconds: number) => milliseconds / (1000 * 86_400);
`;
  assert.equal(
    await named(text, 86_400_000),
    `export const day = 24 * 60 * 60 * 1000;
export const week = 7 * day;

export const days = (milliseconds: number) => milliseconds / day;
`,
  );
});

test("Else one is made behind the imports, or below what is said of the file, in the file's manner", async () => {
  const body = "export const late = (ms: number) => ms > 24 * 60 * 60 * 1000;\n";
  const value = "24 * 60 * 60 * 1000;\n";
  const late = (name: string) => `export const late = (ms: number) => ms > ${name};\n`;
  for (const [head, rest, name] of [
    ["", "", "millisecondsPerDay"],
    ['import { a } from "./a";\n', "a();\n", "millisecondsPerDay"],
    ["// What is late.\n", "", "millisecondsPerDay"],
    ["", "export const MOST_DAYS = 3;\n", "MILLISECONDS_PER_DAY"],
  ] as const) {
    const gap = head === "" ? "" : "\n";
    const made = await named(`${head}${gap}${rest}${body}`, 86_400_000);
    assert.equal(made, `${head}${gap}const ${name} = ${value}\n${rest}${late(name)}`);
  }
});

test("What nobody knows is named by the expert, without one in a general word", async () => {
  const text = "export const one = (n: number) => n * (37 * 11);\nexport const two = (n: number) => n / (11 * 37);\n";
  const pen: Pen = {
    document: async () => ({ why: "nobody is asked for comments here" }),
    name: async () => ({
      names: ["one", "gearRatio"],
      spent: { promptTokens: 1, reusedTokens: 0, newTokens: 1, ms: 1 },
    }),
  };
  assert.match(
    await named(text, 407, pen),
    /^const gearRatio = 37 \* 11;\n\n[\s\S]*n \* gearRatio;[\s\S]*n \/ gearRatio;/,
  );
  assert.match(await named(text, 407), /^const factor = 37 \* 11;/);
});

test("What stands once, or is only written out, is left alone", () => {
  for (const text of [
    "export const a = (n: number) => n * (37 * 11);\n",
    "export const a = [86400000, 86400000, 100, 100];\n",
    "export const day = 24 * 60 * 60;\n",
    "export const b = (n: number) => [n + 2 * 3, n + 2 * 3];\n",
  ]) {
    assert.deepEqual(constantsIn(projectOf({ "a.ts": text }), "a.ts"), [], text);
  }
});

test("Algebra proves that forms are equal, and what it does not prove is not put in", async () => {
  const prove = proofs(installed().algebra);
  assert.deepEqual(
    await prove([
      ["24 * 60 * 60", "86400"],
      ["86_400", "86400"],
      ["24 * 60", "1441"],
      ["0xff", "255"],
      ["a * 2", "2 * a"],
    ]),
    [true, true, false, false, false],
  );
  const text = "export const f = (n: number) => [n > 60 * 60, n < 60 * 60];\n";
  assert.match(await named(text, 3600, null, prove), /n > secondsPerHour, n < secondsPerHour/);
  const never: Prove = async (pairs) => pairs.map(() => false);
  await assert.rejects(named(text, 3600, null, never), /Algebra does not prove/);
  const project = projectOf({ "a.ts": "export const day = 24 * 60 * 60;\n" });
  const around = { project, pen: null, languageOf, expert: "math", spend: () => undefined };
  const fold = (how: Prove) => perform(operationOf("fold-constants")!, "a.ts", {}, { ...around, prove: how });
  assert.deepEqual([(await fold(never)).length, (await fold(prove)).length], [0, 1]);
});

test("The plan names first and folds then", async () => {
  const text = "export const f = (n: number) => [n > 60 * 60, n < 60 * 60, n + 2 * 3];\n";
  const project = projectOf({ "a.ts": text });
  const planning = { project, pen: null, rules, installed: experts, languageOf };
  const recipe = recipes.find(({ id }) => id === "tidy-arithmetic")!;
  const { steps } = await makePlan("tidy", recipe, ["a.ts"], {}, planning);
  assert.deepEqual(
    steps.map(({ title, expert }) => [title, expert.id]),
    [
      ["Name: 60 * 60 (a.ts)", "code"],
      ["Work out constants (a.ts)", "math"],
    ],
  );
});
