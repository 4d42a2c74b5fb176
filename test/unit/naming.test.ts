// Where names decide, what is left of them to write, and what the editor's list of suggestions tells.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isImagined, namePlace, remainders } from "../../server/naming.ts";
import { surroundings } from "../../server/surroundings.ts";
import { fittingNames, type Suggestion } from "../../src/fitting.ts";

const placeAt = (prefix: string, languageId = "typescript", region: "code" | "string" = "code") =>
  namePlace(surroundings({ prefix, suffix: "\n", region, languageId }));

test("after a member access and in imports whatever comes is a name", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["typescript", "items.", ""],
    ["typescript", "  return items?.fil", "fil"],
    ["typescript", "a\n  .ma", "ma"],
    ["typescript", 'load("x").', ""],
    ["typescript", '"a b".tr', "tr"],
    ["typescript", "list[0].na", "na"],
    ["typescript", "value!.", ""],
    ["typescript", "x1.", ""],
    ["typescript", "import { ", ""],
    ["typescript", "import { readFile, wri", "wri"],
    ["typescript", "import type { A, type ", ""],
    ["python", "from os import pa", "pa"],
    ["python", "self.", ""],
    ["cpp", "node->", ""],
    ["rust", "String::fr", "fr"],
  ];
  for (const [language, text, written] of cases) {
    assert.deepEqual(placeAt(text, language), { kind: "only", written }, text);
  }
});

test("in arguments, types and values other things may come too", () => {
  for (const text of [
    "call(",
    "call(a, b",
    "items.map(",
    "const a: ",
    "x as St",
    "class A extends ",
    "new ",
    "a = ",
    "a = fo",
  ]) {
    assert.equal(placeAt(text)?.kind, "else", text);
  }
});

test("elsewhere names decide nothing", () => {
  for (const text of [
    "1.",
    "const x",
    "if (",
    "a === ",
    "import a from ",
    "",
    "return ",
    "foo(1",
    "x.y ",
    "a..",
    "// a.",
  ]) {
    assert.equal(placeAt(text), null, text);
  }
  assert.equal(placeAt('"items.', "typescript", "string"), null);
});

test("what is left to write of names that begin as written", () => {
  assert.deepEqual(remainders(["filter", "fill", "map", "filter"], { kind: "only", written: "fil" }), ["ter", "l"]);
  assert.deepEqual(remainders(["fil"], { kind: "only", written: "fil" }), [""]);
});

test("a name that is none of those that fit is imagined, unless the text makes it", () => {
  const only = { kind: "only", written: "fil" } as const;
  const other = { kind: "else", written: "" } as const;
  assert.equal(isImagined("ter(x)", only, ["filter"]), false);
  assert.equal(isImagined("terAll(x)", only, ["filter"]), true);
  assert.equal(isImagined("ter", only, ["filterAll"]), true);
  assert.equal(isImagined("(x)", { ...only, written: "" }, ["filter"]), true);
  for (const text of ["item => item.x", "key=1", '"text"', "42", "(a, b) => a", "known.x", "{ a: 1 }"]) {
    assert.equal(isImagined(text, other, ["known"]), false, text);
  }
  assert.equal(isImagined("unknown.x", other, ["known"]), true);
  assert.equal(isImagined("a == b", other, ["known"]), true);
});

const suggestion = (label: string, kind: string, more: Partial<Suggestion> = {}): Suggestion => ({
  label,
  kind,
  inserted: undefined,
  detail: undefined,
  sortText: undefined,
  ...more,
});

test("of suggestions the names are taken: no words of the text, no snippets, nothing that needs an import first", () => {
  const list = [
    suggestion("filter", "Method"),
    suggestion("push(…)", "Method"),
    suggestion("size?", "Property", { inserted: "size" }),
    suggestion("name", "Property", { inserted: "?.name" }),
    suggestion("count", "Field", { inserted: ".count" }),
    suggestion("a-b", "Property", { inserted: '["a-b"]' }),
    suggestion("word", "Text"),
    suggestion("for", "Snippet"),
    suggestion("await", "Keyword"),
    suggestion("div", "Property", { detail: "Emmet Abbreviation" }),
    suggestion("readFile", "Function", { sortText: "\uffff16" }),
    suggestion("#count", "Field"),
    suggestion("filter", "Method"),
  ];
  assert.deepEqual(fittingNames(list, "only"), ["filter", "push", "size", "count", "#count"]);
  assert.deepEqual(fittingNames(list, "else"), ["filter", "push", "size", "count", "await", "#count"]);
});
