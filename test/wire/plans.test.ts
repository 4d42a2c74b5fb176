// Plans over the wire, with the built server as a process: made, previewed, run, refused, cut off by a kill, taken back.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { RequestType } from "vscode-languageserver-protocol";
import * as planning from "../../server/planning.ts";
import { folderOf } from "../unit/plan/on.ts";
import { type Served, served } from "./stdio.ts";

const untidy = `import { b } from "./b";\n\nexport function f(n: number) {\n  var more = n > 1440;\n  if (more) return true;\n  return false;\n}\n`;
const files = {
  "a.ts": untidy,
  "b.ts": "export const b = 1;\n",
  "c.ts": untidy.replaceAll("\n", "\r\n"),
};
const root = folderOf(files);
const home = folderOf({});
const uri = (file: string) => pathToFileURL(join(root, file)).href;
const read = (file: string) => readFileSync(join(root, file), "utf8");
const states = ({ steps }: planning.PlanRun) => steps.map(({ state }) => state);

/** What the editor does with a write: the test's, else to the disk. */
let onWrite: (params: planning.WriteFilesParams) => Promise<planning.WriteFilesResult>;
let server: Served;

async function toDisk({ files: all }: planning.WriteFilesParams): Promise<planning.WriteFilesResult> {
  for (const { uri: at, after: text } of all) {
    const path = fileURLToPath(at);
    mkdirSync(dirname(path), { recursive: true });
    if (text === null) rmSync(path);
    else writeFileSync(path, text);
  }
  return { why: null, after: all.map(({ after }) => after), complaints: [] };
}

async function start(): Promise<void> {
  server = await served(pathToFileURL(root).href, { home });
  server.client.onRequest(planning.writeFiles, (params) => onWrite(params));
}

const ask = <P, R>(type: RequestType<P, R, void>, params: P) => server.client.sendRequest<R>(type.method, params);

async function planFor(...names: readonly string[]): Promise<planning.PlanRun> {
  const { plan } = await ask(planning.makePlan, { uris: names.map(uri), goal: "clean up", options: {} });
  assert.ok(plan);
  return plan;
}

const apply = (run: string, step: string, leave: readonly string[] = []) =>
  ask(planning.applyStep, { run, step, leave });

before(start);
after(() => server.end());
beforeEach(() => {
  onWrite = toDisk;
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
});

test("a goal becomes a plan, a step is previewed and done but for a hunk, and the run is taken back", async () => {
  const plan = await planFor("a.ts", "c.ts");
  assert.equal(plan.steps.length, 6);
  assert.equal(plan.steps[0]!.expert.id, "code");
  const [preview] = await ask(planning.previewStep, { run: plan.run, step: "step-1" });
  assert.equal(preview!.before, untidy);
  assert.doesNotMatch(preview!.after, /import/);
  let done = await apply(plan.run, "step-1", [preview!.hunks[0]!.id]).catch((error: Error) => error);
  // Without its only hunk nothing is left to do.
  assert.match(done instanceof Error ? done.message : done.steps[0]!.check!.found, /No edit of it is chosen/);
  for (const { id } of plan.steps) done = await apply(plan.run, id);
  assert.deepEqual(states(done as planning.PlanRun), Array(6).fill("verified"));
  assert.match(read("a.ts"), /const more = n > 1440;\n {2}return more;/);
  assert.match(read("c.ts"), /const more = n > 1440;\r\n {2}return more;/);
  const { refused } = await ask(planning.undoPlan, { run: plan.run, step: null });
  assert.equal(refused, null);
  assert.deepEqual([read("a.ts"), read("c.ts")], [files["a.ts"], files["c.ts"]]);
});

test("a goal that no recipe fits gets the nearest recipes offered; files of elsewhere are refused in words", async () => {
  const { plan, offered } = await ask(planning.makePlan, { uris: [uri("a.ts")], goal: "write a poem", options: {} });
  assert.equal(plan, null);
  const all = (await ask(planning.planRecipes, null)).map(({ id }) => id);
  assert.equal(offered.length, 4);
  assert.ok(offered.every(({ id }) => all.includes(id)));
  const outside = pathToFileURL(join(home, "a.ts")).href;
  await assert.rejects(
    ask(planning.makePlan, { uris: [outside], goal: "clean up", options: {} }),
    /workspace folders on this disk only/,
  );
  await assert.rejects(apply("20200101000000-abcdef", "step-1"), /not open any more; resume/);
});

test("what the editor does not take changes nothing and is told; then it can be done", async () => {
  const plan = await planFor("a.ts");
  onWrite = async () => ({ why: "a.ts has changed meanwhile", after: [], complaints: [] });
  const refused = await apply(plan.run, "step-1");
  assert.equal(refused.steps[0]!.state, "failed");
  assert.match(refused.steps[0]!.check!.found, /has changed meanwhile. Nothing was changed/);
  onWrite = async (params) => ({ ...(await toDisk(params)), complaints: ["Cannot find name 'x'."] });
  const worse = await apply(plan.run, "step-1");
  assert.match(worse.steps[0]!.check!.found, /new errors: Cannot find name 'x'/);
  assert.equal((await ask(planning.undoPlan, { run: plan.run, step: "step-1" })).refused, null);
  assert.equal(read("a.ts"), untidy);
});

test("while a step is done the user types: what was written elsewhere stays, and undo keeps it", async () => {
  const plan = await planFor("a.ts");
  await apply(plan.run, "step-1");
  onWrite = async (params) => {
    // The user's own line comes in between the server's look and the editor's edit.
    writeFileSync(join(root, "a.ts"), `${read("a.ts")}// mine\n`);
    const [file] = params.files;
    return file!.before === read("a.ts")
      ? toDisk(params)
      : { why: "a.ts has changed meanwhile", after: [], complaints: [] };
  };
  assert.equal((await apply(plan.run, "step-2")).steps[1]!.state, "failed");
  onWrite = toDisk;
  assert.equal((await apply(plan.run, "step-2")).steps[1]!.state, "verified");
  assert.match(read("a.ts"), /const more[\s\S]*\/\/ mine\n$/);
  assert.equal((await ask(planning.undoPlan, { run: plan.run, step: null })).refused, null);
  assert.equal(read("a.ts"), `${untidy}// mine\n`);
});

test("what the editor formats when it saves is taken back too", async () => {
  const plan = await planFor("a.ts");
  onWrite = async (params) => {
    const formatted = params.files.map((file) => ({ ...file, after: file.after?.replaceAll("(", " (") ?? null }));
    return toDisk({ ...params, files: formatted });
  };
  assert.equal((await apply(plan.run, "step-1")).steps[0]!.state, "verified");
  assert.match(read("a.ts"), / \(/);
  onWrite = toDisk;
  assert.equal((await ask(planning.undoPlan, { run: plan.run, step: null })).refused, null);
  assert.equal(read("a.ts"), untidy);
});

test("the user's test command checks every step; where it fails, what it has printed is with the step", async () => {
  const script = `if (/const more/.test(require("fs").readFileSync("a.ts", "utf8"))) { console.log("1 failed"); process.exit(1); }`;
  const push = (testCommand: readonly string[]) =>
    server.client.sendNotification("workspace/didChangeConfiguration", { settings: { coterie: { testCommand } } });
  await push([process.execPath, "-e", script]);
  const plan = await planFor("a.ts");
  const [first] = (await apply(plan.run, "step-1")).steps;
  assert.match(first!.check!.found, /and your tests pass/);
  const [, second] = (await apply(plan.run, "step-2")).steps;
  assert.deepEqual([second!.state, second!.check!.output], ["failed", "1 failed"]);
  assert.match(second!.check!.found, /your tests fail: .* ended with status 1. Take it back with undo/);
  assert.deepEqual([first!.stands, second!.stands], [true, true], "what has failed after it was written stands too");
  const back = await ask(planning.undoPlan, { run: plan.run, step: "step-2" });
  assert.deepEqual(
    back.plan.steps.slice(0, 2).map(({ stands }) => stands),
    [true, false],
  );
  assert.equal((await ask(planning.undoPlan, { run: plan.run, step: null })).refused, null);
  assert.equal(read("a.ts"), untidy);
  await push([]);
});

for (const written of [true, false]) {
  test(`killed in step 3 of 6, ${written ? "behind" : "before"} the write: the next server goes on`, async () => {
    const plan = await planFor("a.ts", "c.ts");
    await apply(plan.run, "step-1");
    await apply(plan.run, "step-2");
    onWrite = async (params) => {
      if (written) await toDisk(params);
      server.process.kill("SIGKILL");
      return new Promise(() => undefined);
    };
    const gone = new Promise((resolve) => server.process.once("exit", resolve));
    void apply(plan.run, "step-3").catch(() => undefined);
    await gone;
    server.client.dispose();

    onWrite = toDisk;
    await start();
    const again = await ask(planning.openPlan, { uri: null, root: pathToFileURL(root).href });
    assert.equal(again!.run, plan.run);
    assert.deepEqual(states(again!).slice(0, 4), ["verified", "verified", written ? "verified" : "ready", "ready"]);
    let last = again!;
    for (const { id } of plan.steps) last = await apply(plan.run, id);
    assert.deepEqual(states(last), Array(6).fill("verified"));
    assert.equal((await ask(planning.undoPlan, { run: plan.run, step: null })).refused, null);
    assert.deepEqual([read("a.ts"), read("c.ts")], [files["a.ts"], files["c.ts"]]);
  });
}

test("two plans at once: the second is made for what the first has left", async () => {
  const [one, other] = await Promise.all([planFor("a.ts"), planFor("a.ts")]);
  const all = [one, other].flatMap(({ run, steps }) => steps.map(({ id }) => apply(run, id)));
  await Promise.all(all);
  const last = await apply(other.run, "step-3");
  assert.deepEqual(states(last), ["skipped", "skipped", "skipped"]);
  assert.equal((await ask(planning.undoPlan, { run: one.run, step: null })).refused, null);
  assert.equal(read("a.ts"), untidy);
});

test("a saved plan is taken up again, and one that is none is refused in words", async () => {
  const { saved, steps } = await planFor("a.ts");
  writeFileSync(join(root, "x.coterie-plan.json"), saved);
  const folder = pathToFileURL(root).href;
  const again = await ask(planning.openPlan, { uri: uri("x.coterie-plan.json"), root: folder });
  assert.deepEqual(again!.steps, steps);
  writeFileSync(join(root, "x.coterie-plan.json"), "{}");
  await assert.rejects(ask(planning.openPlan, { uri: uri("x.coterie-plan.json"), root: folder }), /This is no plan/);
});

test("a damaged journal stands in nobody's way", async () => {
  const plan = await planFor("a.ts");
  const damaged = join(home, ".coterie", "runs", "20990101000000-abcdef");
  mkdirSync(damaged, { recursive: true });
  writeFileSync(join(damaged, "run.json"), "{");
  const last = await ask(planning.openPlan, { uri: null, root: pathToFileURL(root).href });
  assert.equal(last!.run, plan.run);
  rmSync(damaged, { recursive: true });
});
