// Makes the VSIX of one platform: `npm run package [-- --target win32-x64]`. Expects a build for the same target.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./editor.ts";

const most = 256 * 1024 * 1024;

const { values } = parseArgs({
  options: { target: { type: "string", default: `${process.platform}-${process.arch}` }, built: { type: "boolean" } },
});
const { target } = values;

if (!values.built) node(join(root, "esbuild.mjs"), "--target", target);
for (const old of readdirSync(root).filter((name) => name.endsWith(`-${target}.vsix`))) rmSync(join(root, old));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const file = join(root, `coterie-${version}-${target}.vsix`);
// Links in the README are relative, and there is no public repository that vsce could rewrite them to.
const plain = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"];
node(join(root, "node_modules", "@vscode", "vsce", "vsce"), "package", "--target", target, ...plain, "--out", file);
const { size } = statSync(file);
console.log(`package: ${file} ${(size / 1024 / 1024).toFixed(1)} MB`);
if (size > most) {
  console.error(`package: more than ${most / 1024 / 1024} MB; see what grew in dist`);
  process.exit(1);
}

function node(...args: string[]): void {
  const child = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (child.status !== 0) process.exit(child.status ?? 1);
}
