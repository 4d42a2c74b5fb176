// One window at a time: a file that whoever changes the user's packs holds meanwhile.
import { closeSync, openSync, readFileSync, rmSync, statSync, utimesSync, writeSync } from "node:fs";
import { isRunning } from "../model/compiled.ts";
import { Refusal } from "./refusal.ts";

/** Milliseconds between two looks, and after which a lock counts as left behind, since process ids are used again. */
const pause = 50;
const longest = 600_000;

/**
 * Runs `work` while this process holds the lock `file`, whose folder must exist. Waits for others, who do what `busy` says,
 * blocking its thread. Throws Refusal when they take longer than `patience` milliseconds.
 */
export function withLock<T>(
  file: string,
  work: () => T,
  patience = 30_000,
  busy = "another window adds or removes an expert",
): T {
  const end = Date.now() + patience;
  while (!taken(file)) {
    if (Date.now() > end) {
      throw new Refusal(`${busy}; try again when it has finished, or delete ${file}`);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
  }
  try {
    return work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** Keeps a lock from looking abandoned while a long work goes on. */
export function refreshLock(file: string): void {
  const now = new Date();
  utimesSync(file, now, now);
}

function taken(file: string): boolean {
  let lock: number;
  try {
    lock = openSync(file, "wx");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    if (isAbandoned(file)) rmSync(file, { force: true });
    return false;
  }
  try {
    writeSync(lock, String(process.pid));
  } catch (error) {
    // On a full disk: nobody could tell an empty lock's owner.
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(lock);
  }
  return true;
}

/** Whether the process that took the lock is gone. */
function isAbandoned(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) return false;
  const owner = Number(stat.size > 0 ? readFileSync(file, "utf8") : Number.NaN);
  return Date.now() - stat.mtimeMs > longest || (Number.isInteger(owner) && !isRunning(owner));
}
