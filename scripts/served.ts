// VS Code served on localhost: installed once from npm (code-server and its own Node), started on a free port.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

export interface Served {
  readonly kind: "served";
  /** The Node that this VS Code needs. */
  readonly node: string;
  /** server-main.js */
  readonly main: string;
  readonly how: string;
}

export interface Server {
  readonly port: number;
  /** Everything the server has printed so far. */
  output(): string;
  /** Resolves when the server and its extension hosts are gone. */
  stop(): Promise<void>;
}

// Pinned: a newer pair is a change to test, not something that may happen on its own.
const codeServer = "4.139.1";
const nodeVersion = "24.21.0";
const stamp = `code-server ${codeServer}, node ${nodeVersion}`;

/** Installs into `cache` unless it is there already. Throws with the command to run when system packages are missing. */
export function installServed(cache: string, say: (line: string) => void): Served {
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) {
    throw new Error(
      "no VS Code found and none could be downloaded: install it from https://code.visualstudio.com and try again",
    );
  }
  const home = join(cache, "served");
  const platform = `node-linux-${process.arch}`;
  const node = join(home, "node_modules", platform, "bin", "node");
  const vscode = join(home, "node_modules", "code-server", "lib", "vscode");
  const marker = join(home, "installed.txt");
  const served: Served = {
    kind: "served",
    node,
    main: join(vscode, "out", "server-main.js"),
    how: `VS Code served on localhost (${stamp})`,
  };
  if (existsSync(marker) && readFileSync(marker, "utf8") === stamp) return served;

  needPackages(["build", "krb5"], say);
  say(`editor: installing ${stamp} into ${home}, about two minutes and 800 MB, once`);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const dependencies = { "code-server": codeServer, [platform]: nodeVersion };
  writeFileSync(join(home, "package.json"), `${JSON.stringify({ private: true, dependencies }, null, 2)}\n`);
  npm(home, ["install", "--ignore-scripts"], undefined);
  // Its native parts and its extensions' packages are left to be installed by the Node that will run them.
  npm(vscode, ["install", "--omit=dev"], node);
  npm(join(vscode, "extensions"), ["install", "--omit=dev"], node);
  writeFileSync(marker, stamp);
  return served;
}

function npm(folder: string, args: readonly string[], node: string | undefined): void {
  const path = node ? `${dirname(node)}${delimiter}${process.env["PATH"]}` : process.env["PATH"];
  const child = spawnSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    env: { ...process.env, PATH: path },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (child.status === 0) return;
  const tail = `${child.stdout}${child.stderr}`.trimEnd().split("\n").slice(-30).join("\n");
  throw new Error(`npm ${args.join(" ")} failed while installing the served VS Code:\n${tail}`);
}

const programs = {
  build: { packages: ["make", "g++", "python3", "pkg-config"], present: () => ["make", "g++", "python3"].every(which) },
  krb5: { packages: ["libkrb5-dev"], present: () => existsSync("/usr/include/gssapi.h") },
  chromium: { packages: ["chromium"], present: () => findChromium() !== undefined },
  neovim: { packages: ["neovim"], present: () => which("nvim") !== undefined },
} as const;

/** Makes sure of system packages: installs them as root where nobody is asked (CI, no terminal), else names the command. */
export function needPackages(names: readonly (keyof typeof programs)[], say: (line: string) => void): void {
  const missing = names.filter((name) => !programs[name].present()).flatMap((name) => programs[name].packages);
  if (missing.length === 0) return;
  const unattended = Boolean(process.env["CI"]) || !process.stdin.isTTY;
  if (process.getuid?.() === 0 && unattended && which("apt-get")) {
    say(`editor: installing system packages ${missing.join(", ")}`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["update", "-qq"], { env, stdio: "ignore" });
    const install = ["install", "-y", "-qq", "--no-install-recommends", ...missing];
    const child = spawnSync("apt-get", install, { env, encoding: "utf8", maxBuffer: 1 << 28 });
    if (child.status === 0) return;
    throw new Error(`apt-get ${install.join(" ")} failed:\n${child.stderr}`);
  }
  throw new Error(`system packages are missing; install them: sudo apt-get install -y ${missing.join(" ")}`);
}

export function findChromium(): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  return names.map(which).find((path) => path !== undefined);
}

function which(name: string): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

export interface ServeOptions {
  /** Settings, extensions and logs live here. */
  readonly dataDir: string;
  /** A port, a range "8123-8199", or "0" for any free one. */
  readonly port: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Aborted: the start is given up. */
  readonly signal?: AbortSignal;
  /** How long it is waited for, in milliseconds. */
  readonly patience?: number;
}

/** Starts the server and waits until it listens. Throws with its output when it does not, and leaves nothing running then. */
export async function serve(served: Served, options: ServeOptions): Promise<Server> {
  const { dataDir, port, args = [], env = {}, signal, patience = 60_000 } = options;
  signal?.throwIfAborted();
  const fixed = ["--host", "127.0.0.1", "--without-connection-token", "--accept-server-license-terms"];
  const own = ["--port", port, "--server-data-dir", dataDir, "--telemetry-level", "off"];
  // A group of its own, so that stopping also ends the extension hosts, which outlive a closed connection.
  const child = spawn(served.node, [served.main, ...fixed, ...own, ...args], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  let output = "";
  const listening = new Promise<number>((done, fail) => {
    const timer = setTimeout(
      () => fail(new Error(`VS Code does not listen after ${patience / 1000} s:\n${output}`)),
      patience,
    );
    const ended = (why: string): void => {
      clearTimeout(timer);
      fail(new Error(`VS Code ${why} before it listened:\n${output}`));
    };
    const read = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
      const found = /Web UI available at http:\/\/localhost:(\d+)/.exec(output);
      if (!found) return;
      clearTimeout(timer);
      done(Number(found[1]));
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code) => ended(`ended with ${code}`));
    child.on("error", (error) => ended(`cannot be run (${error.message})`));
    signal?.addEventListener("abort", () => ended("was stopped"), { once: true });
  });
  try {
    return { port: await listening, output: () => output, stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((done) => child.once("exit", () => done()));
  process.kill(-child.pid, "SIGTERM");
  const timer = setTimeout(() => process.kill(-Number(child.pid), "SIGKILL"), 5000);
  await gone;
  clearTimeout(timer);
}

/** Installs a VSIX into the extensions of `dataDir`. */
export function installExtension(served: Served, dataDir: string, vsix: string): void {
  const args = ["--install-extension", vsix, "--server-data-dir", dataDir, "--accept-server-license-terms"];
  const child = spawnSync(served.node, [served.main, ...args], { encoding: "utf8" });
  if (child.status !== 0 || !/successfully installed/.test(child.stdout)) {
    throw new Error(`the VSIX could not be installed:\n${child.stdout}${child.stderr}`);
  }
}
