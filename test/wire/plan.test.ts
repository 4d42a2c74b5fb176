// coterie plan as a process: shown, applied, saved, replayed and taken back; bad input is told in a line.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { folderOf } from "../unit/plan/on.ts";

const untidy = `export function f(n) {\n  var more = n > 1440;\n  if (more) return true;\n  return false;\n}\n`;
const tidy = "export function f(n) {\n  const more = n > 1440;\n  return more;\n}\n";
const home = folderOf({});
const root = folderOf({ "package.json": "{}", "a.js": untidy, "b.js": "export const b = 1;\n" });
const file = join(root, "a.js");

function run(...args: string[]) {
  const env = { ...process.env, HOME: home, USERPROFILE: home };
  return spawnSync(process.execPath, ["dist/cli.js", "plan", ...args], { encoding: "utf8", env });
}

test("A plan is shown, applied, and taken back byte for byte", () => {
  const shown = run("clean up", file, join(root, "b.js"));
  assert.deepEqual([shown.status, shown.stderr], [0, ""]);
  assert.match(shown.stdout, /step-1 .*const and let.*: proposed[\s\S]*Nothing was changed/);
  assert.equal(readFileSync(file, "utf8"), untidy);

  const applied = JSON.parse(run("clean up", file, "--apply", "--json").stdout);
  assert.deepEqual(
    applied.plan.steps.map(({ state }: { state: string }) => state),
    ["verified", "verified"],
  );
  assert.equal(readFileSync(file, "utf8"), tidy);
  assert.equal(run("--undo", applied.run).status, 0);
  assert.equal(readFileSync(file, "utf8"), untidy);
});

test("A saved plan can be run later", () => {
  const saved = join(root, "later.coterie-plan.json");
  assert.equal(run("clean up", file, "--save", saved).status, 0);
  assert.match(run(saved, "--find", "a").stderr, /--find: a saved plan brings its own/);
  const applied = JSON.parse(run(saved, "--apply", "--json").stdout);
  assert.equal(readFileSync(file, "utf8"), tidy);
  assert.equal(run("--undo", applied.run).status, 0);
});

test("A saved plan is about the folder that it was saved in, and what was skipped there stays skipped", () => {
  const whole = folderOf({ "package.json": "{}", "a/package.json": "{}", "a/x.js": untidy, "b/y.js": untidy });
  const [x, y] = [join(whole, "a", "x.js"), join(whole, "b", "y.js")];
  const saved = join(whole, "later.coterie-plan.json");
  assert.equal(run("clean up", x, y, "--root", whole, "--save", saved).status, 0);
  const plan = JSON.parse(readFileSync(saved, "utf8"));
  for (const step of plan.steps) if (step.target.file === "a/x.js") step.state = "skipped";
  writeFileSync(saved, JSON.stringify(plan));
  const applied = JSON.parse(run(saved, "--apply", "--json").stdout);
  assert.deepEqual([readFileSync(x, "utf8"), readFileSync(y, "utf8")], [untidy, tidy]);
  const undone = run("--undo", applied.run);
  assert.equal(readFileSync(y, "utf8"), untidy);
  assert.doesNotMatch(undone.stdout, /Take it back/);
});

test("Where there is nothing to do it says so", () => {
  assert.match(run("clean up", join(root, "b.js")).stdout, /nothing to do/);
});

test("--test: your tests check every step, without a shell; a step that breaks them stops the run with what they say", () => {
  const script = `if (!require("fs").readFileSync("a.js", "utf8").includes("var ")) { console.log("1 failed"); process.exit(1); }`;
  const test = JSON.stringify([process.execPath, "-e", script]);
  const stopped = run("clean up", file, "--apply", "--test", test);
  assert.equal(stopped.status, 1);
  assert.match(stopped.stdout, /After it your tests fail: [\s\S]*\| 1 failed[\s\S]*Stopped/);
  const [, id = ""] = /--undo (\S+)/.exec(stopped.stdout)!;
  // The second step was never begun: nothing of it is left to be taken back.
  const back = run("--undo", id);
  assert.equal(back.status, 0);
  assert.match(back.stdout, /: undone[\s\S]*: proposed/);
  assert.doesNotMatch(back.stdout, /Take it back/);
  assert.equal(readFileSync(file, "utf8"), untidy);
  const passing = JSON.parse(
    run("clean up", file, "--apply", "--json", "--test", `${process.execPath} --version`).stdout,
  );
  assert.match(passing.plan.steps[0].check.found, /and your tests pass/);
  assert.equal(run("--undo", passing.run).status, 0);
});

test("A run that has written nothing is not offered to be taken back", () => {
  const test = JSON.stringify([process.execPath, "-e", "process.exit(1)"]);
  const stopped = run("clean up", file, "--apply", "--test", test);
  assert.equal(stopped.status, 1);
  assert.match(stopped.stdout, /Your tests fail without this step already/);
  assert.doesNotMatch(stopped.stdout, /Take it back/);
  assert.equal(readFileSync(file, "utf8"), untidy);
});

test("Undo refuses where the same place was edited, with status 1", () => {
  const applied = JSON.parse(run("clean up", file, "--apply", "--json").stdout);
  writeFileSync(file, tidy.replace("return more", "return !more"));
  const refused = run("--undo", applied.run);
  assert.equal(refused.status, 1);
  assert.match(refused.stdout, /edited the same place since[\s\S]*Take it back/);
  writeFileSync(file, untidy);
});

test("Bad input: status 2, nothing on stdout, one line", () => {
  const outside = join(folderOf({ "c.js": untidy }), "c.js");
  for (const [args, message] of [
    [[], /Name a goal/],
    [["clean up"], /Name the files/],
    [["make it faster", file], /No recipe fits.*the nearest first: /],
    [["clean up", join(root, "none.js")], /does not exist/],
    [["clean up", root], /not a file/],
    [["clean up", outside, "--root", root], /outside the workspace/],
    [["clean up", join(root, "package.json")], /not edited/],
    [["replace a pattern", file], /needs --find/],
    [["clean up", file, "--apply", "--test", "[npm"], /no JSON array/],
    [["clean up", file, "--test", "npm test"], /--test goes with --apply only/],
    [["clean up", file, "--rules", "x"], /--rules goes with/],
    [["clean up", file, "--find", "a"], /clean-up takes no --find/],
    [["clean up", file, "--save", join(root, "p.json")], /has to end in \.coterie-plan\.json/],
    [["--undo", "nothing"], /no run nothing/],
    [["--undo", "nothing", "--apply"], /--apply does not go with --undo/],
    [["--undo", "nothing", file], /an argument too many/],
    [[join(root, "gone.coterie-plan.json")], /does not exist/],
  ] as const) {
    const { status, stdout, stderr } = run(...args);
    assert.deepEqual([status, stdout, stderr.split("\n").length], [2, "", 2], args.join(" "));
    assert.match(stderr, message);
  }
});
