// Rule files and packs: good ones are read, bad ones become problems at the right place.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import * as z from "zod";
import { knownExperts, readPack, readRules, ruleFileSchema } from "../../server/experts.ts";

const read = (source: string) => readRules(source, "user", knownExperts);
/** What the first problem points at. */
const pointed = (source: string) => {
  const problem = read(source).problems[0]!;
  return { at: source.slice(problem.start, problem.end), message: problem.message, severity: problem.severity };
};
const good = { expert: "docs", because: "x" };

test("JSON with comments and trailing commas is read in order", () => {
  const source = `{ // mine\n "rules": [ {"path": "*.md", "expert": "docs", "because": "a"}, {"expert": "code", "because": "b"}, ] }`;
  const { rules, problems } = read(source);
  assert.deepEqual(problems, []);
  assert.deepEqual(rules, [
    { name: "user#1", path: "*.md", expert: "docs", because: "a" },
    { name: "user#2", expert: "code", because: "b" },
  ]);
});

test("A wrong rule is left out and named, the others count and keep their places", () => {
  const source = JSON.stringify({ rules: [good, { ...good, region: "moon" }, { expert: "docs" }, good] });
  const { rules, problems } = read(source);
  assert.deepEqual(
    rules.map(({ name }) => name),
    ["user#1", "user#4"],
  );
  assert.equal(problems.length, 2);
  assert.equal(pointed(source).at, '"moon"');
  assert.match(problems[1]!.message, /^rules\.2\.because/);
});

test("A key that does not exist is a problem", () => {
  const found = pointed(JSON.stringify({ rules: [{ ...good, langauge: "python" }] }));
  assert.match(found.message, /langauge/);
});

test("An expert that nobody knows is a warning with the known ones, and the rule stays", () => {
  const source = JSON.stringify({ rules: [{ expert: "pyhton", because: "x" }] });
  const found = pointed(source);
  assert.equal(found.at, '"pyhton"');
  assert.equal(found.severity, "warning");
  assert.match(found.message, /general, code, math, docs/);
  assert.equal(read(source).rules.length, 1);
});

test("Broken, empty, oversized and too deep files are one problem each and give no rules", () => {
  const broken = [
    ["", /empty/],
    [" ".repeat(65 * 1024), /larger than 64 KB/],
    [`{"rules": ${"[".repeat(30_000)}`, /nested deeper/],
    [`{"rules": [${"{},".repeat(300)}]}`, /200/],
    ["[]", /object/],
    ['{"rules": 5}', /array/],
    ["\0\ud800", /no valid JSON/],
  ] as const;
  for (const [source, message] of broken) {
    const { rules, problems } = read(source);
    assert.deepEqual(rules, [], source.slice(0, 20));
    assert.ok(
      problems.some((problem) => message.test(problem.message)),
      `${source.slice(0, 20)}: ${problems.map((problem) => problem.message).join("; ")}`,
    );
  }
});

test("A file that is cut short keeps the rules that are whole", () => {
  const { rules, problems } = read(`{"rules": [{"expert": "docs", "because": "x"}, {"expert": `);
  assert.equal(rules.length, 1);
  assert.ok(problems.length > 0);
});

test("Text that could look like other text is refused", () => {
  const { rules, problems } = read(JSON.stringify({ rules: [{ ...good, because: "safe\u202eelif" }] }));
  assert.deepEqual(rules, []);
  assert.match(problems[0]!.message, /invisible/);
});

test("Packs bring rules under their own name", () => {
  const source = JSON.stringify({
    id: "rust",
    layers: [24, 30],
    rules: [{ language: "rust", expert: "rust", because: "x" }, {}],
  });
  const { pack, problems } = readPack(source, knownExperts);
  assert.deepEqual(pack, {
    id: "rust",
    title: "rust",
    expert: true,
    rules: [{ name: "pack:rust#1", language: "rust", expert: "rust", because: "x" }],
    threshold: null,
  });
  assert.ok(problems.every(({ message }) => message.startsWith("rules.1")));
  assert.ok(problems.length > 0);
  assert.equal(readPack('{"id": "../x"}', knownExperts).pack, null);
  assert.equal(readPack("{", knownExperts).pack, null);
});

test("A pack may say how sure it has to be of what is shown; what is no such number is a problem", () => {
  const read = (threshold: unknown) => readPack(JSON.stringify({ id: "rust", threshold }), knownExperts);
  assert.equal(read(-0.4).pack?.threshold, -0.4);
  for (const wrong of [0.1, -99, "low"]) {
    assert.equal(read(wrong).pack, null);
    assert.match(read(wrong).problems[0]!.message, /^threshold/);
  }
});

test("The packs of this repository are in order", () => {
  const experts = new URL("../../experts/", import.meta.url);
  const packs = readdirSync(experts).filter((name) => existsSync(new URL(`${name}/expert.json`, experts)));
  assert.ok(packs.includes("backbone") && packs.includes("general"));
  for (const name of packs) {
    const { pack, problems } = readPack(readFileSync(new URL(`${name}/expert.json`, experts), "utf8"), knownExperts);
    assert.deepEqual(problems, [], name);
    assert.equal(pack?.id, name);
    assert.equal(pack.expert, name !== "backbone");
  }
});

test("rules.schema.json is what the code checks (UPDATE_SCHEMA=1 writes it anew)", () => {
  const file = new URL("../../experts/rules.schema.json", import.meta.url);
  const schema = {
    title: "Rules that choose Coterie's expert",
    allowComments: true,
    allowTrailingCommas: true,
    ...z.toJSONSchema(ruleFileSchema, { target: "draft-7" }),
  };
  if (process.env["UPDATE_SCHEMA"]) writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), JSON.parse(JSON.stringify(schema)));
});
