// Runs steps and node:test files, shows their output and counts what passed and failed.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** A file of tests that takes longer hangs: it fails by name, instead of keeping whoever waits for all of them. */
const longestFileMs = 15 * 60_000;

/** A program that passes or fails as a whole. Its output is shown. */
export async function step(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Count> {
  const status = await node(args, env);
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * Runs test files under node:test, one process each. Counts are those of node:test itself, read from its TAP summary;
 * a run that ends badly without naming a failed test (a crash) counts as one failure. No files are a failure too.
 */
export async function tests(
  files: readonly string[],
  { concurrency = 2, env = {} }: { concurrency?: number; env?: Readonly<Record<string, string>> } = {},
): Promise<Count> {
  if (files.length === 0) {
    console.error("no test files");
    return { passed: 0, failed: 1 };
  }
  const folder = mkdtempSync(join(tmpdir(), "coterie-tap-"));
  const tap = join(folder, "tap");
  const reporters = ["--test-reporter=spec", "--test-reporter-destination=stdout"];
  const file = ["--test-reporter=tap", `--test-reporter-destination=${tap}`];
  const limits = [`--test-concurrency=${concurrency}`, `--test-timeout=${longestFileMs}`];
  const args = ["--import", "tsx", "--test", ...limits, ...reporters, ...file, ...files];
  const status = await node(args, env);
  const summary = readFileSync(tap, { encoding: "utf8", flag: "a+" });
  rmSync(folder, { recursive: true });
  const number = (word: string): number => Number(new RegExp(`^# ${word} (\\d+)$`, "m").exec(summary)?.[1] ?? 0);
  const failed = number("fail") + number("cancelled");
  return { passed: number("pass"), failed: failed === 0 && status !== 0 ? 1 : failed };
}

/** All *.test.ts files of a folder, sorted. */
export function testFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .sort()
    .map((name) => join(folder, name));
}

function node(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { stdio: "inherit", env: { ...process.env, ...env } });
    child.once("error", (error) => {
      console.error(error.message);
      done(1);
    });
    child.once("exit", (code) => done(code ?? 1));
  });
}
