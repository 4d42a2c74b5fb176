// A plan as data: what is to be reached, and the steps, each with operation, target, expert, state and check.
import * as z from "zod";

/** Caps of one plan: what is over them is refused when planning and again when applying. */
export const caps = { steps: 200, files: 100, edits: 10_000, fileBytes: 1_000_000, planBytes: 20_000_000 } as const;

export const states = ["proposed", "ready", "applied", "verified", "failed", "skipped", "undone"] as const;
export type StepState = (typeof states)[number];

const words = (most: number) => z.string().max(most);
const path = z.string().min(1).max(1024);

const editSchema = z.strictObject({
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  text: words(caps.fileBytes),
  was: words(200).optional().meta({ description: "The beginning of what it takes away, to be read." }),
});

export const changeSchema = z.strictObject({
  file: path.meta({ description: "Path in the workspace folder, with slashes." }),
  creates: z.boolean().meta({ description: "Whether the step makes the file." }),
  edits: z.array(editSchema).max(caps.edits),
});

export const stepSchema = z.strictObject({
  id: z.string().regex(/^step-\d{1,4}$/),
  title: words(300),
  operation: z
    .string()
    .regex(/^[a-z][a-z-]{0,40}$/)
    .meta({ description: "Which operation does it." }),
  target: z.strictObject({ file: path }),
  options: z.record(words(40), words(2_000)).meta({ description: "What the operation needs to know beyond the file." }),
  expert: z
    .strictObject({
      id: words(32),
      score: z.number().min(0).max(1),
      runnerUp: z.strictObject({ id: words(32), score: z.number().min(0).max(1) }).nullable(),
      because: words(400),
    })
    .meta({ description: "Who does it, how well it fits, who would be next, and why." }),
  after: z.array(words(16)).max(caps.steps).meta({ description: "Steps that come before this one." }),
  state: z.enum(states),
  edits: z.array(changeSchema).max(caps.files).meta({ description: "What it does; as proposed until it is applied." }),
  check: z
    .strictObject({ passed: z.boolean(), found: words(2_000), output: words(8_000).optional() })
    .nullable()
    .meta({ description: "What was found after it was applied." }),
  spent: z
    .strictObject({
      promptTokens: z.int().nonnegative(),
      reusedTokens: z.int().nonnegative(),
      newTokens: z.int().nonnegative(),
      ms: z.int().nonnegative(),
    })
    .optional()
    .meta({
      description: "What the expert's words have cost: tokens read, of them reused, tokens written, milliseconds.",
    }),
});

export const planSchema = z.strictObject({
  $schema: words(1024).optional(),
  version: z.literal(1),
  goal: words(500),
  recipe: words(40),
  options: z.record(words(40), words(2_000)),
  scope: z.array(path).min(1).max(caps.files).meta({ description: "Files that the plan is about." }),
  steps: z.array(stepSchema).max(caps.steps),
});

export type Step = z.infer<typeof stepSchema>;
export type Plan = z.infer<typeof planSchema>;

/** Reads a saved plan; a plan that is wrong is told in one line. */
export function readPlan(source: string): { readonly plan: Plan } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(source.replace(/^\ufeff/, ""));
  } catch (error) {
    return { problem: `It is no valid JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const parsed = planSchema.safeParse(value);
  if (parsed.success) return { plan: parsed.data };
  const [issue] = parsed.error.issues;
  return { problem: `${issue!.path.join(".") || "The plan"}: ${issue!.message}` };
}

/** As it is saved. */
export function writePlan(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}
