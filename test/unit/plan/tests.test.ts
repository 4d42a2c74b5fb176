// The user's tests as a check: run without a shell, told with their output, ended when they hang, asked before and behind steps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { runTests, type Tested, Tests } from "../../../server/plan/tests.ts";
import { folderOf } from "./on.ts";

const node = (script: string, limit?: number) =>
  runTests([process.execPath, "-e", script, "$HOME; exit 3"], folderOf({}), limit);

test("What ends with 0 passes; else why, and the end of what it has printed", async () => {
  assert.equal(await node(""), null);
  const failed = await node('console.log("x".repeat(9000)); console.error("1 failed"); process.exit(2)');
  assert.match(failed!.why, /ended with status 2$/);
  assert.match(failed!.output, /1 failed$/);
  assert.ok(failed!.output.length <= 6000);
});

test("Arguments are never read by a shell", async () => {
  const said = await node("console.log(process.argv.at(-1)); process.exit(1)");
  assert.equal(said!.output, "$HOME; exit 3");
});

test("What cannot be run is told; what hangs is ended with all that it has started", async () => {
  assert.match((await runTests(["coterie-no-such-program"], folderOf({})))!.why, /cannot be run/);
  const child =
    'require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1e3)"], { stdio: "inherit" });';
  const late = await node(`${child} setInterval(() => {}, 1000);`, 1_500);
  assert.match(late!.why, /took more than 2 seconds and was ended/);
});

test("They are asked once before the first step and behind each; where they fail, before the next one again", async () => {
  const found: Tested[] = [null, null, { why: "broken", output: "" }, null, null];
  let asked = 0;
  const tests = new Tests(async () => found[asked++]!);
  assert.deepEqual([await tests.before(), await tests.behind(), asked], [null, null, 2]);
  assert.deepEqual([await tests.before(), (await tests.behind())?.why, asked], [null, "broken", 3]);
  assert.deepEqual([await tests.before(), asked], [null, 4]);
});
