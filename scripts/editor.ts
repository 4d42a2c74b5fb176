// Finds a VS Code to open or to test in: one on this machine, else a download, else one served on localhost.
import { accessSync, constants, existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { downloadAndUnzipVSCode } from "@vscode/test-electron";
import { installServed, type Served } from "./served.ts";

export interface Desktop {
  readonly kind: "desktop";
  /** The Electron program itself, not the shell script `code`. */
  readonly executable: string;
  readonly how: string;
}
export type Editor = Desktop | Served;

export const root = resolve(import.meta.dirname, "..");
const cache = join(root, ".cache", "editor");
const updateServer = "https://update.code.visualstudio.com/api/releases/stable";

/**
 * Climbs the ladder and tells every rung it leaves, in words. COTERIE_EDITOR=desktop, download or served takes one rung
 * only. Throws with what to install when no way is left.
 */
export async function findEditor(say: (line: string) => void): Promise<Editor> {
  const only = process.env["COTERIE_EDITOR"];
  const reasons: string[] = [];
  const skip = (reason: string): void => {
    reasons.push(reason);
    say(`editor: ${reason}`);
  };
  const display =
    process.platform !== "linux" || Boolean(process.env["DISPLAY"]) || Boolean(process.env["WAYLAND_DISPLAY"]);
  if (!only || only === "desktop") {
    const executable = installedDesktop();
    if (executable && display)
      return { kind: "desktop", executable, how: `the VS Code of this machine, ${executable}` };
    skip(executable ? "there is a VS Code, but no display to show it on" : "no VS Code on this machine");
  }
  if (!only || only === "download") {
    const reason = display ? await unreachable() : "no display, so a desktop VS Code is not downloaded";
    if (reason === null) {
      const executable = await downloadAndUnzipVSCode({ version: "stable", cachePath: join(cache, "desktop") });
      return { kind: "desktop", executable, how: `a VS Code downloaded to ${join(cache, "desktop")}` };
    }
    skip(reason);
  }
  if (!only || only === "served") return installServed(cache, say);
  throw new Error(`no VS Code by COTERIE_EDITOR=${only}: ${reasons.join("; ")}`);
}

/** Why the download server cannot be used, or null. A cut-off network should cost seconds, not a minute. */
async function unreachable(): Promise<string | null> {
  try {
    const reply = await fetch(updateServer, { signal: AbortSignal.timeout(8000) });
    return reply.ok ? null : `VS Code cannot be downloaded: its server answers ${reply.status}`;
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return `VS Code cannot be downloaded: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

function installedDesktop(): string | undefined {
  return [...onPath(), ...usualPlaces()].find(isProgram);
}

/** The script `code` on PATH stands in a `bin` folder beside or below the program. */
function onPath(): string[] {
  const names = process.platform === "win32" ? ["code.cmd"] : ["code", "code-insiders", "codium"];
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .filter((script) => existsSync(script))
    .flatMap((script) => {
      const bin = dirname(realpathSync(script));
      if (process.platform === "win32") return [join(bin, "..", "Code.exe")];
      const mac = ["Electron", "Code"].map((name) => resolve(bin, "..", "..", "..", "MacOS", name));
      const linux = ["code", "code-insiders", "codium"].map((name) => resolve(bin, "..", name));
      return process.platform === "darwin" ? mac : linux;
    });
}

function usualPlaces(): string[] {
  const home = process.env["HOME"] ?? "";
  if (process.platform === "darwin") {
    return ["/Applications", join(home, "Applications")].flatMap((folder) =>
      ["Electron", "Code"].map((name) => join(folder, "Visual Studio Code.app", "Contents", "MacOS", name)),
    );
  }
  if (process.platform === "win32") {
    return [
      join(process.env["LOCALAPPDATA"] ?? "", "Programs"),
      process.env["ProgramFiles"] ?? "",
      process.env["ProgramFiles(x86)"] ?? "",
    ].map((folder) => join(folder, "Microsoft VS Code", "Code.exe"));
  }
  return [
    "/usr/share/code/code",
    "/usr/lib/code/code",
    "/opt/visual-studio-code/code",
    "/snap/code/current/usr/share/code/code",
    "/usr/share/codium/codium",
  ];
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not to be run by this user: the next place is tried.
    return false;
  }
}
