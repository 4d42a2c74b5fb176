// Importing a model of hundreds of megabytes by the command line, a process of its own: how much memory it takes, and being killed.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { writeSparse } from "../sparse.ts";
import { inRepository } from "./pair.ts";

const folder = mkdtempSync(join(tmpdir(), "coterie-large-"));
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
const model = join(folder, "large");
let bytes: number;
before(() => {
  bytes = writeSparse(model, { layers: 4, hidden: 1024, forward: 4096, heads: 16, vocabulary: 64_000 });
});

function importing(home: string): ChildProcess {
  mkdirSync(home, { recursive: true });
  const env = { ...process.env, HOME: home, USERPROFILE: home };
  return spawn(process.execPath, [inRepository("dist/cli.js"), "import", model], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
}
const models = (home: string) => join(home, ".coterie", "models");

describe("a model of 130 million parameters", () => {
  const skip = process.platform === "linux" ? false : "memory is read from /proc";

  test("is compiled tensor by tensor: in less memory than a part of it would take", { skip }, async () => {
    const home = join(folder, "memory");
    const child = importing(home);
    const measured: number[] = [];
    const watch = setInterval(() => measured.push(privateOf(child)), 50);
    const [code] = await once(child, "exit");
    clearInterval(watch);
    assert.equal(code, 0);
    assert.equal(readdirSync(models(home)).length, 1);
    assert.ok(bytes > 250e6, `${bytes} bytes of weights`);
    const most = Math.max(...measured);
    // Of it the process itself takes about 50 MB; as float32 the weights would take 530.
    assert.ok(most > 30e6 && most < 220e6, `${Math.round(most / 1e6)} MB at most, seen ${measured.length} times`);
  });

  test("whose import is killed is taken up by the next one, which leaves nothing else behind", async () => {
    const home = join(folder, "killed");
    const first = importing(home);
    const at = models(home);
    const begun = () =>
      named(at, /^\.[0-9a-f]{64}\.new$/).some((name) => named(join(at, name), /^backbone$/).length > 0);
    while (!begun()) {
      assert.equal(first.exitCode, null, "it has ended before it could be killed");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    first.kill("SIGKILL");
    await once(first, "exit");
    const [left] = named(at, /\.new$/);
    const kept = statSync(join(at, left!, "backbone", "weights.bin")).mtimeMs;
    const [code] = await once(importing(home), "exit");
    assert.equal(code, 0);
    const [whole, ...more] = readdirSync(at);
    assert.deepEqual([/^[0-9a-f]{64}$/.test(whole!), more], [true, []]);
    assert.equal(
      statSync(join(at, whole!, "backbone", "weights.bin")).mtimeMs,
      kept,
      "what was done is not done again",
    );
    assert.deepEqual(readdirSync(join(home, ".coterie")), ["models"], "nor is there a lock");
  });
});

function named(at: string, what: RegExp): readonly string[] {
  if (!statSync(at, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(at).filter((name) => what.test(name));
}

/** Private memory of a process, bytes; 0 once it is gone. */
function privateOf({ pid }: ChildProcess): number {
  const file = `/proc/${pid}/smaps_rollup`;
  try {
    const pages = [...readFileSync(file, "utf8").matchAll(/^Private_\w+:\s+(\d+) kB$/gm)];
    return 1024 * pages.reduce((sum, [, kilobytes]) => sum + Number(kilobytes), 0);
  } catch {
    // It has ended meanwhile.
    return 0;
  }
}
