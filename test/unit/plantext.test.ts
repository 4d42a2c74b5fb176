// A plan in words: every step with its expert and state, and what stands in titles stays text.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PlannedStep } from "../../server/planning.ts";
import { planInWords } from "../../src/plantext.ts";

const step: PlannedStep = {
  ...{ id: "step-1", title: "Replace the pattern: a[$b] by `c` (src/a_b.ts)", operation: "replace-pattern" },
  ...{ target: { file: "src/a_b.ts" }, after: [], state: "ready", stands: false, edits: [], check: null },
  expert: { id: "code", score: 1, runnerUp: null, because: "rule built-in#7 names it" },
};

test("steps are counted, in their order, each with who does it and why", () => {
  const run = { run: "1", root: "file:///x", goal: "replace <b>", recipe: "replace-pattern", saved: "" };
  assert.equal(
    planInWords({
      ...run,
      steps: [step, { ...step, state: "skipped", check: { passed: true, found: "You have skipped it." } }],
    }),
    [
      'A plan of 2 steps for "replace \\<b\\>". Nothing is changed yet.',
      "",
      "1. Replace the pattern: a\\[$b\\] by \\`c\\` (src/a\\_b.ts): **code**, ready.\n   *rule built-in\\#7 names it*",
      "2. Replace the pattern: a\\[$b\\] by \\`c\\` (src/a\\_b.ts): **code**, skipped. You have skipped it.\n   *rule built-in\\#7 names it*",
      "",
    ].join("\n"),
  );
  assert.match(planInWords({ ...run, steps: [step] }), /^A plan of one step for/);
});
