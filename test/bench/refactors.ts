// One refactor of a measurement: a plan for a file of a package, run on a copy, held against the compiler, and taken back.
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import * as z from "zod";
import { Access } from "../../server/access.ts";
import { proofs } from "../../server/algebra/thread.ts";
import { readRules } from "../../server/experts.ts";
import { installed } from "../../server/installation.ts";
import { languageOf } from "../../server/language.ts";
import { errorsIn, worse } from "../../server/plan/check.ts";
import { DiskDesk } from "../../server/plan/desk.ts";
import { Journal } from "../../server/plan/journal.ts";
import { ModelPen } from "../../server/plan/pen.ts";
import type { Plan } from "../../server/plan/plan.ts";
import { makePlan, type Planning } from "../../server/plan/planner.ts";
import { Project } from "../../server/plan/project.ts";
import type { Recipe } from "../../server/plan/recipe.ts";
import { Run } from "../../server/plan/run.ts";
import type { Who } from "../../server/speaking.ts";
import { patientSyntax } from "./ask.ts";

export const toldSchema = z.object({
  /** Steps that were done or tried; those that turned out to change nothing are not. */
  steps: z.number(),
  verified: z.number(),
  /** Steps that failed and left nothing behind. */
  cleanly: z.number(),
  /** Why steps failed. */
  why: z.array(z.string()),
  /** What the compiler says of the whole package that it did not say before. */
  broken: z.array(z.string()),
  restored: z.boolean(),
  seconds: z.number(),
  promptTokens: z.number(),
  reusedTokens: z.number(),
});
export type Told = z.infer<typeof toldSchema>;

/** Most steps of one refactor: a file with a hundred poor names would count for itself alone. */
const mostSteps = 5;
const experts = ["general", "code", "math", "docs"];
const { rules } = readRules(readFileSync("experts/rules.json", "utf8"), "built-in", experts);
const options = { find: "$a === undefined", replace: "undefined === $a" };
const syntax = patientSyntax();

/** @param who the experts, opened when words are needed. */
export async function refactor(
  recipe: Recipe,
  folder: string,
  file: string,
  who: (expert: string) => Promise<Who>,
): Promise<Told> {
  const work = realpathSync(mkdtempSync(join(tmpdir(), "coterie-bench-plans-")));
  const root = join(work, "package");
  try {
    cpSync(folder, root, { recursive: true });
    const planning: Planning = {
      project: new Project({ root, ts, syntax }, [file]),
      pen: new ModelPen({ syntax, who }),
      prove: proofs(installed().algebra),
      ...{ rules, installed: experts, languageOf },
    };
    const plan = await planned(recipe, file, planning);
    // What cannot be planned has changed nothing.
    if (typeof plan === "string") return { ...nothing, steps: 1, cleanly: 1, why: [`No plan: ${plan}`] };
    for (const step of plan.steps.slice(mostSteps)) step.state = "skipped";
    if (plan.steps.length === 0) return nothing;
    const [digest, before] = [digestOf(root), await errorsOf(root, file)];
    const journal = Journal.begin(join(work, "runs"), root, plan);
    const run = new Run({ ...planning, journal, desk: new DiskDesk(root), access: new Access() });
    const started = performance.now();
    for (const { id } of run.plan.steps) await run.apply(id);
    const seconds = (performance.now() - started) / 1000;
    const broken = [...worse(before, await errorsOf(root, file))];
    const { steps } = run.plan;
    const failed = steps.filter(({ state }) => state === "failed").map(({ check }) => check!.found);
    const verified = steps.filter(({ state }) => state === "verified").length;
    if (verified > 0) await run.undo(null);
    const spent = (what: "promptTokens" | "reusedTokens") =>
      steps.reduce((sum, step) => sum + (step.spent?.[what] ?? 0), 0);
    return {
      ...{ steps: verified + failed.length, verified, seconds, broken, restored: digestOf(root) === digest },
      ...{ cleanly: failed.filter((why) => /Nothing was changed/.test(why)).length, why: failed },
      ...{ promptTokens: spent("promptTokens"), reusedTokens: spent("reusedTokens") },
    };
  } catch (error) {
    // A fault of ours counts against us, and the others are still measured.
    const why = error instanceof Error ? error.message : String(error);
    return { ...nothing, steps: 1, restored: false, why: [`It broke off: ${why}`] };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The plan, or why there is none, as a user would be told. */
async function planned(recipe: Recipe, file: string, planning: Planning): Promise<Plan | string> {
  try {
    return await makePlan(recipe.id, recipe, [file], options, planning);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const nothing: Told = {
  ...{ steps: 0, verified: 0, cleanly: 0, why: [], broken: [], restored: true },
  ...{ seconds: 0, promptTokens: 0, reusedTokens: 0 },
};

/** Errors of the whole folder, by a compiler that knows nothing of the run. */
async function errorsOf(root: string, file: string): Promise<ReadonlyMap<string, number>> {
  const project = new Project({ root, ts, syntax }, [file]);
  return errorsIn(project, [...new Set([...project.sources, file])], languageOf);
}

export function filesBelow(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => name.replaceAll("\\", "/"));
  return names.filter((name) => !name.includes("node_modules/") && statSync(join(folder, name)).isFile()).sort();
}

function digestOf(folder: string): string {
  const hash = createHash("sha256");
  for (const name of filesBelow(folder)) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  return hash.digest("hex");
}
