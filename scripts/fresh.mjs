// Runs scripts/NAME.ts from a fresh clone: checks Node and installs the packages first. Plain JavaScript, since it runs before them.
// Usage: node scripts/fresh.mjs NAME [arguments]
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

/** Whether node_modules holds what package-lock.json asks for. Packages for other platforms are optional and may lack. */
function upToDate() {
  const installed = join("node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
  const present = JSON.parse(readFileSync(installed, "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === "" || entry.optional || present[path]?.version === entry.version,
  );
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 11)) {
  console.error(`Coterie is built with Node 20.11 or newer, this is ${process.versions.node}: install a newer Node.`);
  process.exit(1);
}
if (!upToDate()) {
  // Not `npm ci`: it refuses a lock file in which optional packages for other platforms are missing, as they are where the
  // registry holds back what this platform does not need. This takes the same versions and leaves the lock file alone.
  console.log("Installing the packages of package-lock.json ...");
  const npm = spawnSync("npm", ["install", "--no-save", "--no-audit", "--no-fund"], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (npm.status !== 0) {
    console.error("npm install failed, see above: it needs a network and the npm that comes with Node.");
    process.exit(1);
  }
}
const [name, ...rest] = process.argv.slice(2);
const child = spawn(process.execPath, ["--import", "tsx", join("scripts", `${name}.ts`), ...rest], {
  stdio: "inherit",
});
// Ctrl-C reaches the child by itself; it decides when it has cleaned up. A kill of this process is handed on.
process.on("SIGINT", () => undefined);
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 1));
