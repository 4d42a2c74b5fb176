// Rule files over the wire: precedence, trust, live reload and diagnostics.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { trusted } from "../../server/protocol.ts";
import { playedEngine } from "./engine.ts";
import { Pair } from "./pair.ts";

const start = { line: 0, character: 0 };
const rules = (expert: string, more: object = {}) => JSON.stringify({ rules: [{ expert, because: "x", ...more }] });
const workspaceRules = ".coterie/rules.json";
const userRules = "home/.coterie/rules.json";

async function opened(isTrusted = true) {
  const pair = await Pair.open({
    open: async () => playedEngine(["general", "math", "docs"], "f"),
    trusted: isTrusted,
  });
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, "abc");
  await pair.ready();
  /** Writes a rule file and waits until the server has read it. */
  const change = async (path: string, text: string, problems: number) => {
    pair.diagnostics.clear();
    pair.write(path, text);
    await pair.until(() => pair.diagnostics.get(pair.uri(path))?.length === problems);
  };
  return { pair, uri, change };
}

test("Workspace rules come before user rules, those before the built-in ones; all are read again when they change", async () => {
  const { pair, uri, change } = await opened();
  assert.match((await pair.route(uri, start)).rule, /^built-in#/);
  await change(userRules, rules("docs"), 0);
  const user = await pair.route(uri, start);
  assert.deepEqual([user.rule, user.expert], ["user#1", "docs"]);
  await change(workspaceRules, rules("math"), 0);
  const workspace = await pair.route(uri, start);
  assert.deepEqual([workspace.rule, workspace.expert], ["workspace#1", "math"]);
  await change(workspaceRules, rules("math", { language: "latex" }), 0);
  assert.equal((await pair.route(uri, start)).rule, "user#1");
  await pair.close();
});

test("The rules of a workspace count only once it is trusted", async () => {
  const { pair, uri } = await opened(false);
  pair.write(workspaceRules, rules("math"));
  assert.match((await pair.route(uri, start)).rule, /^built-in#/);
  await pair.client.sendNotification(trusted, { trusted: true });
  assert.equal((await pair.route(uri, start)).rule, "workspace#1");
  await pair.client.sendNotification(trusted, { trusted: false });
  assert.match((await pair.route(uri, start)).rule, /^built-in#/);
  await pair.close();
});

test("A broken rule file is a diagnostic, the other rules count, and mending it clears the diagnostic", async () => {
  const { pair, uri, change } = await opened();
  await change(userRules, rules("docs"), 0);
  await change(workspaceRules, "{ nonsense", 2);
  assert.match(String(pair.diagnostics.get(pair.uri(workspaceRules))![0]!.message), /no valid JSON/);
  assert.equal((await pair.route(uri, start)).rule, "user#1");
  await change(workspaceRules, rules("math"), 0);
  assert.equal((await pair.route(uri, start)).rule, "workspace#1");
  await change(workspaceRules, "{ nonsense", 2);
  pair.diagnostics.clear();
  rmSync(join(pair.folder, workspaceRules));
  await pair.until(() => pair.diagnostics.get(pair.uri(workspaceRules))?.length === 0);
  await pair.close();
});

test("A rule that names an unknown expert is a diagnostic at its place; general answers and says whom it stands for", async () => {
  const { pair, uri, change } = await opened();
  await change(workspaceRules, '{"rules": [\n  {"expert": "rsut", "because": "x"}\n]}', 1);
  const [problem] = pair.diagnostics.get(pair.uri(workspaceRules))!;
  assert.match(String(problem!.message), /"rsut".*general, code, math, docs/);
  assert.deepEqual(problem!.range, { start: { line: 1, character: 13 }, end: { line: 1, character: 19 } });
  const { expert, wanted } = await pair.route(uri, start);
  assert.deepEqual({ expert, wanted }, { expert: "general", wanted: "rsut" });
  await pair.close();
});
