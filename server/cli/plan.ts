// coterie plan: a goal and files -> a plan, tried and shown; with --apply it is run, with --undo a run is taken back.
import { existsSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import * as z from "zod";
import { Access } from "../access.ts";
import { proofs } from "../algebra/thread.ts";
import type { Installation } from "../installation.ts";
import { languageOf } from "../language.ts";
import { DiskDesk } from "../plan/desk.ts";
import { Journal } from "../plan/journal.ts";
import { understood } from "../plan/match.ts";
import { ModelPen } from "../plan/pen.ts";
import { caps, type Plan, readPlan, type Step, writePlan } from "../plan/plan.ts";
import { makePlan, type Planning } from "../plan/planner.ts";
import { loadTypeScript, Project } from "../plan/project.ts";
import type { Recipe } from "../plan/recipe.ts";
import { operationOf, recipes } from "../plan/registry.ts";
import { Run } from "../plan/run.ts";
import { runTests, type Tested } from "../plan/tests.ts";
import { weighed } from "../plan/weigh.ts";
import { Syntax } from "../syntax/syntax.ts";
import { type Reporter, rosterOf, withEngine } from "./engine.ts";
import { BadInput, nearestRoot } from "./place.ts";

/** What the name of a saved plan ends in, by which it is told from a goal. */
const savedEnding = ".coterie-plan.json";

export interface PlanOptions {
  readonly root?: string | undefined;
  readonly apply?: boolean | undefined;
  readonly undo?: string | undefined;
  readonly find?: string | undefined;
  readonly replace?: string | undefined;
  readonly save?: string | undefined;
  /** A program and its arguments, with blanks between them, or as a JSON array. */
  readonly test?: string | undefined;
}

export interface PlanResult {
  /** Id of the run, to take it back; null where nothing was run. */
  readonly run: string | null;
  readonly plan: Plan;
  /** Whether the run has written something that is not taken back. */
  readonly undoable: boolean;
  /** Why the run was stopped or what was refused; null where all is well. */
  readonly stopped: string | null;
}

/** @throws BadInput */
export async function plan(
  goal: string | undefined,
  files: readonly string[],
  options: PlanOptions,
  installation: Installation,
  reporter: Reporter,
): Promise<PlanResult> {
  if (options.undo !== undefined) {
    if (goal !== undefined)
      throw new BadInput(`There is an argument too many: ${goal}. --undo takes a whole run back.`);
    return undo(options.undo, installation, reporter);
  }
  if (goal === undefined)
    throw new BadInput(`Name a goal and files: coterie plan "clean up" src/app.ts. Recipes: ${names()}.`);
  if (options.save !== undefined && !options.save.endsWith(savedEnding))
    throw new BadInput(`--save ${options.save}: what is to be opened again has to end in ${savedEnding}.`);
  const saved = goal.endsWith(savedEnding) ? savedPlan(goal) : null;
  const given =
    saved && files.length === 0 ? saved.scope.map((file) => resolve(rootFor(options.root, goal), file)) : files;
  if (given.length === 0) throw new BadInput("Name the files that the plan is about.");
  if (given.length > caps.files) throw new BadInput(`A plan is about at most ${caps.files} files.`);
  const root = realpathSync(rootFor(options.root, saved ? goal : given[0]!));
  const scope = given.map((file) => inRoot(root, file));
  const recipe = saved ? recipes.find(({ id }) => id === saved.recipe) : await recipeFor(goal, installation, reporter);
  if (!recipe) throw new BadInput(`There is no recipe ${saved?.recipe}. Recipes: ${names()}.`);
  const answers = answersFor(recipe, options, saved);
  const test = options.test === undefined ? undefined : testIn(root, options.test);

  const around = await workroom(root, scope, installation, reporter);
  reporter.progress("Planning");
  const made = await makePlan(saved?.goal ?? goal, recipe, scope, answers, around);
  const skipped = new Set(saved?.steps.filter(({ state }) => state === "skipped").map(({ title }) => title));
  for (const step of made.steps) if (skipped.has(step.title)) step.state = "skipped";
  if (options.save !== undefined) writeFileSync(options.save, writePlan(made));
  if (!options.apply || made.steps.length === 0) return { run: null, plan: made, undoable: false, stopped: null };

  const needsWords = made.steps.some(({ operation }) => operationOf(operation)?.fills);
  if (!needsWords) return applied(made, root, around, installation, reporter, test);
  return withEngine(installation, rosterOf(installation), reporter, (engine) => {
    const who = async (expert: string) =>
      engine.experts.some(({ id }) => id === expert)
        ? { engine, expert, manner: engine.about(expert)?.manner }
        : `there is no expert ${expert} any more`;
    const pen = new ModelPen({ syntax: around.project.syntax, who });
    return applied(made, root, { ...around, pen }, installation, reporter, test);
  });
}

async function applied(
  made: Plan,
  root: string,
  around: Planning,
  installation: Installation,
  reporter: Reporter,
  test: (() => Promise<Tested>) | undefined,
): Promise<PlanResult> {
  const journal = Journal.begin(installation.userRuns, root, made);
  const run = new Run({ ...around, journal, desk: new DiskDesk(root), access: new Access(), test });
  for (const { id, title } of run.plan.steps) {
    reporter.progress(title);
    const step = await run.apply(id);
    if (step.state === "failed") return resultOf(run, journal, told(step));
  }
  return resultOf(run, journal, null);
}

async function undo(id: string, installation: Installation, reporter: Reporter): Promise<PlanResult> {
  let journal: Journal;
  try {
    journal = Journal.open(installation.userRuns, id);
  } catch (error) {
    throw new BadInput(error instanceof Error ? error.message : String(error));
  }
  if (!existsSync(journal.root)) throw new BadInput(`The folder of run ${id} is gone: ${journal.root}.`);
  const around = await workroom(journal.root, journal.plan.scope, installation, reporter);
  const run = new Run({ ...around, journal, desk: new DiskDesk(journal.root), access: new Access() });
  await run.recover();
  return resultOf(run, journal, await run.undo(null));
}

function resultOf({ id, plan }: Run, { entries }: Journal, stopped: string | null): PlanResult {
  return { run: id, plan, undoable: entries.some(({ state }) => state !== "undone"), stopped };
}

/** What planning and running need of the folder. */
async function workroom(
  root: string,
  scope: readonly string[],
  installation: Installation,
  reporter: Reporter,
): Promise<Planning> {
  reporter.progress("Reading the code");
  const syntax = new Syntax({
    files: installation.syntax,
    patience: Number.POSITIVE_INFINITY,
    onTrouble: reporter.warn,
  });
  const project = new Project({ root, ts: await loadTypeScript(), syntax }, scope);
  const roster = rosterOf(installation);
  roster.setFolders([root]);
  const hear = (file: string) => reporter.progress(`Looking at ${file}`);
  const prove = proofs(installation.algebra);
  return { project, pen: null, prove, rules: roster.rulesFor(root), installed: roster.experts, languageOf, hear };
}

/** The user's tests in the folder. @throws BadInput */
function testIn(root: string, command: string): () => Promise<Tested> {
  const argv = command.trimStart().startsWith("[")
    ? listIn(command)
    : command.split(/\s+/).filter((word) => word !== "");
  if (argv.length === 0) throw new BadInput('--test needs a program and its arguments, such as --test "npm test".');
  return () => runTests(argv, root);
}

function listIn(json: string): readonly string[] {
  try {
    return z.array(z.string()).parse(JSON.parse(json));
  } catch {
    throw new BadInput(`--test ${json} is no JSON array of words.`);
  }
}

/** The model is loaded only where the words of the goal do not decide. @throws BadInput */
async function recipeFor(goal: string, installation: Installation, reporter: Reporter): Promise<Recipe> {
  const found = await understood(goal, recipes, (wish, titles) =>
    withEngine(installation, rosterOf(installation), reporter, (engine) =>
      weighed({ engine, expert: "general", manner: undefined }, wish, titles),
    ),
  );
  if ("recipe" in found) return found.recipe;
  const offered = found.known ? "Several recipes fit this goal" : "No recipe fits this goal";
  throw new BadInput(`${offered}. Name one, the nearest first: ${found.offered.map(({ id }) => id).join(", ")}.`);
}

/** Answers to what the recipe asks; a saved plan brings its own. @throws BadInput */
function answersFor({ id, asks = {} }: Recipe, options: PlanOptions, saved: Plan | null): Record<string, string> {
  const given: Readonly<Record<string, string | undefined>> = { find: options.find, replace: options.replace };
  for (const name of Object.keys(given)) {
    if (given[name] === undefined || (Object.hasOwn(asks, name) && !saved)) continue;
    throw new BadInput(saved ? `--${name}: a saved plan brings its own.` : `${id} takes no --${name}.`);
  }
  if (saved) return saved.options;
  const answers: Record<string, string> = {};
  for (const [name, question] of Object.entries(asks)) {
    const answer = given[name];
    if (answer === undefined) throw new BadInput(`${id} needs --${name}. ${question}`);
    answers[name] = answer;
  }
  return answers;
}

function savedPlan(file: string): Plan {
  if (!existsSync(file)) throw new BadInput(`${file} does not exist.`);
  const read = readPlan(readFileSync(file, "utf8"));
  if ("problem" in read) throw new BadInput(`${file} is no plan: ${read.problem}`);
  return read.plan;
}

function rootFor(given: string | undefined, file: string): string {
  if (given === undefined) return nearestRoot(resolve(file));
  if (!statSync(given, { throwIfNoEntry: false })?.isDirectory())
    throw new BadInput(`--root ${given} is not a folder.`);
  return resolve(given);
}

/** Path of a file in the root. The folder's own path may be given through links; the file itself must lie in it. */
function inRoot(root: string, name: string): string {
  const file = resolve(name);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) throw new BadInput(`${name} does not exist.`);
  if (!stat.isFile()) throw new BadInput(`${name} is not a file.`);
  if (stat.size > caps.fileBytes)
    throw new BadInput(`${name} is too large: plans edit files of at most ${caps.fileBytes / 1e6} MB.`);
  const path = resolve(realpathSync(dirname(file)), file.split(sep).at(-1)!);
  const verdict = new Access().mayEdit(path, [root]);
  if (!verdict.allowed) throw new BadInput(`${name} is not edited: ${verdict.why}.`);
  return relative(root, path).split(sep).join("/");
}

function names(): string {
  return recipes.map(({ id }) => id).join(", ");
}

function told({ title, check }: Step): string {
  return `${title}: ${check?.found ?? "failed"}`;
}

export function humanPlan({ run, plan: { goal, steps }, undoable, stopped }: PlanResult): string {
  const marks = {
    proposed: "-",
    ready: "-",
    applied: "*",
    verified: "+",
    failed: "!",
    skipped: "o",
    undone: "<",
  } as const;
  const lines = steps.flatMap(({ id, title, state, expert, edits, check, spent }) => {
    const count = edits.reduce((sum, change) => sum + change.edits.length, 0);
    const next = expert.runnerUp ? `, then ${expert.runnerUp.id} ${expert.runnerUp.score}` : "";
    return [
      `${marks[state]} ${id.padEnd(8)} ${title}: ${state}`,
      `           ${edits.length === 0 ? "words to be written" : `${count} ${count === 1 ? "edit" : "edits"}`}; ${expert.id} ${expert.score}${next}: ${expert.because}`,
      ...(spent
        ? [
            `           ${spent.newTokens} tokens in ${spent.ms} ms; ${spent.promptTokens} read, ${spent.reusedTokens} of them reused`,
          ]
        : []),
      ...(check ? [`           ${check.found}`] : []),
      ...(check?.output ? [check.output.replace(/^/gm, "           | ")] : []),
    ];
  });
  if (steps.length === 0) return `There is nothing to do for "${goal}".`;
  const end = stopped !== null ? [`Stopped. ${stopped}`] : [];
  const back = undoable ? [`Take it back: coterie plan --undo ${run}`] : [];
  const shown = run === null ? ["Nothing was changed; --apply runs the plan."] : back;
  return [...lines, ...end, ...shown].join("\n");
}
