// The user's own tests as the check behind a step: a command by its arguments, without a shell, ended when it takes too long.
import { type ChildProcess, spawn } from "node:child_process";
import { statSync } from "node:fs";
import { win32 } from "node:path";

/** What a run of the tests has found: null where all is well, else the end of what they have printed. */
export type Tested = { readonly why: string; readonly output: string } | null;

/** What is started: a program, its arguments, and whether these are a command line already. */
export interface Call {
  readonly program: string;
  readonly args: readonly string[];
  readonly verbatim: boolean;
}

/** What a call depends on besides its words. */
export interface Around {
  readonly platform: NodeJS.Platform;
  /** The variables of the environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isFile: (path: string) => boolean;
}

/** Milliseconds. */
const patience = 300_000;
/** Characters of the output that are kept: what failed stands at its end. */
const mostKept = 6_000;
/** What Windows can start: the first two by themselves, batch files by their interpreter only. */
const startable = [".com", ".exe", ".bat", ".cmd"];

/**
 * How a command is started. In Windows what people call programs are often batch files, npm among them: they are looked for over
 * PATH and PATHEXT, as its shell does it, and are given to their interpreter.
 * @throws Error in words
 */
export function callFor(argv: readonly string[], folder: string, { platform, env, isFile }: Around): Call {
  const [program = "", ...args] = argv;
  if (platform !== "win32") return { program, args, verbatim: false };
  const found = places(program, folder, env).find(isFile);
  if (found === undefined || !/\.(bat|cmd)$/i.test(found)) return { program: found ?? program, args, verbatim: false };
  const line = [found, ...args].map(forBatch).join(" ");
  // /d: no commands of the registry before it; /v:off: "!" is a character; /s: only the outermost quotes are taken off.
  const switches = ["/d", "/e:on", "/v:off", "/s", "/c"];
  return { program: env["ComSpec"] ?? "cmd.exe", args: [...switches, `"${line}"`], verbatim: true };
}

/** Where Windows looks for a program, in its order. */
function places(program: string, folder: string, env: Around["env"]): readonly string[] {
  const known = (env["PATHEXT"] ?? "").toLowerCase().split(";");
  const endings = known.filter((ending) => startable.includes(ending));
  const isWhole = startable.includes(win32.extname(program).toLowerCase());
  const names = [...(isWhole ? [program] : []), ...(endings.length > 0 ? endings : startable).map((e) => program + e)];
  const path = (env["PATH"] ?? "").split(";").map((each) => each.replaceAll('"', ""));
  const folders = /[\\/:]/.test(program) ? [folder] : path.filter(win32.isAbsolute);
  return folders.flatMap((each) => names.map((name) => win32.resolve(each, name)));
}

/**
 * A word that a batch file gets as it is. Quotes are doubled, which both the interpreter and programs read as one; a % is followed
 * by an empty cut of a variable, so that no name of one can stand there.
 */
function forBatch(word: string): string {
  if (/[\r\n\0]/.test(word)) throw new Error("a batch file takes no argument of several lines");
  if (/^[\w#$*+./:?@\\-]*[\w#$*+./:?@-]$/.test(word)) return word;
  const text = word.replace(/(\\*)("|$)/g, (_, slashes, end) => slashes + slashes + (end && '""'));
  return `"${text.replaceAll("%", "%%cd:~,%")}"`;
}

/**
 * Runs a command in a folder. Never by a shell that would read it: what stands in the arguments is never more than that.
 * @param argv the program and its arguments; at least one
 */
export function runTests(argv: readonly string[], folder: string, limit = patience): Promise<Tested> {
  const said = argv.join(" ");
  return new Promise((resolve) => {
    let call: Call;
    try {
      call = callFor(argv, folder, { platform: process.platform, env: process.env, isFile });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return resolve({ why: `"${said}" cannot be run: ${why}`, output: "" });
    }
    const child = spawn(call.program, call.args, {
      cwd: folder,
      shell: false,
      // A group of its own: what the program has started ends with it.
      detached: process.platform !== "win32",
      windowsHide: true,
      windowsVerbatimArguments: call.verbatim,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      endAll(child);
      // What has left the group may hold them open for good.
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
    }, limit);
    const hear = (bytes: Buffer) => {
      output = (output + bytes.toString("utf8")).slice(-mostKept);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    const end = (why: string | null) => {
      clearTimeout(timer);
      resolve(why === null ? null : { why, output: output.trim() });
    };
    child.on("error", (error) => end(`"${said}" cannot be run: ${error.message}`));
    child.on("close", (code, signal) => {
      if (late) end(`"${said}" took more than ${Math.round(limit / 1000)} seconds and was ended`);
      else if (code === 0) end(null);
      else end(`"${said}" ended with ${code === null ? `signal ${signal}` : `status ${code}`}`);
    });
  });
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    // A folder that may not be read, or a file where a folder was meant: the system looks there too when it starts the program.
    return false;
  }
}

/** Ends a program with all that it has started. */
function endAll(child: ChildProcess): void {
  const itself = (): void => void child.kill("SIGKILL");
  if (child.pid === undefined) return;
  if (process.platform === "win32") {
    const tool = spawn("taskkill", ["/pid", String(child.pid), "/t", "/f"], { stdio: "ignore", windowsHide: true });
    tool.on("error", itself);
    tool.on("exit", itself);
    return;
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nobody is left in the group.
    itself();
  }
}

/** The tests around the steps of one run. */
export class Tests {
  readonly #test: () => Promise<Tested>;
  /** Whether they are known to pass as things are. */
  #pass = false;

  constructor(test: () => Promise<Tested>) {
    this.#test = test;
  }

  /** Asked once: behind a step that is verified they are known to pass. */
  async before(): Promise<Tested> {
    return this.#pass ? null : this.behind();
  }

  async behind(): Promise<Tested> {
    const found = await this.#test();
    this.#pass = found === null;
    return found;
  }
}
