// Recipe and facts of the code -> steps: what a recipe drafts is tried on the files as they would be by then, and what would
// change nothing is left out.
import type { Rule } from "../route.ts";
import { allocate } from "./allocate.ts";
import { applyEdits, type Change, effective } from "./edits.ts";
import type { Operation, Pen, Prove, Work } from "./operation.ts";
import { caps, type Plan, type Step } from "./plan.ts";
import type { Project } from "./project.ts";
import type { Recipe } from "./recipe.ts";
import { operationOf } from "./registry.ts";

export interface Planning {
  readonly project: Project;
  readonly pen: Pen | null;
  readonly prove?: Prove | undefined;
  readonly rules: readonly Rule[];
  readonly installed: readonly string[];
  languageOf(file: string): string;
  readonly signal?: AbortSignal;
  /** Hears of the file that is looked at. */
  readonly hear?: (file: string) => void;
}

/** The plan for a goal. The project reads as before when it is made. Files in the order given; the same twice for the same. */
export async function makePlan(
  goal: string,
  recipe: Recipe,
  files: readonly string[],
  options: Readonly<Record<string, string>>,
  planning: Planning,
): Promise<Plan> {
  const { project, signal } = planning;
  const steps: Step[] = [];
  const touched = new Set<string>();
  try {
    for (const file of files) {
      planning.hear?.(file);
      let last: string | null = null;
      const languageId = planning.languageOf(file);
      for (const draft of await recipe.draft(file, project, options, languageId)) {
        signal?.throwIfAborted();
        const operation = operationOf(draft.operation);
        if (!operation?.languages.includes(languageId)) continue;
        const place = { languageId, path: file, region: operation.id === "fold-constants" ? "math" : "code" } as const;
        const expert = allocate(operation, place, planning.rules, planning.installed);
        // Words take seconds each: they are written when the step is previewed or done, and the recipe knows where they lack.
        const edits = operation.fills
          ? []
          : await perform(operation, file, draft.options ?? {}, {
              ...planning,
              expert: expert.id,
              spend: () => undefined,
            });
        if ((edits.length === 0 && !operation.fills) || steps.length >= caps.steps) continue;
        const id = `step-${steps.length + 1}`;
        steps.push({
          id,
          title: `${operation.title}${draft.about === undefined ? "" : `: ${draft.about}`} (${file})`.slice(0, 300),
          operation: operation.id,
          target: { file },
          options: { ...draft.options },
          expert,
          after: last === null ? [] : [last],
          state: "proposed",
          edits: edits.map((change) => ({ ...change, edits: [...change.edits] })),
          check: null,
        });
        last = id;
        for (const change of edits) {
          touched.add(change.file);
          project.set(change.file, applyEdits(project.text(change.file) ?? "", change.edits));
        }
      }
    }
  } finally {
    for (const file of touched) project.set(file, undefined);
  }
  return { version: 1, goal, recipe: recipe.id, options: { ...options }, scope: [...files], steps };
}

/** Edits with what they take away. */
function told(text: string, edits: Change["edits"]): Change["edits"] {
  return edits.map((edit) => {
    const was = text.slice(edit.start, edit.end).trim().slice(0, 200);
    return was === "" ? edit : { ...edit, was };
  });
}

/** What an operation would change now, without what changes nothing. @throws Error in words where it cannot. */
export async function perform(
  operation: Operation,
  file: string,
  options: Readonly<Record<string, string>>,
  {
    project,
    pen,
    prove,
    languageOf,
    expert,
    spend,
  }: Pick<Planning, "project" | "pen" | "prove" | "languageOf"> & Pick<Work, "expert" | "spend">,
): Promise<readonly Change[]> {
  const text = project.text(file);
  if (text === null) throw new Error(`${file} is not there any more.`);
  const languageId = languageOf(file);
  const changes = await operation.perform({ project, pen, prove, file, languageId, text, options, expert, spend });
  const now = changes
    .map((change) => {
      const before = project.text(change.file) ?? "";
      return { ...change, edits: told(before, effective(before, change.edits)) };
    })
    .filter(({ creates, edits }) => creates || edits.length > 0);
  if (now.length > caps.files || now.some(({ edits }) => edits.length > caps.edits)) {
    throw new Error(
      `"${operation.title}" would touch ${now.length} files, with up to ${Math.max(...now.map(({ edits }) => edits.length))} edits each; at most ${caps.files} and ${caps.edits} are allowed.`,
    );
  }
  return now;
}
