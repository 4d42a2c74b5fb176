// The quick controls say what will be, and come in the state in which they can be used.
import assert from "node:assert/strict";
import { test } from "node:test";
import { controlled, controls, type Switches } from "../../src/controls.ts";

const on: Switches = {
  enable: true,
  automatic: true,
  commentsAndStrings: true,
  language: { id: "python", on: true },
  pausedUntil: undefined,
};
const labels = (switches: Switches) => controls(switches).map(({ label }) => label.replace(/^\$\([a-z-]+\) /, ""));

test("with everything on, everything can be switched off", () => {
  assert.deepEqual(labels(on), [
    "Turn completions off",
    "Pause for 5 minutes",
    "Pause for 30 minutes",
    "Turn off for python",
    "Turn off in comments and strings",
    "Only when I ask",
  ]);
  assert.deepEqual(
    controls(on)
      .filter(({ command }) => command === "coterie.snooze")
      .map(({ values }) => values),
    [[5], [30]],
  );
});

test("what is off can be switched on", () => {
  const off = { ...on, automatic: false, commentsAndStrings: false, language: { id: "python", on: false } };
  assert.deepEqual(labels(off).slice(3), ["Turn on for python", "Turn on in comments and strings", "By themselves"]);
  assert.deepEqual(labels({ ...on, enable: false }), ["Turn completions on"]);
});

test("a pause can be ended, and says when it ends", () => {
  const [, end] = controls({ ...on, pausedUntil: new Date(2026, 0, 2, 12, 30).getTime() });
  assert.deepEqual(end?.values, [0]);
  assert.match(end?.description ?? "", /^Completions pause until .*30/);
});

test("without a document in front no language is offered, and every control is known as one", () => {
  assert.ok(!labels({ ...on, language: null }).some((label) => label.includes("python")));
  for (const { command } of [...controls(on), ...controls({ ...on, enable: false })])
    assert.ok(controlled.has(command), command);
});
