// The built command line: its objects, its exit statuses, and one line for what is wrong.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { inRepository } from "./pair.ts";

const home = realpathSync(mkdtempSync(join(tmpdir(), "coterie-cli-")));
after(() => rmSync(home, { recursive: true }));

function write(path: string, text: string): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const run = (...args: string[]) => runIn(home, args);

function runIn(cwd: string, args: readonly string[]) {
  const env = { ...process.env, HOME: home, USERPROFILE: home };
  const done = spawnSync(process.execPath, [inRepository("dist/cli.js"), ...args], {
    encoding: "utf8",
    env,
    cwd,
  });
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
}

/** The object that --json prints; fails when anything else is printed. */
function json(...args: string[]): Record<string, unknown> {
  const { status, stdout, stderr } = run(...args, "--json");
  assert.deepEqual({ status, stderr }, { status: 0, stderr: "" }, args.join(" "));
  assert.equal(stdout.trimEnd().split("\n").length, 1);
  return JSON.parse(stdout);
}

const python = write("project/src/add.py", "# Adds two numbers.\ndef add(a, b):\n    \n");
write("project/package.json", "{}");

test("complete prints the answer with all that belongs to it", () => {
  const answer = json("complete", `${python}:3:5`);
  assert.deepEqual(Object.keys(answer).sort(), [
    "because",
    "expert",
    "hidden",
    "ms",
    "newTokens",
    "promptTokens",
    "region",
    "reusedTokens",
    "rule",
    "stop",
    "text",
    "wanted",
  ]);
  assert.equal(answer["text"], "return a + b");
  assert.equal(answer["hidden"], null);
  assert.equal(answer["region"], "code");
  assert.match(run("complete", `${python}:3:5`).stdout, /^return a \+ b\n/);
});

test("explain and document print facts, words and the edit, and write nothing", () => {
  const file = write(
    "project/src/sum.ts",
    "export function sum(values: number[]): number {\n  return values.length;\n}\n",
  );
  const told = json("explain", `${file}:1-3`);
  assert.deepEqual(Object.keys(told).sort(), ["because", "expert", "facts", "ms", "rule", "stop", "text", "wanted"]);
  assert.ok(String(told["text"]).length > 10);
  assert.match(JSON.stringify(told["facts"]), /export function sum\(values: number\[\]\): number/);
  const done = json("document", `${file}:2`);
  assert.match(String(done["text"]), /^\/\*\*\n \* .+\n \*\n \* @param values - .+\n(?: \* @returns .+\n)? \*\/\n$/);
  assert.equal(readFileSync(file, "utf8").includes("@param"), false);
  assert.equal(run("document", `${python}:1`).status, 2);
  assert.match(run("explain", "nowhere").stderr, /FILE:LINE-LINE/);
});

test("calculate prints the result and its steps, and refuses in one line what is no formula", () => {
  const done = json("calculate", "3/4 + 1/6");
  assert.deepEqual(Object.keys(done).sort(), [
    "because",
    "decimal",
    "expert",
    "ms",
    "result",
    "rule",
    "steps",
    "verified",
    "why",
  ]);
  assert.deepEqual([done["result"], done["verified"]], ["11/12", true]);
  assert.match(run("calculate", "0.1+0.2").stdout, /^0\.3\n/);
  assert.match(run("calculate", "-7 mod 3").stdout, /^2\n/);
  assert.equal(json("calculate", "--5")["result"], "5");
  const { status, stderr } = run("calculate", "rm -rf /");
  assert.equal(status, 2);
  assert.match(stderr, /^coterie: "rm -rf \/" cannot be calculated: .+\.\n$/);
});

/** The commands of the README's section for a terminal. */
function inReadme(): readonly (readonly string[])[] {
  const readme = readFileSync(inRepository("README.md"), "utf8");
  const [, block = ""] = /## Without an editor[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme) ?? [];
  // A comment stands behind a blank, as a shell wants it.
  const lines = block
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/\s+# .*$/, ""));
  return lines.map((line) => [...line.matchAll(/"([^"]*)"|[^\s"]+/g)].map(([word, quoted]) => quoted ?? word));
}

test("What the README shows works in the demo", () => {
  const demo = join(home, "demo");
  cpSync(inRepository("test/editor/demo"), demo, { recursive: true });
  write("demo/package.json", JSON.stringify({ type: "module", scripts: { test: "node --version" } }));
  const cart = () => readFileSync(join(demo, "src", "cart.ts"), "utf8");
  const [before, told]: [string, Record<string, string>] = [cart(), {}];
  for (const [program, ...args] of inReadme()) {
    assert.equal(program, "coterie");
    const undo = args.indexOf("RUN");
    if (undo > 0) {
      assert.notEqual(cart(), before);
      args[undo] = /Take it back: coterie plan --undo (\S+)/.exec(told["plan"]!)![1]!;
    }
    const { status, stdout, stderr } = runIn(demo, args);
    assert.deepEqual({ status, stderr }, { status: 0, stderr: "" }, args.join(" "));
    told[args[0]!] = stdout;
    if (args.includes("--test")) assert.match(stdout, /and your tests pass/);
    else assert.equal(cart(), before, args.join(" "));
  }
  assert.match(told["complete"]!, /^pieces \+= item\.quantity;\n/);
  assert.match(told["route"]!, /^code: /);
  assert.match(
    told["explain"]!,
    /^Signature: export function total\(items: Item\[\]\): number\n[\s\S]*\ndocs says: \w/,
  );
  assert.match(told["document"]!, /^ {4}"""\w/);
  assert.match(told["calculate"]!, /^36\n/);
  assert.match(told["experts"]!, /^general /m);
  assert.match(told["plan"]!, /: undone\n/);
});

test("route prints what was considered, for the task that is named", () => {
  const found = json("route", `${python}:1:5`, "--task", "explain");
  assert.deepEqual(Object.keys(found).sort(), [
    "because",
    "considered",
    "expert",
    "languageId",
    "region",
    "rule",
    "wanted",
  ]);
  assert.equal(found["region"], "comment");
  assert.equal(found["languageId"], "python");
  assert.match(run("route", `${python}:1:5`).stdout, /> built-in#\d/);
});

test("Regions on the command line are those of the editor", () => {
  const go = write("project/add.go", "package add\n\n// Adds.\nfunc Add() {}\n");
  assert.equal(json("route", `${go}:3:5`)["region"], "docstring");
  const readme = write("project/README.md", "# A\n\n```py\nx = 1  # one\n```\n");
  const { region, languageId } = json("route", `${readme}:4:10`);
  assert.deepEqual({ region, languageId }, { region: "comment", languageId: "python" });
});

test("experts prints who is there and what it weighs", () => {
  const { experts, memory } = json("experts") as {
    experts: { id: string; layers: number[]; parameters: number; bytes: number; installed: boolean }[];
    memory: Record<string, number>;
  };
  const general = experts.find(({ id }) => id === "general");
  assert.deepEqual(general?.layers, [24, 30]);
  assert.equal(general.installed, true);
  assert.ok(general.parameters > 20e6 && general.bytes > 20e6);
  assert.deepEqual(Object.keys(memory).sort(), ["backbone", "caches", "experts", "head", "process", "rest"]);
});

test("Rules: a file that is named comes first, then those of the root, found or named, then the user's", () => {
  const rules = (because: string) => JSON.stringify({ rules: [{ expert: "general", because }] });
  const rule = (...args: string[]) => json("route", `${python}:3:5`, ...args)["rule"];
  assert.match(String(rule()), /^built-in/);
  write(".coterie/rules.json", rules("user"));
  assert.equal(rule(), "user#1");
  write("project/.coterie/rules.json", rules("workspace"));
  assert.equal(rule(), "workspace#1");
  assert.equal(rule("--root", join(home, "project", "src")), "user#1");
  assert.equal(rule("--rules", write("mine.json", rules("mine"))), "given#1");
  rmSync(join(home, ".coterie"), { recursive: true });
  rmSync(join(home, "project", ".coterie"), { recursive: true });
});

test("Bad input: exit status 2, nothing on stdout and one line that says what to do", () => {
  const cases: [string[], RegExp][] = [
    [[], /Name a command/],
    [["fly"], /no command "fly"/],
    [["complete"], /FILE:LINE:COLUMN/],
    [["complete", python], /FILE:LINE:COLUMN/],
    [["complete", "none.py:1:1"], /does not exist/],
    [["complete", `${home}:1:1`], /not a file/],
    [["complete", `${python}:9:1`], /has 4 lines/],
    [["complete", `${python}:0:1`], /count from 1/],
    [["complete", `${python}:3:6`], /has 4 characters/],
    [["complete", `${python}:3:5`, "more"], /too many/],
    [["complete", `${python}:3:5`, "--task", "explain"], /--task/],
    [["complete", `${python}:3:5`, "--fast"], /--fast/],
    [["complete", `${python}:3:5`, "--root", "none"], /--root none/],
    [["route", `${python}:3:5`, "--task", "dance"], /Tasks: complete/],
    [["route", `${python}:3:5`, "--rules", "none.json"], /--rules none.json/],
    [["route", `${python}:3:5`, "--rules", write("broken.json", "{")], /no valid JSON/],
    [["complete", `${write(".env", "A=")}:1:3`], /secrets/],
    [["complete", `${write("binary.bin", "a\0b")}:1:1`], /NUL/],
    [["complete", `${write("large.ts", "x".repeat(50_000_000))}:1:1`], /too large|million characters/],
    [["experts", "all"], /cannot "all"/],
    [["calculate", "1+1", "--root", "nowhere"], /--root goes with complete, route, explain, document and plan only/],
    [["calculate", "-1", "--rules=nowhere"], /--rules goes with complete, route, explain and document only/],
    [["experts", "--model", "m"], /--model goes with/],
    [["calculate", "--formula"], /"--formula" cannot be calculated/],
  ];
  for (const [args, message] of cases) {
    const { status, stdout, stderr } = run(...args);
    assert.deepEqual(
      { status, stdout, lines: stderr.split("\n").length },
      { status: 2, stdout: "", lines: 2 },
      args.join(" "),
    );
    assert.match(stderr, message);
  }
});

test("CRLF, a byte order mark, the end of the file and a long line are places like others", () => {
  assert.equal(json("route", `${write("crlf.ts", "// a\r\nb\r\n")}:1:5`)["region"], "comment");
  assert.equal(json("route", `${write("crlf.ts", "// a\r\nb\r\n")}:3:1`)["region"], "code");
  assert.equal(json("route", `${write("bom.ts", "\ufeff// a")}:1:5`)["region"], "comment");
  assert.equal(json("route", `${write("long.ts", `${"x".repeat(1_000_000)} // a`)}:1:1000006`)["region"], "comment");
  assert.equal(json("route", `${write("empty.txt", "")}:1:1`)["region"], "prose");
});
