// One window at a time: a file that whoever changes the user's packs holds meanwhile.
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { isRunning } from "../model/compiled.ts";
import { Refusal } from "./refusal.ts";

/** Milliseconds between two looks, and after which a lock counts as left behind, since process ids are used again. */
const pause = 50;
const longest = 600_000;

/**
 * Runs `work` while this process holds the lock `file`, whose folder must exist. Waits for others, blocking its thread.
 * Throws Refusal when they take longer than `patience` milliseconds.
 */
export function withLock<T>(file: string, work: () => T, patience = 30_000): T {
  const end = Date.now() + patience;
  while (!taken(file)) {
    if (Date.now() > end) {
      throw new Refusal(`another window adds or removes an expert; try again when it has finished, or delete ${file}`);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
  }
  try {
    return work();
  } finally {
    rmSync(file, { force: true });
  }
}

function taken(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    if (isAbandoned(file)) rmSync(file, { force: true });
    return false;
  }
}

/** Whether the process that took the lock is gone. */
function isAbandoned(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) return false;
  const owner = Number(stat.size > 0 ? readFileSync(file, "utf8") : Number.NaN);
  return Date.now() - stat.mtimeMs > longest || (Number.isInteger(owner) && !isRunning(owner));
}
