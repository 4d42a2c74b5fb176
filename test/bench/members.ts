// Member accesses of held-out TypeScript packages: how many are completed with a name that exists, with and without known names.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

/** A file cut behind a member access, the name that was written there, and the names that TypeScript offers. */
export interface Access {
  readonly id: string;
  readonly workspace: string;
  readonly path: string;
  readonly before: string;
  readonly after: string;
  readonly written: string;
  readonly names: readonly string[];
}

/** Held-out packages that bring TypeScript sources, as `train.fetch` unpacks them. */
const packages = [
  "@tanstack_virtual-core",
  "@noble_ciphers",
  "@supabase_supabase-js",
  "abitype",
  "cheerio",
  "htmlparser2",
  "prosemirror-view",
];

/** Up to `count` accesses, packages by turns; null where no package has been fetched. */
export function memberAccesses(folder: string, count: number): readonly Access[] | null {
  const found = packages.map((name) => join(folder, `npm-${name}`, "package")).filter((path) => existsSync(path));
  if (found.length === 0) return null;
  const streams = found.map((root) => accessesIn(root));
  const accesses: Access[] = [];
  while (accesses.length < count && streams.length > 0) {
    const stream = streams.shift()!;
    const next = stream.next();
    if (next.done) continue;
    accesses.push(next.value);
    streams.push(stream);
  }
  return accesses;
}

/** Whether a text begins with a name that exists; null where it writes none. */
export function isExisting(text: string, { names }: Pick<Access, "names">): boolean | null {
  const name = /^#?[\p{L}\p{N}_$]+/u.exec(text)?.[0];
  return name === undefined ? null : names.includes(name);
}

/** Every seventh member access of a package's sources at which TypeScript offers the name that was written. */
function* accessesIn(root: string): Generator<Access> {
  const source = join(root, "src");
  const files = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((name) => /(?<!\.d)\.m?ts$/.test(name) && !/test|spec/i.test(name))
    .map((name) => join(source, name))
    .sort();
  const changed = new Map<string, { readonly text: string; readonly version: number }>();
  const service = ts.createLanguageService(hostOf(root, files, changed));
  let version = 0;
  let seen = 0;
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    for (const name of accessedNames(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true))) {
      if (seen++ % 7 !== 3) continue;
      const at = name.getStart();
      const end = text.indexOf("\n", at);
      const before = text.slice(0, at);
      const after = end < 0 ? "" : text.slice(end);
      changed.set(file, { text: before + after, version: ++version });
      const offered = service.getCompletionsAtPosition(file, at, {});
      const names = offered?.isMemberCompletion ? offered.entries.map((entry) => entry.name) : [];
      changed.delete(file);
      if (!names.includes(name.text)) continue;
      const path = file.slice(root.length + 1).replaceAll("\\", "/");
      const id = `members-${root.split(/[\\/]/).at(-2)}-${path}-${at}`;
      yield {
        id,
        workspace: root.split(/[\\/]/).at(-2)!.replace(/^npm-/, ""),
        path,
        before,
        after,
        written: name.text,
        names,
      };
    }
  }
  service.dispose();
}

function* accessedNames(node: ts.Node): Generator<ts.MemberName> {
  if (ts.isPropertyAccessExpression(node)) yield node.name;
  for (const child of node.getChildren()) yield* accessedNames(child);
}

function hostOf(
  root: string,
  files: readonly string[],
  changed: ReadonlyMap<string, { readonly text: string; readonly version: number }>,
): ts.LanguageServiceHost {
  const read = (file: string) => changed.get(file)?.text ?? ts.sys.readFile(file);
  return {
    getCompilationSettings: () => ({
      strict: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
    }),
    getScriptFileNames: () => [...files],
    getScriptVersion: (file) => `${changed.get(file)?.version ?? 0}`,
    getScriptSnapshot(file) {
      const text = read(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: (options) =>
      join(dirname(ts.getDefaultLibFilePath(options)), ts.getDefaultLibFileName(options)),
    fileExists: ts.sys.fileExists,
    readFile: read,
    readDirectory: ts.sys.readDirectory,
  };
}
