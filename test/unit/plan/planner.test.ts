// From a goal in words to steps: which recipe is meant, who does a step, and that the plan is the same twice.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import * as z from "zod";
import { readRules } from "../../../server/experts.ts";
import { languageOf } from "../../../server/language.ts";
import { allocate } from "../../../server/plan/allocate.ts";
import { meant, understood } from "../../../server/plan/match.ts";
import { type Plan, planSchema, readPlan, writePlan } from "../../../server/plan/plan.ts";
import { makePlan } from "../../../server/plan/planner.ts";
import { operationOf, operations, recipes } from "../../../server/plan/registry.ts";
import { projectOf } from "./on.ts";

const rules = readRules(readFileSync("experts/rules.json", "utf8"), "built-in", [
  "general",
  "code",
  "math",
  "docs",
]).rules;
const installed = ["general", "code", "docs", "math"];

test("Goals in words mean the recipe that people expect", () => {
  const goals: readonly (readonly [string, string])[] = [
    ["clean up this file", "clean-up"],
    ["Remove unused imports please", "clean-up"],
    ["tidy up and organise imports", "clean-up"],
    ["convert promises to async/await", "async-await"],
    ["use await instead of then chains", "async-await"],
    ["tidy the arithmetic", "tidy-arithmetic"],
    ["simplify the constants in these formulas", "tidy-arithmetic"],
    ["add missing types", "add-types"],
    ["add type hints", "add-types"],
    ["annotate the functions", "add-types"],
    ["split this file by symbol", "split-file"],
    ["replace a pattern across files", "replace-pattern"],
    ["document the exported API", "document-api"],
    ["add docstrings", "document-api"],
    ["write comments for the functions", "document-api"],
    ["extract helpers", "extract-and-name"],
    ["break this long function into smaller ones", "extract-and-name"],
    ["rename variables for clarity", "rename-for-clarity"],
    ["give the variables better names", "rename-for-clarity"],
    ["split-file", "split-file"],
  ];
  for (const [goal, id] of goals)
    assert.deepEqual(
      meant(goal, recipes).map((each) => each.id),
      [id],
      goal,
    );
});

test("Where words fit two recipes equally well the model decides, if it has an opinion; for an unknown goal it says what is nearest", async () => {
  const asked: (readonly string[])[] = [];
  const likes = (id: string | null) => async (_goal: string, titles: readonly string[]) => {
    asked.push(titles);
    return id === null
      ? null
      : titles.map((title) => (recipes.find((each) => each.title === title)!.id === id ? 2 : 0));
  };
  const goal = "split long functions";
  const tie = meant(goal, recipes).map(({ id }) => id);
  assert.deepEqual(tie.sort(), ["extract-and-name", "split-file"]);
  for (const id of tie) {
    const found = await understood(goal, recipes, likes(id));
    assert.equal("recipe" in found && found.recipe.id, id);
  }
  assert.equal(asked[0]!.length, 2);
  for (const nobody of [likes(null), likes("clean-up")]) {
    const found = await understood(goal, recipes, nobody);
    assert.deepEqual("offered" in found && [found.known, found.offered.length], [true, 2]);
  }
  const unknown = await understood("write a poem", recipes, likes("split-file"));
  assert.deepEqual("offered" in unknown && [unknown.known, unknown.offered.length, unknown.offered[0]!.id], [
    false,
    4,
    "split-file",
  ]);
  const clear = await understood("clean up", recipes, () => Promise.reject(new Error("nobody is to be asked")));
  assert.equal("recipe" in clear && clear.recipe.id, "clean-up");
});

test("An unknown goal means none", () => {
  for (const goal of ["", "make it faster", "write a poem", "äöü"]) assert.deepEqual(meant(goal, recipes), [], goal);
});

test("Ids are unique and every operation belongs to a recipe's languages", () => {
  for (const list of [operations, recipes]) assert.equal(new Set(list.map(({ id }) => id)).size, list.length);
});

test("The expert with the best score does a step, and the plan says who would be next and why", () => {
  const code = { languageId: "typescript", path: "a.ts", region: "code" } as const;
  const folded = allocate(operationOf("fold-constants")!, { ...code, region: "math" }, rules, installed);
  assert.equal(folded.id, "math");
  assert.match(folded.because, /rule built-in#1 names it/);
  const organised = allocate(operationOf("organise-imports")!, code, rules, installed);
  assert.equal(organised.id, "code");
  assert.ok(organised.runnerUp && organised.runnerUp.score < organised.score);
  assert.equal(allocate(operationOf("organise-imports")!, code, rules, ["general"]).id, "general");
});

const untidy = {
  "a.ts": `import { b } from "./b";\n\nfunction gone() {}\nexport function f(n: number) {\n  var more = n > 24 * 60;\n  if (more) return true;\n  return false;\n}\n`,
  "b.ts": "export const b = 1;\n",
};

function planOf(recipe: string, files: Readonly<Record<string, string>>, options = {}): Promise<Plan> {
  const planning = { project: projectOf(files), pen: null, rules, installed, languageOf };
  return makePlan("a goal", recipes.find(({ id }) => id === recipe)!, Object.keys(files), options, planning);
}

test("A plan holds only steps that change something, each tried on what the ones before it leave", async () => {
  const plan = await planOf("clean-up", untidy);
  assert.deepEqual(
    plan.steps.map(({ operation, target, after }) => [operation, target.file, after]),
    [
      ["remove-unused", "a.ts", []],
      ["var-to-let", "a.ts", ["step-1"]],
      ["simplify-booleans", "a.ts", ["step-2"]],
    ],
  );
  assert.deepEqual(
    plan.steps[1]!.edits[0]!.edits.map(({ text, was }) => [text, was]),
    [["const", "var"]],
  );
  assert.deepEqual((await planOf("async-await", untidy)).steps, []);
});

test("The plan for the same goal on the same files is the same twice", async () => {
  for (const recipe of ["clean-up", "split-file", "tidy-arithmetic"]) {
    assert.equal(writePlan(await planOf(recipe, untidy)), writePlan(await planOf(recipe, untidy)));
  }
});

test("A saved plan is read again as it was; a wrong one is told in a line", async () => {
  const plan = await planOf("clean-up", untidy);
  assert.deepEqual(readPlan(writePlan(plan)), { plan });
  for (const [source, problem] of [
    ["{", /no valid JSON/],
    ["{}", /version/],
    [writePlan({ ...plan, scope: [] }), /scope/],
    [JSON.stringify({ ...plan, run: "rm" }), /Unrecognized key/],
  ] as const) {
    const read = readPlan(source);
    assert.match("problem" in read ? read.problem : "", problem);
  }
});

test("plan-schema.json is what the code checks (UPDATE_SCHEMA=1 writes it anew)", () => {
  const file = new URL("../../../media/plan-schema.json", import.meta.url);
  const schema = { title: "A plan of Coterie's", ...z.toJSONSchema(planSchema, { target: "draft-7" }) };
  if (process.env["UPDATE_SCHEMA"]) writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), JSON.parse(JSON.stringify(schema)));
});
