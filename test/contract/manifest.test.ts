// Manifest and code say the same, both ways: commands, settings, views, files; and what is declared about trust.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import ts from "typescript";
import {
  answersView,
  chatParticipant,
  internalCommands,
  pageView,
  publicCommands,
  section,
  stateKey,
  stepsView,
  teamView,
} from "../../src/ids.ts";

interface Property {
  readonly type: string;
  readonly default: unknown;
  readonly scope: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
  readonly markdownDescription?: string;
}

interface Named {
  readonly command: string;
  readonly title: string;
  readonly category: string;
  readonly icon: string;
}

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const { contributes, capabilities } = manifest;
const commands: readonly Named[] = contributes.commands;
const properties: Readonly<Record<string, Property>> = contributes.configuration.properties;
const sources = readdirSync("src").map((name) => ({ name, text: readFileSync(`src/${name}`, "utf8") }));

/** Names and types of the members of an interface of server/protocol.ts. */
function members(name: string): Readonly<Record<string, string>> {
  const file = ts.createSourceFile("protocol.ts", readFileSync("server/protocol.ts", "utf8"), ts.ScriptTarget.Latest);
  const found = file.statements.find((each) => ts.isInterfaceDeclaration(each) && each.name.text === name);
  assert.ok(found && ts.isInterfaceDeclaration(found), `server/protocol.ts has no interface ${name}`);
  const properties = found.members.filter(ts.isPropertySignature);
  return Object.fromEntries(properties.map((each) => [each.name.getText(file), each.type?.getText(file) ?? ""]));
}

/** Every quoted string in src that looks like one of our ids. */
function idsInCode(): ReadonlySet<string> {
  const all = sources.flatMap(({ text }) => [...text.matchAll(/["'`](coterie\.[A-Za-z.]+)["'`]/g)]);
  return new Set(all.map((match) => match[1]!));
}

test("the commands of the manifest are those of the code", () => {
  assert.deepEqual(commands.map((each) => each.command).sort(), [...publicCommands].sort());
  for (const { command, title, category, icon } of commands) {
    assert.equal(category, "Coterie", command);
    assert.match(title, /^[A-Z]/, command);
    assert.match(icon, /^\$\([a-z-]+\)$/, command);
  }
});

test("internal commands are not offered", () => {
  const offered = JSON.stringify(contributes);
  for (const id of internalCommands) assert.ok(!offered.includes(`"${id}"`), id);
});

test("only commands.ts registers commands, and every id in the code is known", () => {
  const registering = sources.filter(({ text }) => text.includes("registerCommand(")).map(({ name }) => name);
  assert.deepEqual(registering, ["commands.ts"]);
  const known = new Set<string>([
    ...publicCommands,
    ...internalCommands,
    ...Object.keys(properties),
    answersView,
    stepsView,
    `${stepsView}.focus`,
    teamView,
    pageView,
    chatParticipant,
    stateKey,
    "coterie.status",
    "coterie.language",
  ]);
  assert.deepEqual(
    [...idsInCode()].filter((id) => !known.has(id)),
    [],
  );
});

test("the settings of the manifest are those of the protocol, with matching types", () => {
  const types: Readonly<Record<string, string>> = {
    boolean: "boolean",
    number: "integer",
    string: "string",
    Suggestions: "string",
    "readonly string[]": "array",
  };
  const expected = Object.entries(members("Settings")).map(([key, type]) => [
    `${section}.${key}`,
    types[type] ?? "object",
  ]);
  const actual = Object.entries(properties).map(([key, { type }]) => [key, type]);
  assert.deepEqual(actual.sort(), expected.sort());
});

test("every setting has a description, a scope, a default and, if a number, a range that holds it", () => {
  for (const [key, each] of Object.entries(properties)) {
    assert.match(each.markdownDescription ?? each.description ?? "", /\.$/, `${key} needs a description in sentences`);
    assert.ok(each.scope, `${key} needs a scope`);
    assert.notEqual(each.default, undefined, `${key} needs a default`);
    if (each.type !== "integer") continue;
    assert.ok(Number.isInteger(each.minimum) && Number.isInteger(each.maximum), `${key} needs a range`);
    const value = Number(each.default);
    assert.ok(value >= each.minimum! && value <= each.maximum!, `${key}: the default is out of range`);
  }
});

test("the defaults are those that the documents promise", () => {
  const defaults = Object.fromEntries(Object.entries(properties).map(([key, each]) => [key, each.default]));
  const { "coterie.languages": languages, "coterie.remoteExperts": remote, ...rest } = defaults;
  assert.deepEqual(remote, {}, "nothing leaves the machine unless the user says so");
  assert.deepEqual(rest, {
    "coterie.enable": true,
    "coterie.automatic": true,
    "coterie.commentsAndStrings": true,
    "coterie.suggestions": "balanced",
    "coterie.debounce": 75,
    "coterie.threads": 0,
    "coterie.maxTokens": 24,
    "coterie.contextTokens": 1024,
    "coterie.model": "",
    "coterie.modelMemory": 0,
    "coterie.testCommand": [],
  });
  assert.equal((languages as Record<string, boolean>)["*"], true);
});

test("no setting is read in src with a default of its own", () => {
  for (const { name, text } of sources) {
    const reads = text.match(/\.get(<[^>]*>)?\(\s*"[a-zA-Z.]+"\s*,/g);
    assert.equal(reads, null, `${name}: ${reads}`);
  }
});

test("untrusted workspaces: limited, and no sensitive setting comes from one", () => {
  const { supported, description, restrictedConfigurations } = capabilities.untrustedWorkspaces;
  assert.equal(supported, "limited");
  assert.ok(description.length > 40);
  const sensitive = Object.keys(properties).filter((key) =>
    /thread|path|file|model|folder|log|remote|command/i.test(key),
  );
  assert.deepEqual([...restrictedConfigurations].sort(), sensitive.sort());
  for (const key of sensitive) {
    const { scope } = properties[key]!;
    const wanted = /path|file|model|folder|remote|command/i.test(key)
      ? ["machine"]
      : ["machine", "machine-overridable"];
    assert.ok(wanted.includes(scope), `${key} has scope ${scope}`);
  }
});

test("virtual workspaces: limited, with the reason; the extension runs where the files are", () => {
  assert.equal(capabilities.virtualWorkspaces.supported, "limited");
  assert.ok(capabilities.virtualWorkspaces.description.length > 40);
  assert.deepEqual(manifest.extensionKind, ["workspace"]);
});

test("it starts by itself, and nothing that runs in a browser is claimed", () => {
  assert.deepEqual(manifest.activationEvents, ["onStartupFinished"]);
  assert.equal(manifest.browser, undefined);
});

test("the views are in our container, and its words cover every state", () => {
  assert.deepEqual(
    contributes.viewsContainers.activitybar.map((each: { id: string }) => each.id),
    ["coterie"],
  );
  assert.deepEqual(Object.keys(contributes.views), ["coterie"]);
  assert.deepEqual(
    contributes.views.coterie.map((each: { id: string }) => each.id),
    [answersView, stepsView, teamView],
  );
  const welcomes = contributes.viewsWelcome.filter(({ view }: { view: string }) => view === answersView);
  const states = welcomes.map((each: { when: string }) => each.when.replace(`${stateKey} == `, ""));
  const off = ["off && !config.coterie.enable", "off && config.coterie.enable"];
  assert.deepEqual(states.sort(), ["failed", "loading", ...off, "ready"]);
});

test("commands in menus, welcome texts and links of settings exist", () => {
  const menus: readonly { command: string }[] = Object.values<{ command: string }[]>(contributes.menus).flat();
  const links = [...JSON.stringify(contributes).matchAll(/command:(coterie\.[A-Za-z]+)/g)].map((match) => match[1]!);
  for (const id of [...menus.map((each) => each.command), ...links]) {
    assert.ok((publicCommands as readonly string[]).includes(id), id);
  }
  for (const [, key] of JSON.stringify(properties).matchAll(/#(coterie\.[A-Za-z]+)#/g))
    assert.ok(properties[key!], key);
});

test("rule files and plans are checked by their schemas, and rules read as JSON with comments", () => {
  assert.deepEqual(
    contributes.jsonValidation.map(({ fileMatch }: { fileMatch: string }) => fileMatch),
    ["**/.coterie/rules.json", "*.coterie-plan.json"],
  );
  assert.deepEqual(contributes.languages, [{ id: "jsonc", filenamePatterns: ["**/.coterie/rules.json"] }]);
});

test("the chat's participant and its commands are those of the code, and the model's vendor is our section", () => {
  const [{ id, commands: slash }, ...others] = contributes.chatParticipants;
  assert.deepEqual([id, others], [chatParticipant, []]);
  const code = readFileSync("src/chat.ts", "utf8");
  const [, handled = ""] = /handlers: [^=]+= \{([^}]+)\}/.exec(code) ?? [];
  const names = slash.map(({ name }: { name: string }) => name);
  assert.deepEqual(
    handled.split(",").map((each) => each.trim()),
    names,
  );
  assert.deepEqual(contributes.languageModelChatProviders, [{ vendor: section, displayName: "Coterie" }]);
});

test("files that the manifest names exist; what is built is built from sources that exist", () => {
  const named = [
    manifest.icon,
    ...contributes.viewsContainers.activitybar.map((each: { icon: string }) => each.icon),
    ...contributes.views.coterie.map((each: { icon: string }) => each.icon),
    ...contributes.jsonValidation.map((each: { url: string }) => each.url),
  ];
  for (const file of named) assert.ok(existsSync(file), `${file} does not exist`);
  assert.equal(manifest.main, "./dist/extension.js");
  assert.ok(existsSync("src/extension.ts"));
});

test("the README lists every command and every setting with its default", () => {
  const readme = readFileSync("README.md", "utf8");
  for (const { title } of commands) assert.ok(readme.includes(`| ${title} |`), title);
  for (const [key, each] of Object.entries(properties)) {
    const value = JSON.stringify(each.default).replaceAll(/([:,])/g, "$1 ");
    assert.ok(readme.includes(`| \`${key}\` | \`${value}\` |`), `${key} with default ${value}`);
  }
});
