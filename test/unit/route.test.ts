// Routing: the first rule that matches, told with everything that was tried.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { knownExperts, readRules } from "../../server/experts.ts";
import { regions, type Task, tasks } from "../../server/protocol.ts";
import { type Place, type Rule, route } from "../../server/route.ts";

const builtIn = readRules(
  readFileSync(new URL("../../experts/rules.json", import.meta.url), "utf8"),
  "built-in",
  knownExperts,
);
const place: Place = { languageId: "typescript", path: "src/a.ts", region: "code" };
const rule = (name: string, expert: string, more: Partial<Rule> = {}): Rule => ({ name, expert, because: "", ...more });

test("The first rule that matches decides; those after it are not tried", () => {
  const rules = [
    rule("user#1", "math", { language: "latex" }),
    rule("user#2", "docs", { path: ["lib/**", "src/**"], region: "code" }),
    rule("built-in#1", "general"),
  ];
  const found = route("complete", place, rules, ["general", "docs", "math"]);
  assert.equal(found.expert, "docs");
  assert.equal(found.wanted, null);
  assert.equal(found.rule, "user#2");
  assert.deepEqual(found.considered, [
    { rule: "user#1", expert: "math", matched: false, why: "the language is typescript, not latex" },
    { rule: "user#2", expert: "docs", matched: true, why: "the path src/a.ts fits src/**, the region is code" },
  ]);
});

test("An expert that is not installed is wanted, and general answers", () => {
  const found = route("complete", place, [rule("user#1", "rust")], ["code", "general"]);
  assert.equal(found.expert, "general");
  assert.equal(found.wanted, "rust");
});

test("Every condition must hold", () => {
  const all = { task: ["complete", "name"], language: "typescript", path: "*.ts", region: "code" } as const;
  const chosen = (at: Partial<Place>, task: Task = "complete") =>
    route(task, { ...place, ...at }, [rule("user#1", "a", all), rule("built-in#1", "b")], ["a", "b"]).expert;
  assert.equal(chosen({}), "a");
  assert.equal(chosen({}, "explain"), "b");
  assert.equal(chosen({ languageId: "python" }), "b");
  assert.equal(chosen({ path: "a.js" }), "b");
  assert.equal(chosen({ region: "comment" }), "b");
});

test("Without rules it still answers, and says what is wrong", () => {
  const found = route("complete", place, [], ["code"]);
  assert.equal(found.expert, "code");
  assert.match(found.because, /Reinstall/);
  assert.equal(route("complete", place, [], []).expert, "general");
});

test("The built-in rules are in order and cover everything", () => {
  assert.deepEqual(builtIn.problems, []);
  for (const task of tasks) {
    for (const region of regions) {
      const found = route(task, { languageId: "anything", path: "x", region }, builtIn.rules, knownExperts);
      assert.match(found.rule, /^built-in#\d$/);
      assert.equal(found.wanted, null);
    }
  }
});

test("The built-in rules send each kind of work to its expert", () => {
  const expert = (task: Task, languageId: string, region: Place["region"]) =>
    route(task, { languageId, path: "x", region }, builtIn.rules, knownExperts).expert;
  assert.equal(expert("complete", "python", "code"), "code");
  assert.equal(expert("complete", "python", "string"), "code");
  assert.equal(expert("complete", "python", "comment"), "docs");
  assert.equal(expert("complete", "python", "docstring"), "docs");
  assert.equal(expert("complete", "markdown", "prose"), "docs");
  assert.equal(expert("complete", "markdown", "math"), "math");
  assert.equal(expert("complete", "latex", "prose"), "math");
  assert.equal(expert("explain", "python", "code"), "docs");
  assert.equal(expert("document", "python", "code"), "docs");
  assert.equal(expert("calculate", "plaintext", "prose"), "math");
  assert.equal(expert("complete", "plaintext", "prose"), "general");
  assert.equal(expert("plan", "python", "code"), "general");
});
