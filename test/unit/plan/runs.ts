// Runs of plans on real folders, for tests.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { Access } from "../../../server/access.ts";
import { installed } from "../../../server/installation.ts";
import { languageOf } from "../../../server/language.ts";
import { type Desk, DiskDesk } from "../../../server/plan/desk.ts";
import { Journal } from "../../../server/plan/journal.ts";
import { makePlan } from "../../../server/plan/planner.ts";
import { Project } from "../../../server/plan/project.ts";
import { recipes } from "../../../server/plan/registry.ts";
import { Run } from "../../../server/plan/run.ts";
import type { Tested } from "../../../server/plan/tests.ts";
import { Syntax } from "../../../server/syntax/syntax.ts";
import { type Files, folderOf } from "./on.ts";

export const runs = folderOf({});
export const syntax = new Syntax({
  files: installed().syntax,
  patience: Number.POSITIVE_INFINITY,
  onTrouble: assert.fail,
});
export const untidy = `import { b } from "./b";\n\nfunction gone() {}\nexport function f(n: number) {\n  var more = n > 1440;\n  if (more) return true;\n  return false;\n}\n`;
export const tidy = "\n\nexport function f(n: number) {\n  const more = n > 1440;\n  return more;\n}\n".trimStart();

export interface Opened {
  readonly root: string;
  readonly run: Run;
  readonly path: (file: string) => string;
}

export async function open(
  files: Files,
  recipe = "clean-up",
  desk?: (root: string) => Desk,
  at = folderOf(files),
  test?: () => Promise<Tested>,
): Promise<Opened> {
  const project = new Project({ root: at, ts, syntax }, Object.keys(files));
  const planning = { project, pen: null, rules: [], installed: ["general"], languageOf };
  const plan = await makePlan("goal", recipes.find(({ id }) => id === recipe)!, Object.keys(files), {}, planning);
  const journal = Journal.begin(runs, at, plan);
  const run = new Run({ ...planning, journal, desk: desk?.(at) ?? new DiskDesk(at), access: new Access(), test });
  return { root: at, run, path: (file) => join(at, file) };
}

export async function all({ run }: Opened): Promise<readonly string[]> {
  const states: string[] = [];
  for (const { id } of run.plan.steps) states.push((await run.apply(id)).state);
  return states;
}

export const read = (path: string) => readFileSync(path, "utf8");
