// Names: which are poor, what code itself offers instead, who is asked, and that only a free one is put in, everywhere.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Score } from "../../../server/engine/engine.ts";
import { readRules } from "../../../server/experts.ts";
import { languageOf } from "../../../server/language.ts";
import { candidatesFor } from "../../../server/plan/naming/hints.ts";
import { poorNames } from "../../../server/plan/naming/poor.ts";
import { isPoor, isUsable, manyOf, nameIn, nameOfComment, oneOf } from "../../../server/plan/naming/words.ts";
import type { Unnamed } from "../../../server/plan/operation.ts";
import { ModelPen } from "../../../server/plan/pen.ts";
import { makePlan } from "../../../server/plan/planner.ts";
import { recipes } from "../../../server/plan/registry.ts";
import { playedEngine } from "../../wire/engine.ts";
import { after, projectOf } from "./on.ts";

const experts = ["general", "code"];
const { rules } = readRules(readFileSync("experts/rules.json", "utf8"), "built-in", experts);
const report = `interface Order {
  id: number;
  total: number;
}

export function report(d: Order[], t: number): string {
  const tmp = d.filter((o) => o.total > t);
  let s = 0;
  for (const e of tmp) s += e.total;
  for (let i = 0; i < 3; i++) s += i;
  return \`\${tmp.length}: \${s}\`;
}
`;

function poorIn(text: string, file = "a.ts"): readonly string[] {
  return poorNames(projectOf({ [file]: text }), file).map(({ name, within }) => `${name.text} in ${within}`);
}

test("Poor names are placeholders, numbered words and single letters; customary ones are left alone", () => {
  for (const name of ["tmp", "foo", "data2", "arr1", "d", "myVar", "TEMP"]) assert.equal(isPoor(name), true, name);
  for (const name of ["i", "_", "data", "template", "utf8", "sha256", "total"]) assert.equal(isPoor(name), false, name);
  assert.deepEqual(poorIn(report), ["d in report", "t in report", "tmp in report", "s in report"]);
  assert.deepEqual(poorIn("export const at = (x: number, y: number) => x + y;\n"), []);
  assert.deepEqual(poorIn("try { f(); } catch (e) { f(); }\nexport function f() {}\n"), []);
  assert.deepEqual(poorIn("declare function f(a: number): void;\nexport {};\n"), []);
  assert.deepEqual(poorIn("export class A { constructor(private a: number) {} m(b: number) { return b; } }\n"), [
    "b in A.m",
  ]);
});

test("What a package gives away keeps its name; what only the folder imports does not", () => {
  const files = { "a.ts": "export function foo() {\n  return 1;\n}\n" };
  const named = (more: Record<string, string>) =>
    poorNames(projectOf({ ...files, ...more }), "a.ts").map(({ name }) => name.text);
  assert.deepEqual(named({}), []);
  assert.deepEqual(named({ "b.ts": 'import { foo } from "./a";\nfoo();\n' }), ["foo"]);
  assert.deepEqual(named({ "b.ts": 'export { foo } from "./a";\n' }), []);
});

test("Words: what may be a name, plurals, names in comments and in what a model writes", () => {
  for (const name of ["total", "userNames"]) assert.equal(isUsable(name), true, name);
  for (const name of ["in", "class", "tmp", "x", "Name", "a b", "value2"]) assert.equal(isUsable(name), false, name);
  assert.deepEqual(["orders", "entries", "boxes", "class", "status"].map(oneOf), ["order", "entry", "box", null, null]);
  assert.deepEqual(["order", "entry", "box"].map(manyOf), ["orders", "entries", "boxes"]);
  assert.equal(nameOfComment("// Check the totals, all of them"), "checkTotals");
  assert.equal(nameOfComment("// TODO"), null);
  assert.deepEqual([" get_total(", "HTTPServer", "tmp", "42", " class "].map(nameIn), [
    "getTotal",
    "httpServer",
    null,
    null,
    null,
  ]);
});

test("Code offers names by what a thing is made of and by its type", () => {
  const project = projectOf({
    "a.ts": `${report}
declare function fetchOrders(): Promise<Order[]>;
export async function all(text: string, names: string[]) {
  const a = await fetchOrders();
  const b = names.length;
  const c = names[0];
  const f = text.split(",");
  const g = names.map((name) => name.length);
  return [a, b, c, f, g];
}
`,
  });
  const first = poorNames(project, "a.ts").map((poor) => [poor.name.text, candidatesFor(project, poor)[0]]);
  assert.deepEqual(Object.fromEntries(first), {
    ...{ d: "orders", t: "amount", tmp: "matching", s: "amount" },
    ...{ a: "orders", b: "count", c: "name", f: "parts", g: "lengths" },
  });
});

test("Without a model the first free name by rules is put in; properties and strings stay", async () => {
  const options = { name: "d", within: "report" };
  const text = (await after("rename-symbol", { "a.ts": report }, options))["a.ts"]!;
  assert.match(text, /report\(orders: Order\[\], t: number\)[\s\S]*orders\.filter/);
  const taken = report.replace("let s = 0", "const orders = 1;\n  let s = orders");
  assert.match((await after("rename-symbol", { "a.ts": taken }, options))["a.ts"]!, /report\(items: Order\[\]/);
});

test("A rename reaches every file of the workspace, and keys of objects stay what they are", async () => {
  const files = {
    "a.ts":
      "/** Adds. */\nexport function foo(list: number[]) {\n  let total = 0;\n  for (const each of list) total += each;\n  return total;\n}\n",
    "b.ts": 'import { foo } from "./a";\n\nexport const sum = foo([1]);\n',
  };
  const changed = await after("rename-symbol", files, { name: "foo", within: "" });
  assert.match(changed["a.ts"]!, /export function computeTotal\(list/);
  assert.equal(changed["b.ts"], 'import { computeTotal } from "./a";\n\nexport const sum = computeTotal([1]);\n');
  const keyed = "export function f(text: string) {\n  const tmp = text.trim();\n  return { tmp };\n}\n";
  const kept = await after("rename-symbol", { "a.ts": keyed }, { name: "tmp", within: "f" });
  assert.equal(kept["a.ts"], keyed.replaceAll("const tmp", "const trimmed").replace("{ tmp }", "{ tmp: trimmed }"));
});

test("A parameter takes its documentation along", async () => {
  const text = "/**\n * Adds.\n * @param d - what\n */\nexport function f(d: string[]) {\n  return d.join();\n}\n";
  const changed = await after("rename-symbol", { "a.ts": text }, { name: "d", within: "f" });
  assert.match(
    changed["a.ts"]!,
    /@param (\w{3,}) - what\n \*\/\nexport function f\(\1: string\[\]\) \{\n {2}return \1\.join/,
  );
});

const unnamed: Unnamed = {
  ...{
    file: "a.ts",
    languageId: "typescript",
    expert: "code",
    ask: "const",
    before: "  const ",
    pieces: ["", " = f();"],
  },
  ...{ candidates: ["text", "content"], taken: ["content"] },
};

test("The expert proposes, the likeliest of what is free is first, and what it cost is told; it is asked once", async () => {
  const engine = playedEngine(["code"], " userName =");
  const texts: (readonly string[])[] = [];
  const score = async (request: { readonly texts: readonly string[] }): Promise<readonly Score[]> => {
    texts.push(request.texts);
    return request.texts.map((text) => ({ logProbability: text.startsWith("userName") ? -1 : -4, tokens: 1 }));
  };
  const { syntax } = projectOf({ "a.ts": "" });
  const who = async () => ({ engine: { ...engine, score }, expert: "code", manner: undefined });
  const pen = new ModelPen({ syntax, who });
  const named = await pen.name(unnamed);
  assert.deepEqual("names" in named && [named.names, named.spent.promptTokens], [["userName", "text"], 9]);
  assert.deepEqual(texts, [["text = f();", "userName = f();"]]);
  await pen.name(unnamed);
  assert.equal(engine.started.length, 1);
  const nobody = new ModelPen({ syntax, who: async () => "the model is not loaded" });
  assert.deepEqual(await nobody.name(unnamed), { why: "the model is not loaded" });
});

test("Every poor name is a step by the code expert, and each is found again when the ones before are gone", async () => {
  const text =
    "export function f(tmp: string) {\n  {\n    const tmp = 1;\n    g(tmp);\n  }\n  return tmp;\n}\nfunction g(n: number) {\n  return n;\n}\n";
  const project = projectOf({ "a.ts": text });
  const recipe = recipes.find(({ id }) => id === "rename-for-clarity")!;
  const plan = await makePlan(
    "rename",
    recipe,
    ["a.ts"],
    {},
    {
      ...{ project, pen: null, rules, installed: experts, languageOf },
    },
  );
  assert.deepEqual(
    plan.steps.map(({ title, expert, options }) => [title, expert.id, options["behind"]]),
    [
      ["Rename: tmp in f (a.ts)", "code", "1"],
      ["Rename: tmp in f (a.ts)", "code", "0"],
      ["Rename: n in g (a.ts)", "code", "0"],
      ["Rename: g (a.ts)", "code", "0"],
    ],
  );
  const first = await after("rename-symbol", { "a.ts": text }, { name: "tmp", within: "f", behind: "1" });
  assert.match(first["a.ts"]!, /f\(text: string\)[\s\S]*const tmp = 1[\s\S]*return text;/);
});
