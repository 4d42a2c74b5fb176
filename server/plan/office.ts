// Plans and runs of an editor, in a thread of their own: compilers compute for seconds, and the server must not wait.
import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Access } from "../access.ts";
import type { FilePreview, MakePlanResult, PlanRun, RecipeOffer, UndoResult } from "../planning.ts";
import type { Rule } from "../route.ts";
import type { Syntax } from "../syntax/syntax.ts";
import { decode } from "./bytes.ts";
import type { Desk } from "./desk.ts";
import { Journal } from "./journal.ts";
import { PlanRefusal } from "./link.ts";
import { understood, type Weigh } from "./match.ts";
import type { Pen, Prove } from "./operation.ts";
import { type Plan, readPlan, type Step, writePlan } from "./plan.ts";
import { makePlan, type Planning } from "./planner.ts";
import type { Prepared } from "./prepared.ts";
import { Project, type TypeScript } from "./project.ts";
import type { Recipe } from "./recipe.ts";
import { recipes } from "./registry.ts";
import { Run } from "./run.ts";
import { runTests } from "./tests.ts";

/** What the server knows of a workspace folder when it asks. */
export interface Surroundings {
  /** Path of the folder. */
  readonly root: string;
  readonly rules: readonly Rule[];
  readonly installed: readonly string[];
  /** Texts of open documents that differ from the disk, by path in the folder. */
  readonly open: Readonly<Record<string, string>>;
  /** Language ids of files, by path in the folder. */
  readonly languages: Readonly<Record<string, string>>;
  /** The user's test command: a program and its arguments; empty: there is none. */
  readonly test: readonly string[];
}

interface Room {
  readonly run: Run;
  readonly planning: Planning;
  readonly root: string;
  /** The preview that the user has seen last. */
  seen: Prepared | null;
}

/** Runs that are kept at hand; others are opened again from their journals. */
const mostRooms = 2;

export class Office {
  readonly #runs: string;
  readonly #syntax: Syntax;
  readonly #typescript: () => Promise<TypeScript>;
  readonly #desk: (root: string) => Desk;
  readonly #languageOf: (file: string) => string;
  readonly #pen: Pen;
  readonly #prove: Prove;
  readonly #weigh: Weigh;
  readonly #rooms = new Map<string, Room>();

  constructor(parts: {
    readonly runs: string;
    readonly syntax: Syntax;
    readonly typescript: () => Promise<TypeScript>;
    readonly desk: (root: string) => Desk;
    readonly languageOf: (file: string) => string;
    readonly pen: Pen;
    readonly prove: Prove;
    readonly weigh: Weigh;
  }) {
    this.#runs = parts.runs;
    this.#syntax = parts.syntax;
    this.#typescript = parts.typescript;
    this.#desk = parts.desk;
    this.#languageOf = parts.languageOf;
    this.#pen = parts.pen;
    this.#prove = parts.prove;
    this.#weigh = parts.weigh;
  }

  recipes(): readonly RecipeOffer[] {
    return recipes.map(offer);
  }

  async make(
    goal: string,
    files: readonly string[],
    options: Readonly<Record<string, string>>,
    around: Surroundings,
  ): Promise<MakePlanResult> {
    const found = await understood(goal, recipes, this.#weigh);
    if ("offered" in found) return { plan: null, offered: found.offered.map(offer) };
    const { recipe } = found;
    const missing = Object.keys(recipe.asks ?? {}).filter((name) => options[name] === undefined);
    if (missing.length > 0) return { plan: null, offered: [offer(recipe)] };
    const access = new Access();
    for (const file of files) {
      const verdict = access.mayEdit(`${around.root}/${file}`, [around.root]);
      if (!verdict.allowed) throw new PlanRefusal(`${file} is not edited: ${verdict.why}.`);
    }
    return { plan: await this.#plan(goal, recipe, files, options, around, new Set()), offered: [] };
  }

  /** The plan that is saved in a text, made anew for the files as they are; steps that were skipped stay so. */
  async take(source: string, around: Surroundings): Promise<PlanRun | null> {
    const read = readPlan(source);
    if ("problem" in read) throw new PlanRefusal(`This is no plan: ${read.problem}`);
    const recipe = recipes.find(({ id }) => id === read.plan.recipe);
    if (!recipe) throw new PlanRefusal(`There is no recipe ${read.plan.recipe}.`);
    const skipped = new Set(read.plan.steps.filter(({ state }) => state === "skipped").map(({ title }) => title));
    const plan = await this.#plan(read.plan.goal, recipe, read.plan.scope, read.plan.options, around, skipped);
    if (plan === null) throw new PlanRefusal("There is nothing left to do of this plan.");
    return plan;
  }

  /** The last run in a folder, with what was cut off mended; null where there is none. */
  async last(around: Surroundings): Promise<PlanRun | null> {
    let damaged: unknown = null;
    for (const id of Journal.list(this.#runs)) {
      try {
        if (Journal.open(this.#runs, id).root !== realpathSync(around.root)) continue;
      } catch (error) {
        // Nobody can tell whose it is: it must not stand in the way of others.
        damaged ??= error;
        continue;
      }
      return view(await this.#room(id, around));
    }
    if (damaged !== null) await words(() => Promise.reject(damaged));
    return null;
  }

  async look(id: string, step: string, around: Surroundings): Promise<readonly FilePreview[]> {
    const room = await this.#room(id, around);
    const prepared = await words(() => room.run.prepare(step));
    room.seen = prepared;
    return prepared.puts.map(({ file, before, after }, i) => {
      const text = before === null ? "" : decode(before).text;
      const hunks = prepared.changes[i]!.edits.map(({ start, text: put }, n) => ({
        id: `${file}#${n}`,
        line: text.slice(0, start).split("\n").length - 1,
        text: put,
      }));
      const uri = pathToFileURL(room.planning.project.absolute(file)).href;
      return { file, uri, before: before && text, after: decode(after!).text, hunks };
    });
  }

  async apply(id: string, step: string, leave: readonly string[], around: Surroundings): Promise<PlanRun> {
    const room = await this.#room(id, around);
    const seen = room.seen?.step === step ? room.seen : null;
    await room.run.apply(step, seen, new Set(leave));
    room.seen = null;
    return view(room);
  }

  async change(
    id: string,
    step: string,
    change: "skip" | "earlier" | "later" | "expert",
    expert: string,
    around: Surroundings,
  ): Promise<PlanRun> {
    const room = await this.#room(id, around);
    await words(() => {
      if (change === "skip") room.run.skip(step);
      else if (change === "expert") room.run.give(step, expert, around.installed);
      else room.run.move(step, change === "earlier" ? -1 : 1);
    });
    return view(room);
  }

  async undo(id: string, step: string | null, around: Surroundings): Promise<UndoResult> {
    const room = await this.#room(id, around);
    const refused = await room.run.undo(step);
    return { plan: view(room), refused };
  }

  async #plan(
    goal: string,
    recipe: Recipe,
    files: readonly string[],
    options: Readonly<Record<string, string>>,
    around: Surroundings,
    skipped: ReadonlySet<string>,
  ): Promise<PlanRun | null> {
    this.#current = around;
    const { planning, root } = await this.#planning(files, around);
    const plan = await words(() => makePlan(goal, recipe, files, options, planning));
    for (const step of plan.steps) step.state = skipped.has(step.title) ? "skipped" : "ready";
    if (plan.steps.length === 0) return null;
    return view(this.#enter(Journal.begin(this.#runs, root, plan), planning, root));
  }

  async #planning(files: readonly string[], around: Surroundings): Promise<{ planning: Planning; root: string }> {
    const root = realpathSync(around.root);
    const languageOf = (file: string) => around.languages[file] ?? this.#languageOf(file);
    const open = (file: string) => (this.#current ?? around).open[file];
    const project = new Project({ root, ts: await this.#typescript(), syntax: this.#syntax, open }, files);
    return {
      planning: {
        ...{ project, pen: this.#pen, prove: this.#prove, languageOf },
        ...{ rules: around.rules, installed: around.installed },
      },
      root,
    };
  }

  /** What is being asked now: the documents as they are open at the moment. */
  #current: Surroundings | null = null;

  async #room(id: string, around: Surroundings): Promise<Room> {
    this.#current = around;
    const known = this.#rooms.get(id);
    if (known) return known;
    const journal = await words(() => Journal.open(this.#runs, id));
    const { planning, root } = await this.#planning(journal.plan.scope, around);
    if (journal.root !== root) throw new PlanRefusal("This run belongs to another workspace folder.");
    const room = this.#enter(journal, planning, root);
    await room.run.recover();
    return room;
  }

  #enter(journal: Journal, planning: Planning, root: string): Room {
    // Asked anew for every step: the setting may have changed since the plan was made.
    const test = async () => {
      const argv = this.#current?.test ?? [];
      return argv.length === 0 ? null : runTests(argv, root);
    };
    const run = new Run({ ...planning, journal, desk: this.#desk(root), access: new Access(), test });
    const room: Room = { run, planning, root, seen: null };
    this.#rooms.set(journal.id, room);
    const oldest = this.#rooms.keys().next().value;
    if (this.#rooms.size > mostRooms && oldest !== undefined) this.#rooms.delete(oldest);
    return room;
  }
}

/** What goes wrong here is told to the user as it is. */
async function words<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new PlanRefusal(error instanceof Error ? error.message : String(error));
  }
}

function offer({ id, title, asks = {} }: Recipe): RecipeOffer {
  return { id, title, asks };
}

function view({ run, root }: Room): PlanRun {
  const plan: Plan = run.plan;
  const steps = plan.steps.map((step: Step) => ({ ...step, stands: run.stands(step.id) }));
  return {
    run: run.id,
    root: pathToFileURL(root).href,
    goal: plan.goal,
    recipe: plan.recipe,
    steps,
    saved: writePlan(plan),
  };
}
