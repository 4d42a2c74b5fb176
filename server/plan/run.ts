// Running a plan: each step is made anew for the files as they are, checked, noted in the journal, written, and checked again.
import type { Access } from "../access.ts";
import { decode, encode } from "./bytes.ts";
import { errorsIn, lookedAt, worse } from "./check.ts";
import { type Desk, type Put, same } from "./desk.ts";
import { applyEdits } from "./edits.ts";
import type { Entry, Journal } from "./journal.ts";
import type { Spent } from "./operation.ts";
import type { Plan, Step } from "./plan.ts";
import { type Planning, perform } from "./planner.ts";
import { decoded, fits, type Prepared, sameEdits, within, without } from "./prepared.ts";
import { recover } from "./recovery.ts";
import { operationOf } from "./registry.ts";
import { give, move } from "./steps.ts";
import { type Tested, Tests } from "./tests.ts";
import { allTakenBack } from "./undo.ts";

export interface Running extends Pick<Planning, "project" | "pen" | "prove" | "languageOf"> {
  readonly desk: Desk;
  readonly access: Access;
  readonly journal: Journal;
  /** The user's own tests, run behind every step; absent: there are none. */
  readonly test?: (() => Promise<Tested>) | undefined;
}

export class Run {
  readonly #with: Running;
  readonly #tests: Tests;

  constructor(running: Running) {
    this.#with = running;
    this.#tests = new Tests(running.test ?? (async () => null));
  }

  get id(): string {
    return this.#with.journal.id;
  }

  get plan(): Plan {
    return this.#with.journal.plan;
  }

  /** What a step changes in the files as they are now. @throws Error in words where it cannot be done. */
  async prepare(id: string): Promise<Prepared> {
    const { project, desk } = this.#with;
    const step = this.#step(id);
    const operation = operationOf(step.operation);
    if (!operation) throw new Error(`There is no operation ${step.operation}.`);
    this.#mayTouch(step.target.file);
    const spend = (spent: Spent): void => {
      step.spent = spent;
    };
    const around = { ...this.#with, expert: step.expert.id, spend };
    const changes = await perform(operation, step.target.file, step.options, around);
    const puts: Put[] = [];
    for (const change of changes) {
      this.#mayTouch(change.file);
      const before = await desk.read(change.file);
      if (change.creates && before !== null) throw new Error(`${change.file} exists already.`);
      if (!change.creates && before === null) throw new Error(`${change.file} is not there any more.`);
      const { text, bom } = before === null ? { text: "", bom: false } : decoded(change.file, before);
      if (text !== (project.text(change.file) ?? ""))
        throw new Error(`${change.file} changes while it is looked at. Try again.`);
      puts.push({ file: change.file, before, after: encode({ text: applyEdits(text, change.edits), bom }) });
    }
    within(puts);
    return { step: id, changes, puts };
  }

  /**
   * Does a step; the step's state and check say how it went. What was prepared must still fit the files. `leave` names edits
   * that are left out, as "file#index".
   */
  async apply(id: string, prepared: Prepared | null = null, leave: ReadonlySet<string> = new Set()): Promise<Step> {
    const step = this.#step(id);
    if (step.state === "skipped" || step.state === "verified") return step;
    const waiting = step.after.filter((each) => !["verified", "skipped"].includes(this.#step(each).state));
    if (waiting.length > 0)
      return this.#end(step, "failed", `It has to wait for ${waiting.join(", ")}. Nothing was changed.`);
    try {
      const now = await this.prepare(id);
      if (now.changes.length === 0) return this.#end(step, "skipped", "There is nothing left to do.");
      if (prepared !== null && !fits(prepared, now)) {
        return this.#end(
          step,
          "failed",
          "The file has changed since the preview. Nothing was changed: look at the preview again.",
        );
      }
      // Of one that was undone only what was done is shown.
      if ((leave.size > 0 || step.state === "undone") && !sameEdits(step.edits, now.changes)) {
        step.edits = editsOf(now);
        const found =
          "It would change other places now than those that you have chosen from. Nothing was changed: choose again.";
        return this.#end(step, "failed", found);
      }
      return await this.#carryOut(step, leave.size === 0 ? now : without(now, leave));
    } catch (error) {
      const then =
        this.#written(id).length > 0
          ? "It is written and not checked: take it back with undo."
          : "Nothing was changed.";
      return this.#end(step, "failed", `${error instanceof Error ? error.message : String(error)} ${then}`);
    }
  }

  /** Whether something stands that a step has written. */
  stands(id: string): boolean {
    return this.#with.journal.entries.some(({ step, state }) => step === id && state !== "undone");
  }

  skip(id: string): Step {
    return this.#end(this.#step(id), "skipped", "You have skipped it.");
  }

  /** Gives a step to another expert, as the user wants. @throws Error in words */
  give(id: string, expert: string, installed: readonly string[]): void {
    give(this.#step(id), expert, installed);
    this.#with.journal.save();
  }

  /** Moves a step one place. @throws Error in words */
  move(id: string, by: -1 | 1): void {
    move(this.plan.steps, this.#step(id), by);
    this.#with.journal.save();
  }

  /** Takes back a step, or the whole run. All files or none. Returns why not, or null. */
  async undo(id: string | null): Promise<string | null> {
    const { journal, desk, project } = this.#with;
    const entries = journal.entries.filter(({ step, state }) => state !== "undone" && (id === null || step === id));
    if (entries.length === 0) return "There is nothing to take back.";
    const later = journal.entries.find(
      (each) =>
        id !== null &&
        each.state !== "undone" &&
        each.step !== id &&
        place(journal, each) > place(journal, entries.at(-1)!) &&
        entries.some(({ file }) => file === each.file),
    );
    if (later) return `${later.step} has changed ${later.file} after it: take that back first, or the whole run.`;
    const puts: Put[] = [];
    for (const file of new Set(entries.map((each) => each.file))) {
      const own = entries.filter((each) => each.file === file);
      const refused = this.#refusal(file);
      if (refused !== null) return `${file}: ${refused}.`;
      const now = await desk.read(file);
      const changes = own.map(({ before, after }) => ({
        before: journal.content(before),
        after: journal.content(after),
      }));
      const result = allTakenBack(changes, now);
      if ("why" in result) return `${file}: ${result.why}. Nothing was taken back.`;
      if (!same(result.bytes, now)) puts.push({ file, before: now, after: result.bytes });
    }
    const { why } = puts.length === 0 ? { why: null } : await desk.write("Undo", puts);
    if (why !== null) return `${why}. Nothing was taken back.`;
    for (const { file } of puts) project.set(file, undefined);
    journal.mark(entries, "undone");
    for (const step of new Set(entries.map((each) => each.step)))
      this.#end(this.#step(step), "undone", "It was taken back.");
    return null;
  }

  /** After a crash. Returns the steps that were cut off. */
  async recover(): Promise<readonly Step[]> {
    return recover(this.#with, (...ended) => this.#end(...ended));
  }

  async #carryOut(step: Step, prepared: Prepared): Promise<Step> {
    const { project, desk, journal, languageOf } = this.#with;
    const { puts } = prepared;
    const touched = puts.map(({ file }) => file);
    const failing = await this.#tests.before();
    if (failing)
      return this.#end(
        step,
        "failed",
        `Your tests fail without this step already: ${failing.why}. Nothing was changed: mend them first, or empty the test command.`,
        failing.output,
      );
    // First for a trial: what would break anything is never written.
    const files = lookedAt(project, touched);
    const before = await errorsIn(project, files, languageOf);
    try {
      for (const { file, after } of puts) project.set(file, after === null ? null : decode(after).text);
      const broken = worse(before, await errorsIn(project, lookedAt(project, [...files, ...touched]), languageOf));
      if (broken.length > 0)
        return this.#end(step, "failed", `It would add errors: ${broken.slice(0, 3).join("; ")}. Nothing was changed.`);
    } finally {
      for (const file of touched) project.set(file, undefined);
    }
    // Nothing that was true some time ago counts: the places are looked at again right before they are written.
    for (const file of touched) this.#mayTouch(file);
    journal.intend(step.id, puts);
    const own = journal.entries.slice(-puts.length);
    const { why, after } = await desk.write(step.title, puts);
    if (why !== null) {
      journal.drop(own);
      return this.#end(step, "failed", `${why}. Nothing was changed.`);
    }
    step.edits = editsOf(prepared);
    if (after !== undefined) journal.hold(own, after);
    journal.mark(own, "written");
    this.#end(step, "applied", "It is written.");
    for (const file of touched) project.set(file, undefined);
    const complaints = await desk.complaints(touched);
    const broken = [...worse(before, await errorsIn(project, lookedAt(project, files), languageOf)), ...complaints];
    if (broken.length > 0)
      return this.#end(
        step,
        "failed",
        `After it there are new errors: ${broken.slice(0, 3).join("; ")}. Take it back with undo.`,
      );
    const tested = await this.#tests.behind();
    if (tested)
      return this.#end(
        step,
        "failed",
        `After it your tests fail: ${tested.why}. Take it back with undo.`,
        tested.output,
      );
    const passed = this.#with.test ? ", and your tests pass" : "";
    return this.#end(
      step,
      "verified",
      `No new errors in ${files.length === 1 ? "the file" : `${files.length} files`}${passed}.`,
    );
  }

  #step(id: string): Step {
    const step = this.plan.steps.find((each) => each.id === id);
    if (!step) throw new Error(`There is no ${id} in the plan.`);
    return step;
  }

  #end(step: Step, state: Step["state"], found: string, output?: string): Step {
    step.state = state;
    step.check = {
      passed: state === "verified" || state === "skipped" || state === "undone",
      found: found.slice(0, 2_000),
      ...(output ? { output: output.slice(-8_000) } : {}),
    };
    this.#with.journal.save();
    return step;
  }

  #written(id: string): readonly Entry[] {
    return this.#with.journal.entries.filter(({ step, state }) => step === id && state === "written");
  }

  #refusal(file: string): string | null {
    const { project, access } = this.#with;
    const verdict = access.mayEdit(project.absolute(file), [project.root]);
    return verdict.allowed ? null : verdict.why;
  }

  #mayTouch(file: string): void {
    const why = this.#refusal(file);
    if (why !== null) throw new Error(`${file} is not edited: ${why}.`);
  }
}

const editsOf = ({ changes }: Prepared): Step["edits"] =>
  changes.map((change) => ({ ...change, edits: [...change.edits] }));

function place(journal: Journal, entry: Entry): number {
  return journal.entries.indexOf(entry);
}
