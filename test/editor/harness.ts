// Opens a real VS Code for a test: with the extension from the tree or from the VSIX, on a fresh profile and a copy of the demo.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveCliArgsFromVSCodeExecutablePath, runTests } from "@vscode/test-electron";
import { _electron, type Browser, chromium, type Page } from "playwright-core";
import { findEditor, root } from "../../scripts/editor.ts";
import { findChromium, installExtension, needPackages, type Served, type Server, serve } from "../../scripts/served.ts";

/** The extension as it stands in this tree, or packaged and installed as a user does. */
export type Variant = "tree" | "vsix";

/** One test that ran inside the extension host; `error` is null when it passed. */
export interface HostResult {
  readonly name: string;
  readonly error: string | null;
}

export interface Session {
  readonly page: Page;
  /** The copy of the demo that is open. */
  readonly folder: string;
  close(): Promise<void>;
}

interface Profile {
  readonly home: string;
  readonly folder: string;
}

const quiet = {
  // How sure the model is hangs on rounding, and so on the machine; a test must see text however unlikely it is.
  "coterie.suggestions": "all",
  "chat.disableAIFeatures": true,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "files.autoSave": "off",
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "git.openRepositoryInParentFolders": "never",
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.tips.enabled": false,
  "window.confirmBeforeClose": "never",
};

export function variant(): Variant {
  const name = process.env["COTERIE_VARIANT"] ?? "tree";
  if (name !== "tree" && name !== "vsix") throw new Error(`COTERIE_VARIANT is ${name}: use tree or vsix`);
  return name;
}

/** The VSIX that `npm run package` left. */
export function packaged(): string {
  const found = readdirSync(root).filter((name) => name.endsWith(".vsix"));
  const own = found.find((name) => name.includes(`${process.platform}-${process.arch}`));
  if (!own) throw new Error("there is no VSIX for this platform: npm run package");
  return join(root, own);
}

function freshProfile(settings: object = {}, project = "demo"): Profile {
  const home = mkdtempSync(join(tmpdir(), "coterie-editor-"));
  const folder = join(home, "demo");
  cpSync(join(root, "test", "editor", project), folder, { recursive: true });
  const user = join(home, "data", "User");
  mkdirSync(user, { recursive: true });
  writeFileSync(join(user, "settings.json"), JSON.stringify({ ...quiet, ...settings }));
  // Settings of scope "machine" are read from there when the editor is served.
  const machine = join(home, "data", "Machine");
  mkdirSync(machine, { recursive: true });
  writeFileSync(join(machine, "settings.json"), JSON.stringify(settings));
  return { home, folder };
}

/** The folder given as extension under development: our own tree, or one without any code when ours is installed. */
function developed(which: Variant): string {
  return which === "tree" ? root : join(root, "test", "editor", "empty");
}

/**
 * Opens a project of this folder as a user would, with more of the user's settings if need be. The page is driven by playwright. The
 * user's own files, as ~/.coterie, lie in the profile.
 */
export async function openEditor(which: Variant, settings: object = {}, project = "demo"): Promise<Session> {
  const editor = await findEditor(() => undefined);
  const profile = freshProfile(settings, project);
  const home = { HOME: profile.home, USERPROFILE: profile.home };
  const forget = (): void => rmSync(profile.home, { recursive: true, force: true, maxRetries: 5 });
  if (editor.kind === "desktop") {
    const args = desktopArgs(editor.executable, profile, which);
    const env = { ...(process.env as Record<string, string>), ...home };
    const app = await _electron.launch({ executablePath: editor.executable, args: [profile.folder, ...args], env });
    const close = async (): Promise<void> => {
      await app.close();
      forget();
    };
    return { page: await app.firstWindow(), folder: profile.folder, close };
  }
  const server = await startServer(editor, profile, which, home);
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(address(server, profile, which, []));
  const close = async (): Promise<void> => {
    await browser.close();
    await server.stop();
    forget();
  };
  return { page, folder: profile.folder, close };
}

/** Runs out/tests.js inside the extension host and hands back what every test of it said. */
export async function runInHost(which: Variant): Promise<readonly HostResult[]> {
  const editor = await findEditor(() => undefined);
  const profile = freshProfile();
  const results = join(profile.home, "results.json");
  const env = { COTERIE_RESULTS: results, COTERIE_VARIANT: which };
  const tests = join(root, "out", "tests.js");
  let output = "";
  if (editor.kind === "desktop") {
    const code = await runTests({
      vscodeExecutablePath: editor.executable,
      extensionDevelopmentPath: developed(which),
      extensionTestsPath: tests,
      extensionTestsEnv: env,
      launchArgs: [profile.folder, ...desktopArgs(editor.executable, profile, which)],
    }).catch((error: unknown) => String(error));
    output = `the editor ended with ${code}`;
  } else {
    const server = await startServer(editor, profile, which, env);
    const browser = await launchBrowser();
    try {
      output = await runServed(browser, server, profile, which, tests);
    } finally {
      await browser.close();
      await server.stop();
    }
  }
  if (!existsSync(results)) throw new Error(`the extension host wrote no results; ${output}`);
  const parsed = JSON.parse(readFileSync(results, "utf8")) as readonly HostResult[];
  if (parsed.some(({ error }) => error !== null)) console.log(logOf(profile));
  rmSync(profile.home, { recursive: true, force: true, maxRetries: 5 });
  return parsed;
}

/** The end of the extension's own log. */
function logOf(profile: Profile): string {
  const logs = join(profile.home, "data", "logs");
  const name = readdirSync(logs, { recursive: true, encoding: "utf8" }).find((each) => each.endsWith("Coterie.log"));
  return name ? readFileSync(join(logs, name), "utf8").split("\n").slice(-60).join("\n") : "the extension left no log";
}

async function runServed(
  browser: Browser,
  server: Server,
  profile: Profile,
  which: Variant,
  tests: string,
): Promise<string> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const lines: string[] = [];
  const limit = 300_000;
  const ended = new Promise<string>((done) => {
    setTimeout(() => done(`no end after ${limit / 1000} s`), limit).unref();
    void page.exposeFunction("codeAutomationLog", (kind: string, args: unknown[]) => {
      lines.push(`${kind}: ${args.map(String).join(" ")}`);
    });
    void page.exposeFunction("codeAutomationExit", (code: number) => done(`exit code ${code}`));
  });
  await page.goto(address(server, profile, which, [["extensionTestsPath", remote(server, tests)]]));
  const end = await ended;
  return `${end}\n${lines.slice(-40).join("\n")}\n${server.output().slice(-4000)}`;
}

async function startServer(
  served: Served,
  profile: Profile,
  which: Variant,
  env: Record<string, string>,
): Promise<Server> {
  // Settings are read from <server data>/data/User, as a desktop reads them from <user data>/User.
  if (which === "vsix") installExtension(served, profile.home, packaged());
  return serve(served, { dataDir: profile.home, port: "0", args: ["--enable-smoke-test-driver"], env });
}

async function launchBrowser(): Promise<Browser> {
  needPackages(["chromium"], console.log);
  const still = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
  const executablePath = findChromium();
  if (!executablePath) throw new Error("Chromium is installed but not on PATH");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic", ...still] });
}

/** The payload is honoured only with --enable-smoke-test-driver, and only when the host is "localhost" everywhere. */
function address(
  server: Server,
  profile: Profile,
  which: Variant,
  more: readonly (readonly [string, string])[],
): string {
  const payload = [["extensionDevelopmentPath", remote(server, developed(which))], ["skipWelcome", "true"], ...more];
  const query = new URLSearchParams({ folder: profile.folder, payload: JSON.stringify(payload) });
  return `http://localhost:${server.port}/?${query}`;
}

function remote(server: Server, path: string): string {
  return `vscode-remote://localhost:${server.port}${path}`;
}

function desktopArgs(executable: string, profile: Profile, which: Variant): string[] {
  const folders = ["--user-data-dir", join(profile.home, "data"), "--extensions-dir", join(profile.home, "extensions")];
  if (which === "vsix") {
    const [cli, ...args] = resolveCliArgsFromVSCodeExecutablePath(executable, { reuseMachineInstall: true });
    const install = [...args, ...folders, "--install-extension", packaged()];
    const child = spawnSync(cli ?? executable, install, { encoding: "utf8", shell: process.platform === "win32" });
    if (child.status !== 0) throw new Error(`the VSIX could not be installed:\n${child.stdout}${child.stderr}`);
  }
  const calm = ["--skip-welcome", "--skip-release-notes", "--disable-updates", "--disable-workspace-trust"];
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return [`--extensionDevelopmentPath=${developed(which)}`, ...folders, ...calm, ...sandbox];
}
