// Another editor, headless: Neovim shows a completion of the built server and takes it with a key.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { needPackages } from "../../scripts/served.ts";
import { inRepository } from "./pair.ts";
import { server } from "./stdio.ts";

const limit = 90_000;

/** Why Neovim cannot be used here, or false. */
function unusable(): string | false {
  if (process.platform !== "linux") return "the test installs Neovim on Debian only";
  try {
    needPackages(["neovim"], console.log);
    return false;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A headless Neovim with a file open, and what a user can do with it. */
async function opened(t: TestContext, text: string) {
  const folder = mkdtempSync(join(tmpdir(), "coterie-neovim-"));
  const file = join(folder, "add.ts");
  writeFileSync(file, text);
  const init = join(folder, "init.lua");
  const setUp = `require("coterie").setup({ server = ${JSON.stringify(server)}, node = ${JSON.stringify(process.execPath)} })`;
  writeFileSync(init, `vim.opt.runtimepath:append(${JSON.stringify(inRepository("editors/neovim"))})\n${setUp}\n`);
  const address = join(folder, "nvim");
  const nvim = spawn("nvim", ["--headless", "-n", "-i", "NONE", "-u", init, "--listen", address, file], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [nvim.stdout, nvim.stderr]) stream.on("data", (piece) => (said += piece));
  t.after(() => {
    nvim.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  const remote = (how: "expr" | "send", what: string) =>
    spawnSync("nvim", ["--headless", "-u", "NONE", "-i", "NONE", "--server", address, `--remote-${how}`, what], {
      encoding: "utf8",
    });
  /** What an expression gives in the running Neovim, which prints it on the standard error stream in some versions. */
  const ask = (expression: string) => {
    const { stdout, stderr } = remote("expr", expression);
    return (stdout || stderr).trim();
  };
  const until = async (what: string, done: () => boolean) => {
    for (const end = Date.now() + limit; !done(); await wait(200)) {
      assert.ok(Date.now() < end, `${what}; Neovim said: ${said}`);
    }
  };

  await until("Neovim does not start", () => ask("mode()") === "n");
  return { remote, ask, until, nvim, file, setUp };
}

/** Ids of the processes that a process has started and that run. */
function startedBy(parent: number | undefined): readonly number[] {
  const isChild = (id: string) => {
    try {
      const [, state, ppid] = /\) (\S) (\d+) /.exec(readFileSync(`/proc/${id}/stat`, "utf8")) ?? [];
      return Number(ppid) === parent && state !== "Z";
    } catch {
      // It has ended meanwhile.
      return false;
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isChild(name))
    .map(Number);
}

test("Neovim shows a completion and takes it", { skip: unusable(), timeout: 3 * limit }, async (t) => {
  // With an example of how statements end here: without one the expert is in two minds about the semicolon.
  const text =
    "// Subtracts two numbers.\nfunction subtract(a: number, b: number): number {\n  return a - b;\n}\n\n" +
    "// Adds two numbers.\nfunction add(a: number, b: number): number {\n  return\n}\n";
  const { remote, ask, until, nvim, file } = await opened(t, text);
  remote("send", "8GA ");
  const shown = `luaeval("require('coterie').text()")`;
  let polls = 0;
  await until("no completion is shown", () => {
    if (ask(shown) !== "") return true;
    // While the model loads an answer may be overtaken: now and then type and take back, as a user would.
    if (++polls % 25 === 0) remote("send", "x<BS>");
    return false;
  });
  assert.equal(ask(shown), "a + b;");
  remote("send", "<C-l><Esc>:wq<CR>");
  await once(nvim, "exit");
  assert.equal(readFileSync(file, "utf8").split("\n")[7], "  return a + b;");
});

test("Neovim explains, documents and calculates by commands of the server", {
  skip: unusable(),
  timeout: 3 * limit,
}, async (t) => {
  const text = "export function add(a: number, b: number): number {\n  return a + b;\n}\n";
  const { remote, ask, until, nvim, file } = await opened(t, text);
  // The page is written when the answer is there; until the model is loaded the server may say that it is not.
  const said = () => ask("join(getbufline('^Coterie: Explanation$', 1, '$'), ' ')");
  let polls = 0;
  await until("nothing is explained", () => {
    if (/Expert docs, rule built-in#3/.test(said())) return true;
    if (polls++ % 50 === 0) remote("send", ":1<CR>:CoterieExplain<CR>");
    return false;
  });
  assert.match(said(), /- Signature: `export function add\(a: number, b: number\): number`.*> \w+/);
  remote("send", ":CoterieDocument<CR>");
  await until("no comment is put in", () => ask("getline(1)").startsWith("/**"));
  assert.match(ask("join(getline(1, '$'), ' ')"), /@param a .*@param b .*\*\/ export function add/);
  remote("send", "u");
  await until("undo does not take it back", () => ask("getline(1)") === text.split("\n")[0]);
  remote("send", ":CoterieCalculate 15% of 240<CR>");
  await until("nothing is calculated", () => ask(`getreg('"')`) === "36");
  remote("send", ":wqa!<CR>");
  await once(nvim, "exit");
  assert.equal(readFileSync(file, "utf8"), text);
});

test("A server that has ended is started again, three times; then a command does it", {
  skip: unusable(),
  timeout: 3 * limit,
}, async (t) => {
  const { remote, ask, until, nvim } = await opened(t, "const a = 1;\n");
  const one = async (what: string, before = 0): Promise<number> => {
    await until(what, () => startedBy(nvim.pid).some((id) => id !== before));
    return startedBy(nvim.pid).find((id) => id !== before)!;
  };
  const calculates = async (formula: string, result: string) => {
    remote("send", `<Esc>:CoterieCalculate ${formula}<CR>`);
    await until(`${formula} is not calculated: ${ask("execute('messages')")}`, () => ask(`getreg('"')`) === result);
  };
  const clients =
    "vim.tbl_count(vim.lsp.get_clients and vim.lsp.get_clients({ bufnr = 1 }) or vim.lsp.buf_get_clients(1))";
  let server = await one("no server is started");
  for (const [formula, result] of [
    ["15% of 240", "36"],
    ["6*7", "42"],
    ["7!", "5040"],
  ] as const) {
    process.kill(server, "SIGKILL");
    server = await one("the server is not started again", server);
    await calculates(formula, result);
    assert.equal(ask(`luaeval('${clients}')`), "1", "the file is not given to the new server");
  }
  assert.match(ask("execute('messages')"), /Coterie: its server has ended \(signal 9\) and is started again/);

  process.kill(server, "SIGKILL");
  await until("it is not said that it ended", () => /:CoterieRestart starts it/.test(ask("execute('messages')")));
  assert.deepEqual(startedBy(nvim.pid), []);
  remote("send", "<Esc>:messages clear<CR>:CoterieCalculate 1+1<CR>");
  await until("nothing is said", () => /does not run; :CoterieRestart starts it/.test(ask("execute('messages')")));
  remote("send", "<Esc>:CoterieRestart<CR>");
  await one("the command starts none");
  await calculates("17 mod 5", "2");
  assert.doesNotMatch(ask("execute('messages')"), /deprecated|Error/);
});

test("Set up twice there is one server, and none where Neovim has left", {
  skip: unusable(),
  timeout: limit,
}, async (t) => {
  const { remote, ask, until, nvim, setUp } = await opened(t, "const a = 1;\n");
  await until("no server is started", () => startedBy(nvim.pid).length === 1);
  const [first] = startedBy(nvim.pid);
  remote("send", `<Esc>:lua ${setUp}<CR>`);
  await until("the first server goes on", () => {
    const now = startedBy(nvim.pid);
    return now.length === 1 && now[0] !== first;
  });
  const [second] = startedBy(nvim.pid);
  remote("send", "<Esc>:CoterieCalculate 6*7<CR>");
  await until("the second server does not answer", () => ask(`getreg('"')`) === "42");
  assert.doesNotMatch(ask("execute('messages')"), /ended/);
  remote("send", "<Esc>:qa!<CR>");
  await once(nvim, "exit");
  await until("a server is left", () => !existsSync(`/proc/${second}`));
});
