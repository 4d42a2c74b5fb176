// The user's own tests as the check behind a step: a command by its arguments, without a shell, ended when it takes too long.
import { spawn } from "node:child_process";

/** What a run of the tests has found: null where all is well, else the end of what they have printed. */
export type Tested = { readonly why: string; readonly output: string } | null;

/** Milliseconds. */
const patience = 300_000;
/** Characters of the output that are kept: what failed stands at its end. */
const mostKept = 6_000;

/**
 * Runs a command in a folder. Never by a shell: what stands in the arguments is never more than that.
 * @param argv the program and its arguments; at least one
 */
export function runTests(argv: readonly string[], folder: string, limit = patience): Promise<Tested> {
  const [program = "", ...args] = argv;
  const said = argv.join(" ");
  return new Promise((resolve) => {
    // A group of its own: what the program has started ends with it.
    const detached = process.platform !== "win32";
    const child = spawn(program, args, { cwd: folder, shell: false, detached, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      if (detached && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      else child.kill("SIGKILL");
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
