// Which documents the server hears of, for which languages completions are on, and whose settings count.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isOn, isWritten } from "../../src/documents.ts";
import { withUserValues } from "../../src/restricted.ts";

test("files, untitled documents, cells and writable virtual files are synchronised, the rest is not", () => {
  assert.ok(isWritten("file", true));
  assert.ok(isWritten("untitled", undefined));
  assert.ok(isWritten("vscode-notebook-cell", undefined));
  assert.ok(isWritten("memfs", true));
  assert.ok(!isWritten("git", false));
  assert.ok(!isWritten("output", undefined));
  assert.ok(!isWritten("vscode-scm", undefined));
  assert.ok(!isWritten("coterie", undefined));
});

test("a language is on as it says, else as * says, else on", () => {
  assert.equal(isOn({ "*": false, python: true }, "python"), true);
  assert.equal(isOn({ "*": false, python: true }, "go"), false);
  assert.equal(isOn({ "*": true, go: false }, "go"), false);
  assert.equal(isOn({}, "go"), true);
  assert.equal(isOn({ "*": false }, "constructor"), false);
});

const known: Record<string, { defaultValue: unknown; globalValue?: unknown; workspaceValue?: unknown }> = {
  "coterie.threads": { defaultValue: 0, workspaceValue: 64 },
  "coterie.model": { defaultValue: "", globalValue: "mine", workspaceValue: "theirs" },
};
const values = (asked: string, value: unknown) => withUserValues(asked, value, Object.keys(known), (id) => known[id]);

test("restricted settings of an untrusted workspace do not reach the server", () => {
  assert.deepEqual(values("coterie", { threads: 64, model: "theirs", debounce: 5 }), {
    threads: 0,
    model: "mine",
    debounce: 5,
  });
  assert.equal(values("coterie.threads", 64), 0);
  assert.equal(values("coterie.debounce", 5), 5);
  assert.equal(values("editor", null), null);
});
