// Extract and name: which functions are long, which part is taken out, what it is called, and what must stay.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readRules } from "../../../server/experts.ts";
import { languageOf } from "../../../server/language.ts";
import { longFunctions } from "../../../server/plan/long.ts";
import type { Pen } from "../../../server/plan/operation.ts";
import { makePlan } from "../../../server/plan/planner.ts";
import { recipes } from "../../../server/plan/registry.ts";
import { after, projectOf } from "./on.ts";

const filler = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `  const line${from + i} = log("${from + i}");`).join("\n");
const used = Array.from({ length: 20 }, (_, i) => `line${i}`).join(" + ");
const long = `interface Row {
  name: string;
  price: number;
}
declare function log(text: string): string;

export function bill(rows: Row[]): string {
${filler(0, 12)}
  // Check the rows
  for (const row of rows) {
    if (row.price < 0) {
      throw new Error(\`\${row.name} has no price\`);
    }
    if (row.name === "") {
      throw new Error("a row has no name");
    }
  }

  let total = 0;
  for (const row of rows) {
    const rounded = Math.round(row.price * 100);
    total += rounded / 100;
    log(row.name);
  }

${filler(12, 8)}
  return total.toFixed(2) + ${used};
}
`;
const options = { function: "bill" };
const experts = ["general", "code"];
const { rules } = readRules(readFileSync("experts/rules.json", "utf8"), "built-in", experts);

test("A long function is one with more than thirty lines, and a name", () => {
  const project = projectOf({ "a.ts": long });
  assert.deepEqual(
    longFunctions(project, project.source("a.ts")).map(({ name, lines }) => [name, lines]),
    [["bill", 38]],
  );
});

test("Its best part becomes a function, called by what the code says where there is no model", async () => {
  const text = (await after("extract-function", { "a.ts": long }, options))["a.ts"]!;
  assert.match(text, /function checkRows\(rows: Row\[\]\)(?:: void)? \{\n\s*for \(const row of rows\)/);
  assert.match(text, /checkRows\(rows\);/);
  assert.doesNotMatch(text, /newFunction/);
});

test("With a model it is called as that has it, where the name is free", async () => {
  const named = (...names: string[]): Pen => ({
    document: async () => ({ why: "nobody is asked for comments here" }),
    name: async () => ({ names, spent: { promptTokens: 1, reusedTokens: 0, newTokens: 1, ms: 1 } }),
  });
  const text = async (...names: string[]) =>
    (await after("extract-function", { "a.ts": long }, options, named(...names)))["a.ts"]!;
  assert.match(await text("validateRows"), /function validateRows\(/);
  assert.match(await text("log", "bill", "verifyRows"), /function verifyRows\(/);
});

test("A part that uses this becomes a method of its class", async () => {
  const body = long
    .slice(long.indexOf("export function bill"))
    .replace("export function bill(rows: Row[]): string", "bill(rows: Row[]): string")
    .replaceAll("log(", "this.log(");
  const text = `interface Row {\n  name: string;\n  price: number;\n}\nexport class Shop {\n  log(text: string) {\n    return text;\n  }\n${body}}\n`;
  const made = (await after("extract-function", { "a.ts": text }, { function: "Shop.bill" }))["a.ts"]!;
  assert.match(made, /private \w+\(/);
  assert.match(made, /this\.\w+\(rows\)/);
});

test("The plan has as many steps as make the function short, and none for what is short or cannot be taken apart", async () => {
  const recipe = recipes.find(({ id }) => id === "extract-and-name")!;
  const planOf = (text: string) => {
    const project = projectOf({ "a.ts": text });
    const planning = { project, pen: null, rules, installed: experts, languageOf };
    return makePlan("extract", recipe, ["a.ts"], {}, planning);
  };
  assert.deepEqual(
    (await planOf(long)).steps.map(({ title, expert }) => [title, expert.id]),
    Array(2).fill(["Extract from: bill (a.ts)", "code"]),
  );
  assert.deepEqual((await planOf("export function f() {\n  return 1;\n}\n")).steps, []);
  assert.deepEqual(await after("extract-function", { "a.ts": "export const a = 1;\n" }, options), {});
});

test("A part that would lose what the compiler knows at its place is left, and the next one is taken", async () => {
  const narrowed = `type Shape = { inner: { kind: "a"; a: number } | { kind: "b"; b: number } };
declare function log(text: string): string;

export function bill(shape: Shape, rows: { name: string; price: number }[]): string {
${filler(0, 12)}
  if (shape.inner.kind !== "a") return "";

  const list: number[] = [];
  for (const row of rows) {
    list.push(row.price * shape.inner.a);
    list.push(shape.inner.a);
    log(row.name + shape.inner.a);
    log(String(shape.inner.a));
    log(String(list.length));
    log(String(list.length));
    log(String(list.length));
  }

  for (const row of rows) {
    if (row.price < 0) {
      throw new Error(row.name);
    }
    log(row.name);
  }
${filler(12, 8)}
  return String(list.length) + ${used};
}
`;
  const text = (await after("extract-function", { "a.ts": narrowed }, options))["a.ts"]!;
  assert.match(
    text,
    /function \w+\(rows: [^)]*\)(?:: void)? \{\n\s*for \(const row of rows\) \{\n\s*if \(row\.price < 0\)/,
  );
});
