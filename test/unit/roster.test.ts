// Rules with models of the user's own and experts on other machines: who comes first, and what a workspace cannot do.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Roster, rulesIn } from "../../server/roster.ts";

const folder = mkdtempSync(join(tmpdir(), "coterie-roster-"));
after(() => rmSync(folder, { recursive: true }));

const rule = (expert: string) => ({ expert, because: `${expert} it is` });

function write(path: string, content: object): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, JSON.stringify(content));
}

const home = join(folder, "home");
const workspace = join(folder, "workspace");
const experts = join(folder, "experts");
write(join(experts, "rules.json"), { rules: [rule("general")] });
for (const [id, backbone] of [
  ["old", "embedded"],
  ["rust", "digest"],
] as const) {
  write(join(home, "experts", id, "expert.json"), { id, kind: "expert", backbone, rules: [rule(id), rule("team")] });
}
write(join(home, "rules.json"), { rules: [rule("team"), rule("docs")] });
write(rulesIn(workspace), { rules: [rule("big"), rule("team")] });

function roster(model: string, remote: readonly string[] = ["team"]): Roster {
  const models = () => [
    { id: "big", backbone: "digest", chats: true },
    { id: "base", backbone: "another", chats: false },
  ];
  const made = new Roster({ experts, userExperts: join(home, "experts"), user: join(home, "rules.json"), models });
  made.setFolders([workspace]);
  made.choose({ model, remote });
  return made;
}
const order = (made: Roster) => made.rulesFor(workspace).map(({ name, expert }) => `${name} ${expert}`);

test("The chosen model comes behind the rules of workspace, user and packs for it, and before all others", () => {
  assert.deepEqual(order(roster("big")), [
    "workspace#1 big",
    "user#1 team",
    "user#2 docs",
    "pack:rust#1 rust",
    "setting#1 big",
    "pack:old#1 old",
    "built-in#1 general",
  ]);
  assert.ok(!order(roster("")).some((line) => line.startsWith("setting")));
});

test("A model that knows no chat format is chosen for completions only, as is one on another machine", () => {
  for (const [model, task] of [
    ["big", undefined],
    ["base", "complete"],
    ["team", "complete"],
  ] as const) {
    const rule = roster(model)
      .rulesFor(null)
      .find(({ name }) => name === "setting#1");
    assert.deepEqual([rule?.expert, rule?.task], [model, task]);
  }
});

test("Only the user's own rules and settings can send texts to another machine", () => {
  const made = roster("");
  const named = made.rulesFor(workspace).filter(({ expert }) => expert === "team");
  assert.deepEqual(
    named.map(({ name }) => name),
    ["user#1"],
  );
  const problems = made.problems.flatMap(({ uri, problems: found }) => found.map(({ message }) => `${uri} ${message}`));
  assert.equal(problems.filter((each) => each.includes("workspace") && each.includes("only your own rules")).length, 1);
  assert.deepEqual(made.experts.slice(-3), ["big", "base", "team"]);
});

test("Without such an expert a rule that names it names nobody, and is told of as any other", () => {
  const made = roster("", []);
  assert.ok(order(made).includes("workspace#2 team"));
  assert.ok(!made.experts.includes("team"));
  assert.ok(made.problems.some(({ problems }) => problems.some(({ message }) => message.includes('no expert "team"'))));
});
