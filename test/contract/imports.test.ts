// Who may import whom: the layout's dependency rule as a table, held against every file; no cycles.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const top = fileURLToPath(new URL("../..", import.meta.url));

/** A file belongs to the first group that fits its path. */
const groups: readonly (readonly [string, RegExp])[] = [
  ["client", /^src\//],
  ["protocol", /^server\/(protocol|planning)\.ts$|^server\/protocol\//],
  ["pure", /^server\/(glob|lexicon|formula|brackets)\.ts$/],
  [
    "stages",
    /^server\/(context|lines|imports|neighbours|snippets|breakage|region|route|prompt|clean|plan|surroundings|stops|block|naming|confidence|vocabulary|rank|indentation|markdown|markup|docstring)\.ts$/,
  ],
  ["syntax", /^server\/syntax\//],
  ["engine", /^server\/engine\//],
  ["manifest", /^server\/model\/manifest\.ts$/],
  ["model", /^server\/model\//],
  ["packs", /^server\/packs\//],
  ["fleet", /^server\/fleet\//],
  ["remote", /^server\/remote\//],
  ["plan", /^server\/plan\//],
  ["algebra", /^server\/algebra\//],
  ["answer", /^server\/(answer|attempt)\.ts$/],
  ["features", /^server\/features\//],
  ["top", /^server\/(main|serve|cli)\.ts$|^server\/cli\//],
  ["parts", /^server\/[a-z]+\.ts$/],
];

/** What a group may import as values, besides itself. */
const values: Readonly<Record<string, readonly string[]>> = {
  client: ["protocol"],
  protocol: [],
  pure: ["protocol"],
  stages: ["pure"],
  syntax: ["protocol", "pure", "stages"],
  engine: ["manifest"],
  manifest: [],
  model: ["manifest"],
  packs: ["manifest", "model", "parts"],
  answer: ["stages"],
  parts: ["protocol", "pure", "stages"],
  fleet: ["manifest", "model", "parts", "packs"],
  remote: ["protocol", "stages"],
  plan: ["protocol", "stages", "syntax", "parts"],
  algebra: [],
  features: ["algebra", "plan", "protocol", "stages", "answer", "parts", "packs", "fleet", "remote"],
  top: ["algebra", "plan", "protocol", "stages", "syntax", "answer", "parts", "packs", "features", "engine", "fleet"],
};
/** These may name types of anything in the server; the others only of what they may import. */
const anyTypes = new Set([
  "plan",
  "packs",
  "fleet",
  "remote",
  "stages",
  "syntax",
  "answer",
  "parts",
  "features",
  "top",
]);

/** Packages that only some files may import: as values, and even as types. */
const packages: readonly { readonly name: string; readonly kind: "value" | "any"; readonly in: RegExp }[] = [
  { name: "vscode", kind: "any", in: /^src\// },
  { name: "vscode-languageclient", kind: "any", in: /^src\// },
  { name: "onnxruntime-node", kind: "value", in: /^server\/engine\/session\.ts$/ },
  { name: "onnxruntime-node", kind: "any", in: /^server\/engine\// },
  { name: "koffi", kind: "any", in: /^server\/engine\/heap\.ts$/ },
  { name: "web-tree-sitter", kind: "value", in: /^server\/syntax\/(grammars|trees)\.ts$/ },
  { name: "web-tree-sitter", kind: "any", in: /^server\/syntax\// },
  ...["net", "http", "https", "http2", "tls", "dgram", "undici"]
    .flatMap((name) => [name, `node:${name}`])
    .map((name) => ({ name, kind: "any", in: /^$/ }) as const),
];

/** What opens a connection without being imported; text between backticks or in comments is no call. */
const connecting = /(?<![\w.`])(?:fetch|(?:new )?(?:WebSocket|EventSource))\(/;

interface Edge {
  readonly from: string;
  /** A file of ours, or the name of a package. */
  readonly to: string;
  readonly isValue: boolean;
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(join(top, folder), { recursive: true, encoding: "utf8" });
  return entries.filter((name) => name.endsWith(".ts")).map((name) => posix.join(folder, name.replaceAll("\\", "/")));
}

function importsOf(file: string): Edge[] {
  const source = readFileSync(join(top, file), "utf8");
  // Types are gone from the output; what is left is imported as a value.
  const module = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true };
  const output = ts.transpileModule(source, { compilerOptions: module }).outputText;
  const named = (text: string) => ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  const atRuntime = new Set(named(output));
  return [...new Set(named(source))].map((name) => ({
    from: file,
    to: name.startsWith(".") ? posix.join(posix.dirname(file), name) : name,
    isValue: atRuntime.has(name),
  }));
}

const groupOf = (file: string) => groups.find(([, path]) => path.test(file))?.[0];
const files = [...filesIn("src"), ...filesIn("server")];
const edges = files.flatMap(importsOf);

/** Why an edge is not allowed, or null. */
function fault({ from, to, isValue }: Edge): string | null {
  const guard = packages.find(
    (one) =>
      (to === one.name || to.startsWith(`${one.name}/`)) && (isValue || one.kind === "any") && !one.in.test(from),
  );
  if (guard) return `${from} imports ${to}, which only ${guard.in.source} may`;
  if (!to.endsWith(".ts")) return null;
  const [group, target] = [groupOf(from), groupOf(to)];
  if (!group || !target) return `${group ? to : from} has no place in the table`;
  if (group === target || values[group]?.includes(target)) return null;
  if (!isValue && target !== "client" && anyTypes.has(group)) return null;
  return `${from} (${group}) imports ${isValue ? "" : "a type of "}${to} (${target})`;
}

test("Every import is allowed by the table", () => {
  assert.ok(files.length > 30);
  assert.deepEqual(edges.map(fault).filter(Boolean), []);
});

test("The table forbids what it should", () => {
  const forbidden: Edge[] = [
    { from: "src/extension.ts", to: "server/access.ts", isValue: false },
    { from: "server/answer.ts", to: "vscode", isValue: false },
    { from: "server/clean.ts", to: "server/engine/open.ts", isValue: true },
    { from: "server/engine/worker.ts", to: "server/route.ts", isValue: false },
    { from: "server/engine/cache.ts", to: "onnxruntime-node", isValue: true },
    { from: "server/features/complete.ts", to: "server/engine/open.ts", isValue: true },
    { from: "server/main.ts", to: "server/model/compile.ts", isValue: true },
    { from: "server/remote/remote.ts", to: "net", isValue: true },
    { from: "server/remote/remote.ts", to: "node:tls", isValue: true },
  ];
  for (const edge of forbidden) assert.notEqual(fault(edge), null, `${edge.from} -> ${edge.to}`);
});

test("nothing connects to anywhere but server/remote", () => {
  const found = files.filter((file) => connecting.test(readFileSync(join(top, file), "utf8")));
  assert.deepEqual(found, ["server/remote/remote.ts"]);
});

test("zod comes as a namespace: by its name alone it brings its messages in fifty languages, in every thread", () => {
  const byName = files.filter((file) => /import \{[^}]*\} from "zod"/.test(readFileSync(join(top, file), "utf8")));
  assert.ok(edges.some(({ to, isValue }) => to === "zod" && isValue));
  assert.deepEqual(byName, []);
});

test("No file imports itself by a detour", () => {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) cycles.push([...way.slice(way.indexOf(file)), file].join(" -> "));
    if (done.has(file) || way.includes(file)) return;
    for (const { to } of edges.filter(({ from }) => from === file)) visit(to, [...way, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  assert.deepEqual(cycles, []);
});
