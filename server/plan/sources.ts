// The script files of a workspace folder, whether or not its configuration names them: tests and scripts often lie outside it,
// and import what a plan moves and renames.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Access } from "../access.ts";

const script = /(?<!\.min)\.([cm]?[jt]s|[jt]sx)$/;

/** Absolute paths, at most so many, those near the top first. Nothing of dependencies, and nothing that may not be read. */
export function scriptsBelow(root: string, most: number): readonly string[] {
  const access = new Access();
  const found: string[] = [];
  const folders = [root];
  for (let folder = folders.shift(); folder !== undefined && found.length < most; folder = folders.shift()) {
    const entries = readdirSync(folder, { withFileTypes: true });
    for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      if (!entry.isDirectory() && !(entry.isFile() && script.test(entry.name))) continue;
      if (!access.mayRead(path, [root]).allowed) continue;
      if (entry.isDirectory()) folders.push(path);
      else found.push(path);
    }
  }
  return found.slice(0, most);
}
