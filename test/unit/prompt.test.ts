// The layout "complete" and its window, whose start must not move with every key.
import assert from "node:assert/strict";
import { test } from "node:test";
import { compose, composeCompletion, windowBefore } from "../../server/prompt.ts";

const line = (number: number) => `const value${number} = ${number};\n`;
const text = (lines: number) => Array.from({ length: lines }, (_, i) => line(i)).join("");
const at = (prefix: string) => ({ prefix, position: { line: prefix.split("\n").length - 1, character: 0 } });

test("the layout: repository, file, path, text", () => {
  const scope = {
    uri: "file:///w/src/a.ts",
    languageId: "typescript",
    workspace: "demo",
    path: "src/a.ts",
    region: "code" as const,
    suffix: "",
    ...at("let x = "),
  };
  assert.deepEqual(composeCompletion(scope, 1024), [
    { special: "<repo_name>" },
    "demo",
    { special: "<file_sep>" },
    "src/a.ts\nlet x = ",
  ]);
  const long = { ...scope, ...at(text(900)), neighbours: "export function f(): void;\n".repeat(30) };
  assert.ok(String(composeCompletion(long, 1024).at(-1)).includes(long.neighbours));
  const small = String(composeCompletion(long, 256).at(-1));
  assert.ok(!small.includes("export") && small.length < 800, "signatures that leave no room are left out");
});

test("a group is left out where its slot is empty, and texts become one piece", () => {
  const asked = compose("tasks", { request: "Why?", window: "" });
  assert.deepEqual(asked, [
    { special: "<|im_start|>" },
    "user\nWhy?",
    { special: "<|im_end|>" },
    "\n",
    { special: "<|im_start|>" },
    "assistant\n",
  ]);
  const shown = compose("tasks", { request: "Why?", window: "f()", path: "a.py", language: "python" });
  assert.equal(shown[1], "user\na.py\n```python\nf()\n```\n\nWhy?");
});

test("a short text is whole", () => {
  assert.equal(windowBefore(at("a\nb"), 100), "a\nb");
  assert.equal(windowBefore(at(""), 100), "");
});

test("a long text starts on a line whose number is a multiple of 32, and stays there while the user types", () => {
  const most = 3000;
  const starts = new Set<string>();
  for (let lines = 400; lines < 432; lines++) {
    const window = windowBefore(at(text(lines)), most);
    assert.ok(window.length <= most && window.length > most / 2);
    assert.ok(text(lines).endsWith(window));
    const first = Number(/^const value(\d+)/.exec(window)![1]);
    assert.equal(first % 32, 0);
    starts.add(String(first));
  }
  assert.ok(starts.size <= 2, [...starts].join());
});

test("a prefix that was cut inside a line starts at the next line", () => {
  const cut = text(400).slice(-5000);
  const scope = { prefix: cut, position: { line: 400, character: 0 } };
  assert.match(windowBefore(scope, 6000), /^const value\d+ = /);
});

test("one endless line is cut to its end", () => {
  assert.equal(windowBefore(at("x".repeat(10_000)), 300).length, 300);
});
