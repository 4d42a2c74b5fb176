// What counts as a function's documentation, and where a new one goes: no second comment, and every directive keeps its effect.
import assert from "node:assert/strict";
import { test } from "node:test";
import ts from "typescript";
import { TextDocument } from "vscode-languageserver-textdocument";
import { checkedComment, whatToDocument } from "../../server/documentation.ts";
import { marked, newSyntax } from "./syntax.ts";

const syntax = newSyntax();

/** The text with its comment, asked for at "‸"; or why there is none. */
async function documented(languageId: string, text: string, reply = "Does it."): Promise<string> {
  const { document, offset } = marked(languageId, text, "‸");
  const facts = await whatToDocument(document, offset, syntax);
  if (typeof facts === "string") return facts;
  const edit = await checkedComment(document, facts, reply, syntax);
  return typeof edit === "string" ? edit : TextDocument.applyEdits(document, [edit]);
}

/** "+" stands for the new comment's one line in what is expected. */
async function isPut(languageId: string, expected: string, comment = "/** Does it. */"): Promise<void> {
  const asked = expected.replace(/^[ \t]*\+\n/gm, "");
  assert.equal(await documented(languageId, asked), expected.replace("+", comment).replace("‸", ""));
}

const isDocumented: readonly (readonly [string, string])[] = [
  ["typescript", "/** Adds. */\n// eslint-disable-next-line complexity\nexport function ‸f() {}\n"],
  ["typescript", "/** Adds. */\n/* istanbul ignore next */\nexport function ‸f() {}\n"],
  ["typescript", "/** Adds. */ // note\nfunction ‸f() {}\n"],
  ["typescript", "/** Adds. */\n\nexport function ‸f() {}\n"],
  ["typescript", "/** Adds. */\n\n// note\n\nexport function ‸f() {}\n"],
  ["typescript", "const a = 1; // note\n/** Adds. */\nfunction ‸f() {}\n"],
  ["typescript", "class A {\n  /** Adds. */\n  @once()\n  // note\n  ‸f() {}\n}\n"],
  ["typescript", "class A {\n  /** Adds. */\n  @once() // note\n  ‸f() {}\n}\n"],
  ["typescript", "class A { /** Adds. */ ‸f() {} }\n"],
  ["typescript", "const a = { b: 1, /** Adds. */ ‸f() {} };\n"],
  ["typescript", "@Injectable()\n/** Adds. */\nexport class ‸A {}\n"],
  ["typescript", "@Injectable()\n/** Adds. */\nclass ‸A {}\n"],
  ["typescript", "@Injectable()\n/** Adds. */\nexport abstract class ‸A {}\n"],
  ["typescript", "export /** Adds. */ function ‸f() {}\n"],
  ["typescript", "class A {\n  @once()\n  /** Adds. */\n  ‸f() {}\n}\n"],
  ["java", "class A {\n  /** Adds. */\n  // NOSONAR\n  int ‸f() { return 1; }\n}\n"],
  ["java", "class A {\n  /** Adds. */\n\n  int ‸f() { return 1; }\n}\n"],
  ["java", "class A {\n  @Override\n  /** Adds. */\n  public int ‸f() { return 1; }\n}\n"],
  ["rust", "/// Adds.\n// note\nfn ‸f() {}\n"],
  ["rust", "/// Adds.\n\n#[inline]\nfn ‸f() {}\n"],
  ["rust", '#[doc = "Adds."]\n#[inline]\nfn ‸f() {}\n'],
  ["go", "package a\n\n// Add adds.\n//\n//go:noinline\nfunc ‸Add() {}\n"],
  ["go", "package a\n\nvar x = 1 // the x\n// Add adds.\nfunc ‸Add() {}\n"],
];

test("a function that is documented gets no second comment, whatever stands between", async () => {
  for (const [languageId, text] of isDocumented)
    assert.match(await documented(languageId, text), /has a comment already/, text);
});

test("a comment goes above all decorators, though there are notes between them and the method", async () => {
  await isPut("typescript", "class A {\n  +\n  @once()\n  // note\n  ‸f() {}\n}\n");
  await isPut("typescript", "class A {\n  g() {}\n  // other\n  +\n  @once()\n  @two() // note\n  ‸f() {}\n}\n");
});

test("what documents something else, or is a directive, is not a function's documentation", async () => {
  await isPut("typescript", "const x = 1; /** the x */\n+\nexport function ‸f() {}\n");
  await isPut("typescript", "const x = 1; /** the x */ // note\n+\nexport function ‸f() {}\n");
  await isPut("typescript", "const x = {\n  y: 1, /** the y */\n  +\n  ‸f() {},\n};\n");
  await isPut("typescript", "/** Adds. */ export const x = 1;\n+\nexport function ‸f() {}\n");
  await isPut("typescript", "+\nfunction ‸f(/** Its a. */) {}\n");
  // Blocks that stand for themselves.
  await isPut("typescript", "/**\n * @file Dates.\n */\n\n+\nfunction ‸f() {}\n");
  await isPut("javascript", "/** Copyright (c) us. */\n\n+\nfunction ‸f() {}\n");
  await isPut("javascript", "/** @typedef {object} Row */\n\n+\nfunction ‸f() {}\n");
  await isPut("go", "package a\n\nvar x = 1 // trailing\n+\nfunc ‸Add() {}\n", "// Add: Does it.");
  await isPut("go", "package a\n\n// Of the package.\n\n+\nfunc ‸Add() {}\n", "// Add: Does it.");
  await isPut("rust", "#[doc(hidden)]\n+\nfn ‸f() {}\n", "/// Does it.");
});

test("a comment goes above the directives for the line below them", async () => {
  for (const directive of [
    "// eslint-disable-next-line complexity",
    "// @ts-ignore",
    "//@ts-expect-error: why",
    "/* @ts-expect-error */",
    "/** @ts-ignore */",
    "/** istanbul ignore next */",
    "// biome-ignore lint/style/x: why",
    "// prettier-ignore",
    "// tslint:disable-next-line",
    "// NOSONAR",
    "/* istanbul ignore next */",
    "/* c8 ignore next 3 */",
    "/* v8 ignore next */",
    "/* eslint-disable-next-line\n   complexity */",
    "// eslint-disable-next-line\n// @ts-ignore",
    "// @ts-ignore\n// that is why",
  ])
    await isPut("typescript", `const a = 1;\n\n+\n${directive}\nfunction ‸f() {}\n`);
  await isPut("typescript", "class A {\n  +\n  // eslint-disable-next-line\n  @once()\n  ‸f() {}\n}\n");
  await isPut("java", "class A {\n  +\n  // NOSONAR\n  void ‸f() {}\n}\n");
  // Any other comment stays where it is, and so does what is about the line that it stands on.
  await isPut("typescript", "// note\n+\nfunction ‸f() {}\n");
  await isPut("typescript", "/* @ts-ignore is\n * not used */\n\n// eslint is\n+\nfunction ‸f() {}\n");
  await isPut("typescript", "a(); // eslint-disable-line\n+\nfunction ‸f() {}\n");
  // As gofmt writes it.
  await isPut("go", "package a\n\n+\n//go:noinline\nfunc ‸Add() {}\n", "// Add: Does it.\n//");
  await isPut("go", "package a\n\n+\n//nolint\nfunc ‸Add() {}\n", "// Add: Does it.\n//");
});

test("with CRLF too a comment goes above the directive", async () => {
  assert.equal(
    await documented("typescript", "a();\r\n// @ts-ignore\r\nfunction ‸f() {}\r\n"),
    "a();\r\n/** Does it. */\r\n// @ts-ignore\r\nfunction f() {}\r\n",
  );
});

test("what compiles thanks to a directive compiles with the comment", async () => {
  const faults = (text: string) => {
    const host = ts.createCompilerHost({});
    const read = host.getSourceFile.bind(host);
    host.getSourceFile = (name, version) =>
      name === "a.ts" ? ts.createSourceFile(name, text, version) : read(name, version);
    return ts.getPreEmitDiagnostics(ts.createProgram(["a.ts"], { noImplicitAny: true, noEmit: true }, host)).length;
  };
  const text = "// @ts-expect-error: any\nexport function f(a) { return a }\n";
  assert.equal(faults(text), 0);
  assert.equal(faults(await documented("typescript", text.replace("f(", "‸f("))), 0);
});

test("Python: a type comment stays right below the head", async () => {
  assert.equal(
    await documented("python", "def ‸f(a):\n    # type: (int) -> int\n    # why\n    return a\n"),
    'def f(a):\n    # type: (int) -> int\n    """Does it.\n\n    Args:\n        a: The a.\n    """\n    # why\n    return a\n',
  );
});

test("Python: a head with a rule of hashes in it is read at once", async () => {
  const text = `def ‸f(a,  ${"#".repeat(60)}\n      b):\n    return a\n`;
  assert.match(await documented("python", text), /b\):\n {4}"""Does it\.\n/);
});
