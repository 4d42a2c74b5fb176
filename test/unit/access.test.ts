// The door to files: secrets, ignore files, links, other spellings of the same name.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Access, mayUse } from "../../server/access.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "coterie-access-")));
after(() => rmSync(root, { recursive: true }));
const access = new Access();

function write(path: string, text = ""): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** Why a file of the root may not be read; null when it may. */
function why(path: string, roots: readonly string[] = [root]): string | null {
  const verdict = access.mayRead(/^[a-z-]+:/.test(path) ? path : join(root, path), roots);
  return verdict.allowed ? null : verdict.why;
}

test("Files that hold secrets are refused by name, however they are spelt", () => {
  const secret = [".env", ".env.local", "a/.ENV", "server.key", "x/cert.PEM", "id_rsa", "id_ed25519.pub", "auth.json"];
  const more = [
    "db.sqlite3",
    "x.secrets",
    "api.token",
    ".git/config",
    ".ssh/config",
    "secrets/a.txt",
    "a/Keys/b.ts",
    ".npmrc",
  ];
  const windows = [".env.", "server.key ", "server.key::$DATA", "ｉd_rsa"];
  for (const path of [...secret, ...more, ...windows]) assert.match(why(path) ?? "allowed", /may hold secrets/, path);
  for (const path of [
    "a.ts",
    "environment.ts",
    "keys.ts",
    "monkey.ts",
    ".github/x.yml",
    "settings.json",
    "config.json",
  ]) {
    assert.equal(why(path), null, path);
  }
});

test("Everyday folder names count below the workspace folder, not above it", () => {
  const inner = join(root, "keys", "project");
  assert.equal(why("keys/project/a.ts", [inner]), null);
  assert.match(why("keys/project/secrets/a.ts", [inner]) ?? "", /secrets/);
  assert.match(why("keys/project/a.ts", []) ?? "", /keys/);
  assert.match(why(".ssh/project/a.ts", [join(root, ".ssh", "project")]) ?? "", /\.ssh/);
});

test("Ignore files count, nested ones too, and folders that are ignored stay so", () => {
  write(".gitignore", "*.log\n/build/\n!build/keep.ts\n");
  write("sub/.gitignore", "!important.log\n/local.ts\n");
  write(".coterieignore", "private/\n");
  assert.equal(why("a.log"), ".gitignore leaves this file out");
  assert.equal(why("sub/a.log"), ".gitignore leaves this file out");
  assert.equal(why("sub/important.log"), null);
  assert.equal(why("sub/local.ts"), join("sub", ".gitignore").concat(" leaves this file out"));
  assert.equal(why("sub/deep/local.ts"), null);
  assert.equal(why("build/keep.ts"), ".gitignore leaves this file out");
  assert.equal(why("sub/build/a.ts"), null);
  assert.equal(why("sub/private/a.ts"), ".coterieignore leaves this file out");
});

test("Ignore files count as they do for git: folders brought back below, capital letters, repositories in one another", () => {
  write("web/.gitignore", "lib/\nBuild\n/repos/\n");
  write("web/frontend/.gitignore", "!lib/\n!/a[b]c\n");
  const bases = [join(root, "web")];
  assert.equal(why("web/lib/a.ts", bases), ".gitignore leaves this file out");
  assert.equal(why("web/frontend/lib/a.ts", bases), null);
  assert.equal(why("web/frontend/sub/lib/a.ts", bases), null);
  assert.notEqual(why("web/Build/a.ts", bases), null);
  assert.equal(why("web/build/a.ts", bases) === null, process.platform === "linux");
  mkdirSync(join(root, "web", "repos", "app", ".git"), { recursive: true });
  assert.equal(why("web/repos/app/a.ts", bases), null);
  assert.notEqual(why("web/repos/other/a.ts", bases), null);
  write("web/.coterieignore", "private/\n");
  assert.notEqual(why("web/repos/app/private/a.ts", bases), null);
});

test("An ignore file counts whichever folder is open", () => {
  write("outer/inner/.gitignore", "/hidden.ts\n");
  const access = new Access();
  const may = (bases: readonly string[]) => access.mayRead(join(root, "outer", "inner", "hidden.ts"), bases).allowed;
  assert.deepEqual([may([join(root, "outer", "inner")]), may([join(root, "outer")])], [false, false]);
});

test("A colon in a name hides no secret", () => {
  assert.match(why("live:prod.env") ?? "", /secrets/);
  assert.match(why("server.key:stream") ?? "", /secrets/);
  assert.equal(why("a:b.ts"), null);
});

test("An ignore file that changes is read again", () => {
  const file = write("changing/.coterieignore", "a.ts\n");
  assert.notEqual(why("changing/a.ts"), null);
  write("changing/.coterieignore", "b.ts\n");
  utimesSync(file, new Date(), new Date(Date.now() + 5_000));
  assert.equal(why("changing/a.ts"), null);
  assert.notEqual(why("changing/b.ts"), null);
  rmSync(file);
  assert.equal(why("changing/b.ts"), null);
});

test("The ignore files of a repository count for a workspace folder inside it", () => {
  mkdirSync(join(root, "repository", ".git"), { recursive: true });
  write("repository/.gitignore", "dist/\n");
  assert.match(why("repository/packages/a/dist/x.ts", [join(root, "repository", "packages", "a")]) ?? "", /gitignore/);
});

test("A link is judged by what it leads to as well as by its name", () => {
  write("real/.env.production", "x");
  symlinkSync(join(root, "real", ".env.production"), join(root, "harmless.ts"));
  assert.match(why("harmless.ts") ?? "", /secrets/);
  mkdirSync(join(root, ".aws"));
  symlinkSync(join(root, ".aws"), join(root, "cloud"));
  assert.match(why("cloud/new-file.ts") ?? "", /\.aws/);
  write("real/a.log", "x");
  symlinkSync(join(root, "real", "a.log"), join(root, "notes.ts"));
  assert.match(why("notes.ts") ?? "", /gitignore/);
});

test("A link in a circle is judged by its name", () => {
  symlinkSync(join(root, "circle.ts"), join(root, "circle.ts"));
  assert.equal(why("circle.ts"), null);
});

test("URIs: files, untitled documents, notebook cells, virtual file systems", () => {
  assert.match(why(pathToFileURL(join(root, ".env")).href) ?? "", /secrets/);
  assert.equal(why(pathToFileURL(join(root, "b c.ts")).href, [pathToFileURL(root).href]), null);
  assert.equal(why("untitled:Untitled-1"), null);
  assert.match(why("untitled:.env") ?? "", /secrets/);
  const cell = (path: string) => `vscode-notebook-cell:${join(root, path)}#W0sZmlsZQ%3D%3D`;
  assert.equal(why(cell("book.ipynb")), null);
  assert.match(why(cell("private/book.ipynb")) ?? "", /coterieignore/);
  assert.match(why("vscode-vfs://github/owner/repo/.env") ?? "", /secrets/);
  assert.equal(why("vscode-vfs://github/owner/repo/a.ts"), null);
});

test("A pattern with many wildcards leaves out what it should, at once", () => {
  write("bomb/.coterieignore", `${"*a".repeat(40)}b\n*t*e*s*t*.ts\n`);
  assert.equal(why(`bomb/${"a".repeat(200)}.ts`), null);
  assert.notEqual(why("bomb/my-test-1.ts"), null);
});

test("Text that cannot be worked with is named", () => {
  assert.deepEqual(mayUse("const a = 1;"), { allowed: true });
  const binary = mayUse("PK\u0003\0\0");
  assert.match(binary.allowed ? "" : binary.why, /binary/);
  const large = mayUse("x".repeat(50_000_000));
  assert.match(large.allowed ? "" : large.why, /10 million/);
});

test("Plans edit plain files inside the workspace only, and never what runs by itself", () => {
  const mayEdit = (path: string) => {
    const verdict = access.mayEdit(join(root, "work", path), [join(root, "work")]);
    return verdict.allowed ? null : verdict.why;
  };
  write("work/src/a.ts");
  write("outside.ts");
  assert.equal(mayEdit("src/a.ts"), null);
  assert.equal(mayEdit("src/new/b.ts"), null, "what is not there yet");
  for (const path of [
    ".vscode/settings.json",
    ".github/workflows/a.yml",
    ".ci/run",
    ".husky/pre-commit",
    "node_modules/a/index.js",
    "package.json",
    ".gitlab-ci.yml",
    ".coterie/rules.json",
    "a/con.ts",
    "a.ts:stream",
    "progra~1/a.ts",
  ]) {
    assert.match(mayEdit(path) ?? "allowed", /do not touch|on Windows/, path);
  }
  assert.match(mayEdit("../outside.ts") ?? "", /outside the workspace/);
  assert.match(mayEdit(".env") ?? "", /secret|do not touch/);
  assert.match(mayEdit(".git/hooks/a") ?? "", /do not touch/);
  symlinkSync(join(root, "outside.ts"), join(root, "work", "link.ts"));
  symlinkSync(root, join(root, "work", "up"));
  assert.match(mayEdit("link.ts") ?? "", /leads outside/);
  assert.match(mayEdit("up/outside.ts") ?? "", /leads outside/);
  assert.match(mayEdit("src") ?? "", /not a plain file/);
});
