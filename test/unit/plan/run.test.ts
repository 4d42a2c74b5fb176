// Runs on a real folder: verified, taken back byte for byte, and what goes wrong changes nothing and is told.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { Access } from "../../../server/access.ts";
import { installed } from "../../../server/installation.ts";
import { languageOf } from "../../../server/language.ts";
import { lookedAt } from "../../../server/plan/check.ts";
import { type Desk, DiskDesk } from "../../../server/plan/desk.ts";
import { Journal } from "../../../server/plan/journal.ts";
import { makePlan } from "../../../server/plan/planner.ts";
import { Project } from "../../../server/plan/project.ts";
import { recipes } from "../../../server/plan/registry.ts";
import { Run } from "../../../server/plan/run.ts";
import type { Tested } from "../../../server/plan/tests.ts";
import { Syntax } from "../../../server/syntax/syntax.ts";
import { type Files, folderOf } from "./on.ts";

const runs = folderOf({});
const syntax = new Syntax({ files: installed().syntax, patience: Number.POSITIVE_INFINITY, onTrouble: assert.fail });
const untidy = `import { b } from "./b";\n\nfunction gone() {}\nexport function f(n: number) {\n  var more = n > 1440;\n  if (more) return true;\n  return false;\n}\n`;
const tidy = "\n\nexport function f(n: number) {\n  const more = n > 1440;\n  return more;\n}\n".trimStart();

interface Opened {
  readonly root: string;
  readonly run: Run;
  readonly path: (file: string) => string;
}

async function open(
  files: Files,
  recipe = "clean-up",
  desk?: (root: string) => Desk,
  at = folderOf(files),
  test?: () => Promise<Tested>,
): Promise<Opened> {
  const project = new Project({ root: at, ts, syntax }, Object.keys(files));
  const planning = { project, pen: null, rules: [], installed: ["general"], languageOf };
  const plan = await makePlan("goal", recipes.find(({ id }) => id === recipe)!, Object.keys(files), {}, planning);
  const journal = Journal.begin(runs, at, plan);
  const run = new Run({ ...planning, journal, desk: desk?.(at) ?? new DiskDesk(at), access: new Access(), test });
  return { root: at, run, path: (file) => join(at, file) };
}

async function all({ run }: Opened): Promise<readonly string[]> {
  const states: string[] = [];
  for (const { id } of run.plan.steps) states.push((await run.apply(id)).state);
  return states;
}

const read = (path: string) => readFileSync(path, "utf8");

test("Every step is verified, and undo restores the bytes, also of CRLF and of a byte order mark", async () => {
  for (const text of [
    untidy,
    untidy.replaceAll("\n", "\r\n"),
    `\ufeff${untidy}`,
    `\ufeff${untidy.replaceAll("\n", "\r\n")}`,
  ]) {
    const opened = await open({ "a.ts": text, "b.ts": "export const b = 1;\n" });
    assert.deepEqual(await all(opened), ["verified", "verified", "verified"]);
    const result = read(opened.path("a.ts"));
    assert.equal(result.replace("\ufeff", "").replaceAll("\r\n", "\n"), tidy);
    assert.equal(result.startsWith("\ufeff"), text.startsWith("\ufeff"));
    assert.equal(/(?<!\r)\n/.test(result), !text.includes("\r"));
    assert.equal(await opened.run.undo(null), null);
    assert.equal(read(opened.path("a.ts")), text);
    assert.deepEqual(
      opened.run.plan.steps.map(({ state }) => state),
      ["undone", "undone", "undone"],
    );
  }
});

test("Splitting makes files, and undo removes them", async () => {
  const files = { "a.ts": "export function one() {\n  return two();\n}\n\nexport function two() {\n  return 2;\n}\n" };
  const opened = await open(files, "split-file");
  assert.deepEqual(await all(opened), ["verified", "verified"]);
  assert.match(read(opened.path("two.ts")), /^export function two/);
  assert.equal(await opened.run.undo(null), null);
  assert.equal(existsSync(opened.path("two.ts")), false);
  assert.equal(read(opened.path("a.ts")), files["a.ts"]);
});

test("A package that is not installed is no new error where more files import it, a file that does not exist is", async () => {
  const of = (from: string) =>
    `import { far } from "${from}";\n\nexport function one() {\n  return far(1);\n}\n\nexport function two() {\n  return far(2);\n}\n`;
  assert.deepEqual(await all(await open({ "a.ts": of("not-installed") }, "split-file")), ["verified", "verified"]);
  assert.ok((await all(await open({ "a.ts": of("./nowhere") }, "split-file"))).includes("failed"));
});

test("Files outside the configuration that import what moves go along, and their errors count", async () => {
  const files = {
    "src/a.ts": "export function one() {\n  return 1;\n}\n\nexport function two() {\n  return 2;\n}\n",
    "tsconfig.json": '{ "include": ["src"], "compilerOptions": { "strict": true } }',
    "test/a.test.ts": 'import { one, two } from "../src/a";\n\nexport const sum = one() + two();\n',
    "node_modules/x/index.ts": "export const far: string = 1;\n",
  };
  const at = folderOf(files);
  const opened = await open({ "src/a.ts": "" }, "split-file", undefined, at);
  assert.deepEqual(await all(opened), ["verified", "verified"]);
  assert.match(read(opened.path("test/a.test.ts")), /import \{ two \} from "..\/src\/two"/);
  assert.match(opened.run.plan.steps[1]!.check!.found, /No new errors in 3 files/);
  assert.equal(await opened.run.undo(null), null);
  assert.equal(read(opened.path("test/a.test.ts")), files["test/a.test.ts"]);
});

test("In a large folder the files that import a touched one are looked at too", () => {
  const many = Object.fromEntries(Array.from({ length: 160 }, (_, i) => [`f${i}.ts`, `export const v${i} = ${i};\n`]));
  const files = {
    ...many,
    "a.ts": "export const a = 1;\n",
    "b.ts": 'import { a } from "./a.js";\n\nexport const b = a;\n',
  };
  const project = new Project({ root: folderOf(files), ts, syntax }, ["a.ts"]);
  assert.deepEqual(lookedAt(project, ["a.ts"]), ["a.ts", "b.ts"]);
});

test("What has changed since the preview is not written", async () => {
  const opened = await open({ "a.ts": untidy });
  const prepared = await opened.run.prepare("step-1");
  writeFileSync(opened.path("a.ts"), `// mine\n${untidy}`);
  const step = await opened.run.apply("step-1", prepared);
  assert.equal(step.state, "failed");
  assert.match(step.check?.found ?? "", /changed since the preview/);
  assert.equal(read(opened.path("a.ts")), `// mine\n${untidy}`);
  assert.equal((await opened.run.apply("step-1")).state, "verified", "a new preview is enough");
});

test("A file that is deleted, read-only, too large or a link to elsewhere is refused in words, and nothing changes", async () => {
  const cases: readonly (readonly [RegExp, (path: string) => void])[] = [
    [/not there any more/, (path) => rmSync(path)],
    [/read-only/, (path) => chmodSync(path, 0o444)],
    [/too large/, (path) => writeFileSync(path, `${untidy}// ${"x".repeat(1_000_001)}\n`)],
    [
      /link leads outside/,
      (path) => {
        const outside = join(folderOf({ "out.ts": untidy }), "out.ts");
        rmSync(path);
        symlinkSync(outside, path);
      },
    ],
  ];
  for (const [message, spoil] of cases) {
    const opened = await open({ "a.ts": untidy });
    spoil(opened.path("a.ts"));
    const before = existsSync(opened.path("a.ts")) ? read(opened.path("a.ts")) : null;
    const step = await opened.run.apply("step-1");
    assert.equal(step.state, "failed");
    assert.match(step.check?.found ?? "", message);
    assert.equal(existsSync(opened.path("a.ts")) ? read(opened.path("a.ts")) : null, before);
  }
});

test("What the user has edited since stays: elsewhere it is kept, in the same place undo refuses", async () => {
  const opened = await open({ "a.ts": `${untidy}\nexport const far = 1;\n` });
  await all(opened);
  const result = read(opened.path("a.ts"));
  writeFileSync(opened.path("a.ts"), result.replace("far = 1", "far = 2"));
  assert.equal(await opened.run.undo(null), null);
  assert.equal(read(opened.path("a.ts")), `${untidy}\nexport const far = 2;\n`);

  const other = await open({ "a.ts": untidy });
  await all(other);
  const mine = read(other.path("a.ts")).replace("return more;", "return !more;");
  writeFileSync(other.path("a.ts"), mine);
  assert.match((await other.run.undo(null)) ?? "", /edited the same place/);
  assert.equal(read(other.path("a.ts")), mine);
});

test("What the user writes between two steps stays when the run is taken back", async () => {
  const opened = await open({ "a.ts": untidy, "b.ts": "export const b = 1;\n" });
  const [first, ...others] = opened.run.plan.steps;
  await opened.run.apply(first!.id);
  writeFileSync(opened.path("a.ts"), `${read(opened.path("a.ts"))}// mine\n`);
  for (const { id } of others) await opened.run.apply(id);
  assert.equal(read(opened.path("a.ts")), `${tidy}// mine\n`);
  assert.equal(await opened.run.undo(null), null);
  assert.equal(read(opened.path("a.ts")), `${untidy}// mine\n`);
});

test("A step is taken back alone only while no later one has changed its file", async () => {
  const opened = await open({ "a.ts": untidy });
  await all(opened);
  assert.match((await opened.run.undo("step-1")) ?? "", /step-2 has changed a\.ts after it/);
  assert.equal(await opened.run.undo("step-3"), null);
  assert.match(read(opened.path("a.ts")), /if \(more\) return true;/);
});

test("Two plans at once: the second is made for what the first has left", async () => {
  const files = { "a.ts": untidy };
  const one = await open(files);
  const two = await open(files, "clean-up", undefined, one.root);
  await one.run.apply("step-1");
  await two.run.apply("step-1");
  assert.deepEqual(
    [await two.run.apply("step-2"), await one.run.apply("step-2")].map(({ state }) => state),
    ["verified", "skipped"],
  );
  assert.match(read(one.path("a.ts")), /const more/);
});

test("Cut off in the middle: the journal tells what was written, and what is half done is taken back", async () => {
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
  for (const after of [true, false]) {
    const opened = await open({ "a.ts": untidy }, "clean-up", (root) => new Dying(root, after));
    await opened.run.apply("step-1");
    // A new process, with nothing but the journal.
    const project = new Project({ root: opened.root, ts, syntax }, ["a.ts"]);
    const journal = Journal.open(runs, opened.run.id);
    const again = new Run({
      project,
      pen: null,
      languageOf,
      journal,
      desk: new DiskDesk(opened.root),
      access: new Access(),
    });
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

test("A damaged journal and an unknown run are told in words", async () => {
  assert.throws(() => Journal.open(runs, "../../etc"), /There is no run/);
  const opened = await open({ "a.ts": untidy });
  mkdirSync(join(runs, opened.run.id), { recursive: true });
  writeFileSync(join(runs, opened.run.id, "run.json"), `{"version":1}`);
  assert.throws(() => Journal.open(runs, opened.run.id), /is damaged/);
});

test("The user's tests check every step: failing before, nothing is changed; behind it, the step has failed with what they say", async () => {
  const says = (...found: (string | null)[]) => {
    let at = 0;
    return async () => {
      const why = found[Math.min(at++, found.length - 1)]!;
      return why === null ? null : { why, output: "1 failed" };
    };
  };
  const passing = await open({ "a.ts": untidy }, "clean-up", undefined, undefined, says(null));
  assert.deepEqual(await all(passing), ["verified", "verified", "verified"]);
  assert.match(passing.run.plan.steps[0]!.check!.found, /and your tests pass/);

  const red = await open({ "a.ts": untidy }, "clean-up", undefined, undefined, says("they end with status 1"));
  const refused = await red.run.apply("step-1");
  assert.match(refused.check!.found, /fail without this step already: they end with status 1. Nothing was changed/);
  assert.deepEqual([refused.state, refused.check!.output, read(red.path("a.ts"))], ["failed", "1 failed", untidy]);

  const broken = await open({ "a.ts": untidy }, "clean-up", undefined, undefined, says(null, "status 1", null));
  const step = await broken.run.apply("step-1");
  assert.deepEqual([step.state, step.check!.output], ["failed", "1 failed"]);
  assert.match(step.check!.found, /After it your tests fail: status 1. Take it back with undo/);
  assert.equal(await broken.run.undo("step-1"), null);
  assert.equal(read(broken.path("a.ts")), untidy);
});
