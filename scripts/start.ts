// `npm start`: builds, then opens VS Code with the extension and a copy of the demo workspace.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Desktop, findEditor, root } from "./editor.ts";
import { type Served, serve } from "./served.ts";

// A profile of its own: other extensions' ghost text, and the user's settings, stay out of the demo and untouched.
const home = join(root, ".cache", "editor", "start");
const ports = "8123-8199";
const settings = {
  "chat.disableAIFeatures": true,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "workbench.startupEditor": "readme",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
};

/** A fresh copy outside the repository, so that trying things out changes no tracked file. */
function demo(): string {
  const folder = join(tmpdir(), `coterie-demo-${process.getuid?.() ?? "user"}`, "corner-shop");
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(root, "test", "editor", "demo"), folder, { recursive: true });
  return folder;
}

function profile(): void {
  const user = join(home, "data", "User");
  mkdirSync(user, { recursive: true });
  const file = join(user, "settings.json");
  if (!existsSync(file)) writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`);
}

async function openDesktop(editor: Desktop, folder: string): Promise<void> {
  const dirs = ["--user-data-dir", join(home, "data"), "--extensions-dir", join(home, "extensions")];
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const args = [`--extensionDevelopmentPath=${root}`, ...dirs, ...sandbox, "--new-window", folder];
  const child = spawn(editor.executable, args, { detached: true, stdio: "ignore" });
  await new Promise<void>((done, fail) => {
    child.once("spawn", done);
    child.once("error", fail);
  });
  child.unref();
  console.log(`start: VS Code opens ${folder}; type in src/cart.ts`);
}

async function openServed(editor: Served, folder: string): Promise<void> {
  // Installed as a link to this tree, so that the address stays short. The list of extensions is made anew each time.
  const extensions = join(home, "extensions");
  rmSync(extensions, { recursive: true, force: true });
  mkdirSync(extensions, { recursive: true });
  symlinkSync(root, join(extensions, "coterie.coterie-0.1.0"));
  // Heard from the first moment: it runs in a group of its own, so that Ctrl-C here does not reach it.
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => ended.abort());
  const args = ["--default-folder", folder];
  const server = await serve(editor, { dataDir: home, port: ports, args, signal: ended.signal });
  ended.signal.addEventListener("abort", () => void server.stop().then(() => process.exit(0)));
  console.log(`start: open this address in a browser: http://localhost:${server.port}/`);
  console.log("start: then open src/cart.ts and type; Ctrl-C here ends it");
}

const built = spawnSync(process.execPath, ["esbuild.mjs"], { cwd: root, stdio: "inherit" });
if (built.status !== 0) process.exit(built.status ?? 1);
try {
  const editor = await findEditor(console.log);
  console.log(`editor: ${editor.how}`);
  profile();
  await (editor.kind === "desktop" ? openDesktop(editor, demo()) : openServed(editor, demo()));
} catch (error) {
  console.error(`start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
