// Runs on a real folder: verified, taken back byte for byte, and what goes wrong changes nothing and is told.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { lookedAt } from "../../../server/plan/check.ts";
import { type Desk, DiskDesk } from "../../../server/plan/desk.ts";
import { Journal } from "../../../server/plan/journal.ts";
import { Project } from "../../../server/plan/project.ts";
import { folderOf } from "./on.ts";
import { all, open, read, runs, syntax, tidy, untidy } from "./runs.ts";

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

test("An edit that was left out is that one: where a step would change others by then, nothing is changed", async () => {
  const text = "function gone() {\n  var z = 1;\n}\nvar a = 1;\nvar b = 2;\nexport const sum = a + b;\n";
  const opened = await open({ "a.ts": text });
  opened.run.skip("step-1");
  const step = await opened.run.apply("step-2", null, new Set(["a.ts#0"]));
  assert.match(step.check!.found, /other places now than those that you have chosen from. Nothing was changed/);
  assert.equal(read(opened.path("a.ts")), text);
  assert.deepEqual(
    step.edits[0]!.edits.map(({ was }) => was),
    ["var", "var", "var"],
  );
  assert.equal((await opened.run.apply("step-2", null, new Set(["a.ts#0"]))).state, "verified");
  assert.match(read(opened.path("a.ts")), /var z = 1;[\s\S]*const a = 1;\nconst b = 2;/);
  assert.equal(await opened.run.undo("step-2"), null);
  const again = await opened.run.apply("step-2");
  assert.match(again.check!.found, /choose again/, "what was left out is not done unasked");
  assert.equal(again.edits[0]!.edits.length, 3);
});

test("Where the desk formats what it writes, undo takes that back too", async () => {
  class Formatting extends DiskDesk {
    override async write(label: string, puts: Parameters<Desk["write"]>[1]): ReturnType<Desk["write"]> {
      const after = puts.map((put) => put.after && Buffer.from(`${put.after}`.replace("const more", "const  more")));
      const { why } = await super.write(
        label,
        puts.map((put, i) => ({ ...put, after: after[i]! })),
      );
      return { why, after };
    }
  }
  const opened = await open({ "a.ts": untidy }, "clean-up", (root) => new Formatting(root));
  assert.deepEqual(await all(opened), ["verified", "verified", "verified"]);
  assert.match(read(opened.path("a.ts")), /const {2}more/);
  assert.equal(await opened.run.undo(null), null);
  assert.equal(read(opened.path("a.ts")), untidy);
});

test("A step of too many files is refused when it is planned, before any other one is done", async () => {
  const users = Array.from({ length: 101 }, (_, i) => [
    `u${i}.ts`,
    'import { two } from "./a";\nexport const x = two();\n',
  ]);
  const files = { "a.ts": "export function one() {\n  return 1;\n}\n\nexport function two() {\n  return 2;\n}\n" };
  const at = folderOf({ ...files, ...Object.fromEntries(users) });
  await assert.rejects(open(files, "split-file", undefined, at), /would touch 103 files.*at most 100/);
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
