// After a crash: finds out which steps were written, takes back what was written in part, and checks what was not checked.
import { decode } from "./bytes.ts";
import { errorsIn, lookedAt, worse } from "./check.ts";
import { type Desk, type Put, same } from "./desk.ts";
import type { Entry, Journal } from "./journal.ts";
import type { Step } from "./plan.ts";
import type { Project } from "./project.ts";
import { takenBack } from "./undo.ts";

interface Within {
  readonly project: Project;
  readonly journal: Journal;
  readonly desk: Desk;
  languageOf(file: string): string;
}
type End = (step: Step, state: Step["state"], found: string) => Step;

/** Returns the steps that were cut off; `end` notes how each stands. */
export async function recover(within: Within, end: End): Promise<readonly Step[]> {
  const { journal } = within;
  const open = journal.entries.filter(({ state }) => state === "intended");
  const steps = [...new Set(open.map(({ step }) => step))].map((id) => stepOf(within, id));
  for (const step of steps)
    await settle(
      step,
      open.filter((entry) => entry.step === step.id),
      within,
      end,
    );
  // Written for certain, and cut off before the check.
  const unchecked = journal.plan.steps.filter(({ state }) => state === "applied");
  for (const step of unchecked) {
    const written = journal.entries.filter((entry) => entry.step === step.id && entry.state === "written");
    await checkLate(step, written, within, end);
  }
  return [...steps, ...unchecked];
}

/** A file that was edited since counts as written unless the step could still be done in it: what was written can be taken back. */
async function settle(step: Step, entries: readonly Entry[], within: Within, end: End): Promise<void> {
  const { journal, desk } = within;
  const found = await Promise.all(entries.map(async (entry) => ({ entry, now: await desk.read(entry.file) })));
  const written = found.filter(({ entry, now }) => {
    const [before, after] = [journal.content(entry.before), journal.content(entry.after)];
    return same(now, after) || "why" in takenBack(after, before, now);
  });
  if (written.length === entries.length) {
    journal.mark(entries, "written");
    return checkLate(step, entries, within, end);
  }
  const puts: Put[] = [];
  let refused: string | null = null;
  for (const { entry, now } of written) {
    const back = takenBack(journal.content(entry.before), journal.content(entry.after), now);
    if ("why" in back) refused = `${entry.file}: ${back.why}`;
    else puts.push({ file: entry.file, before: now, after: back.bytes });
  }
  if (refused === null && puts.length > 0) refused = (await desk.write("Recover", puts)).why;
  if (refused === null) {
    journal.drop(entries);
    end(step, "ready", "The run was cut off before it was done. Nothing of it is left.");
    return;
  }
  const kept = written.map(({ entry }) => entry);
  journal.drop(entries.filter((entry) => !kept.includes(entry)));
  journal.mark(kept, "written");
  end(step, "failed", `It was cut off in the middle, and taking it back failed: ${refused}.`);
}

/** Checks a step that was written when the run was cut off: against the errors that there would be without it. */
async function checkLate(step: Step, entries: readonly Entry[], within: Within, end: End): Promise<void> {
  const { project, journal, languageOf } = within;
  const touched = entries.map(({ file }) => file);
  try {
    for (const { file, before } of entries) {
      const bytes = journal.content(before);
      project.set(file, bytes && decode(bytes).text);
    }
    const files = lookedAt(project, touched);
    const without = await errorsIn(project, files, languageOf);
    for (const file of touched) project.set(file, undefined);
    const broken = worse(without, await errorsIn(project, lookedAt(project, files), languageOf));
    const found = "It was written when the run was cut off, and checked now.";
    if (broken.length === 0) end(step, "verified", found);
    else end(step, "failed", `${found} New errors: ${broken.slice(0, 3).join("; ")}. Take it back with undo.`);
  } finally {
    for (const file of touched) project.set(file, undefined);
  }
}

function stepOf({ journal }: Within, id: string): Step {
  const step = journal.plan.steps.find((each) => each.id === id);
  if (!step) throw new Error(`There is no ${id} in the plan.`);
  return step;
}
