// What a run that was cut off leaves, and what the next process makes of it.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import ts from "typescript";
import { Access } from "../../../server/access.ts";
import { languageOf } from "../../../server/language.ts";
import { type Desk, DiskDesk } from "../../../server/plan/desk.ts";
import { Journal } from "../../../server/plan/journal.ts";
import { Project } from "../../../server/plan/project.ts";
import { Run } from "../../../server/plan/run.ts";
import { type Opened, open, read, runs, syntax, tidy, untidy } from "./runs.ts";

/** Dies when it has written, or before. */
class Dying extends DiskDesk {
  readonly #after: boolean;
  constructor(root: string, after: boolean) {
    super(root);
    this.#after = after;
  }
  override async write(label: string, puts: Parameters<Desk["write"]>[1]): ReturnType<Desk["write"]> {
    if (this.#after) await super.write(label, puts);
    throw new Error("killed");
  }
}

/** The run in a new process, with nothing but the journal. */
function takenUp({ root, run }: Opened): Run {
  const project = new Project({ root, ts, syntax }, ["a.ts"]);
  const journal = Journal.open(runs, run.id);
  return new Run({ project, pen: null, languageOf, journal, desk: new DiskDesk(root), access: new Access() });
}

test("Cut off in the middle: the journal tells what was written, and what is half done is taken back", async () => {
  for (const after of [true, false]) {
    const opened = await open({ "a.ts": untidy }, "clean-up", (root) => new Dying(root, after));
    await opened.run.apply("step-1");
    const again = takenUp(opened);
    const found = await again.recover();
    assert.deepEqual(
      found.map(({ state }) => state),
      [after ? "verified" : "ready"],
    );
    for (const { id } of again.plan.steps) await again.apply(id);
    assert.equal(read(opened.path("a.ts")), tidy);
    assert.equal(await again.undo(null), null);
    assert.equal(read(opened.path("a.ts")), untidy);
  }
});

test("Where the check behind a write fails it says that the step is written; cut off there, it is checked when taken up", async () => {
  class Unchecking extends DiskDesk {
    override async complaints(): Promise<readonly string[]> {
      throw new Error("the editor has gone.");
    }
  }
  const opened = await open({ "a.ts": untidy }, "clean-up", (root) => new Unchecking(root));
  const step = await opened.run.apply("step-1");
  assert.equal(step.check!.found, "the editor has gone. It is written and not checked: take it back with undo.");
  step.state = "applied";
  assert.deepEqual(
    (await opened.run.recover()).map(({ state }) => state),
    ["verified"],
  );
  assert.equal(await opened.run.undo(null), null);
  assert.equal(read(opened.path("a.ts")), untidy);
});

test("What was written and edited since is not given up: it counts as written, and undo keeps the user's own", async () => {
  const opened = await open({ "a.ts": untidy }, "clean-up", (root) => new Dying(root, true));
  await opened.run.apply("step-1");
  writeFileSync(opened.path("a.ts"), `${read(opened.path("a.ts"))}// mine\n`);
  const again = takenUp(opened);
  const [step] = await again.recover();
  assert.equal(step!.state, "verified");
  assert.equal(await again.undo(null), null);
  assert.equal(read(opened.path("a.ts")), `${untidy}// mine\n`);
});

test("What was not written is ready again, also where its file was edited since", async () => {
  const opened = await open({ "a.ts": untidy }, "clean-up", (root) => new Dying(root, false));
  await opened.run.apply("step-1");
  writeFileSync(opened.path("a.ts"), `${untidy}// mine\n`);
  const again = takenUp(opened);
  assert.deepEqual(
    (await again.recover()).map(({ state }) => state),
    ["ready"],
  );
});

test("Of a step that was written in part, what cannot be taken back at once is kept in the journal", async () => {
  const files = { "a.ts": "export function one() {\n  return two();\n}\n\nexport function two() {\n  return 2;\n}\n" };
  class Half extends DiskDesk {
    override async write(label: string, puts: Parameters<Desk["write"]>[1]): ReturnType<Desk["write"]> {
      if (puts.length === 1) return super.write(label, puts);
      await super.write(label, puts.slice(0, 1));
      throw new Error("killed");
    }
  }
  const opened = await open(files, "split-file", (root) => new Half(root));
  for (const { id } of opened.run.plan.steps) await opened.run.apply(id);
  const { entries: before } = Journal.open(runs, opened.run.id);
  const { file: written } = before.find(({ state }) => state === "intended")!;
  writeFileSync(opened.path(written), "all of it is new\n");
  const again = takenUp(opened);
  const [step] = await again.recover();
  assert.match(step!.check!.found, /cut off in the middle, and taking it back failed: .*: you have edited/);
  const { entries } = Journal.open(runs, opened.run.id);
  assert.deepEqual([entries.at(-1)!.file, entries.at(-1)!.state], [written, "written"]);
  assert.equal(entries.length, before.length - 1, "what was not written is not noted any more");
});
