// Documenting the exported API as a plan: which functions get a step, who writes, what is put in, what it has cost.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Access } from "../../../server/access.ts";
import { readRules } from "../../../server/experts.ts";
import { languageOf } from "../../../server/language.ts";
import { DiskDesk } from "../../../server/plan/desk.ts";
import { Journal } from "../../../server/plan/journal.ts";
import { ModelPen } from "../../../server/plan/pen.ts";
import { makePlan, type Planning } from "../../../server/plan/planner.ts";
import { recipes } from "../../../server/plan/registry.ts";
import { Run } from "../../../server/plan/run.ts";
import { playedEngine } from "../../wire/engine.ts";
import { type Files, folderOf, projectOf } from "./on.ts";

const experts = ["general", "code", "docs", "math"];
const { rules } = readRules(readFileSync("experts/rules.json", "utf8"), "built-in", experts);
const recipe = recipes.find(({ id }) => id === "document-api")!;
const runs = folderOf({});

async function open(files: Files, reply = "Adds things up.") {
  const project = projectOf(files);
  const engine = playedEngine(experts, reply);
  const who = async (expert: string) => ({ engine, expert, manner: undefined });
  const pen = new ModelPen({ syntax: project.syntax, who });
  const planning: Planning = { project, pen, rules, installed: experts, languageOf };
  const plan = await makePlan("document", recipe, Object.keys(files), {}, planning);
  const { root } = project;
  const journal = Journal.begin(runs, root, plan);
  const run = new Run({ ...planning, journal, desk: new DiskDesk(root), access: new Access() });
  return { engine, run, read: (file: string) => readFileSync(join(root, file), "utf8") };
}

const script = `/** Said. */
export function said() {}

export function sum(one: number, other: number): number {
  return one + other;
}

function own() {}

export class Box {
  constructor(readonly size: number) {}
  grow(by: number): number {
    return this.size + by;
  }
  private hidden() {}
}
export const made = new Box(1);
`;

test("What is exported and has no comment gets a step, by the docs expert, and nothing is written before it is asked for", async () => {
  const { engine, run } = await open({ "a.ts": script });
  assert.deepEqual(
    run.plan.steps.map(({ options, expert }) => [options["symbol"], expert.id]),
    [
      ["sum", "docs"],
      ["Box", "docs"],
      ["Box.grow", "docs"],
    ],
  );
  assert.equal(engine.started.length, 0);
});

test("Each step puts in one comment, is verified, says what it has cost, and is taken back", async () => {
  const { run, read } = await open({ "a.ts": script });
  for (const { id } of run.plan.steps) assert.equal((await run.apply(id)).state, "verified");
  const text = read("a.ts");
  assert.match(
    text,
    /\/\*\*\n \* Adds things up\.\n \*\n \* @param one - .*\n \* @param other - .*\n \*\/\nexport function sum/,
  );
  assert.match(text, /\n {2}\/\*\*\n {3}\* Adds things up\.[\s\S]*\n {3}\*\/\n {2}grow/);
  assert.equal(text.replace(/[ \t]*\/\*\*(?! Said)[\s\S]*?\*\/\n/g, ""), script);
  const { promptTokens, reusedTokens, newTokens } = run.plan.steps[0]!.spent!;
  assert.deepEqual([promptTokens, reusedTokens, newTokens], [9, 4, 1]);
  assert.equal(await run.undo(null), null);
  assert.equal(read("a.ts"), script);
});

test("What was previewed is what is written, without asking again", async () => {
  const { engine, run } = await open({ "a.ts": script });
  const prepared = await run.prepare("step-1");
  assert.equal((await run.apply("step-1", prepared)).state, "verified");
  assert.equal(engine.started.length, 1);
});

test("In Python the docstring stands in the body", async () => {
  const { run, read } = await open({ "a.py": "def total(items):\n    return sum(items)\n\n\ndef _own():\n    pass\n" });
  assert.equal(run.plan.steps.length, 1);
  assert.equal((await run.apply("step-1")).state, "verified");
  assert.match(read("a.py"), /^def total\(items\):\n {4}"""Adds things up\./);
});

test("A reply that says nothing fails the step in words and changes nothing; another expert may do it", async () => {
  const { run, read } = await open({ "a.ts": script }, "");
  run.give("step-1", "general", experts);
  const step = await run.apply("step-1");
  assert.equal(step.state, "failed");
  assert.match(step.check!.found, /the model wrote no usable comment. Nothing was changed/);
  assert.equal(read("a.ts"), script);
});
