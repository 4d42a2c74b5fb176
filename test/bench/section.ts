// A section of the benchmark, and where its figures are kept: each is written down as soon as it is measured, so that a run that is
// ended goes on where it was.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Chart } from "./plot.ts";
import type { Prepared } from "./setup.ts";

export interface Measured {
  /** Tables. */
  readonly markdown: string;
  readonly charts?: readonly Chart[];
  /** Every single figure, for whoever wants to look closer. */
  readonly figures?: unknown;
}

export interface Section {
  readonly name: string;
  readonly title: string;
  /** @param quick a trial: a few figures of each kind */
  measure(prepared: Prepared, quick: boolean, note: (text: string) => void): Promise<Measured>;
}

export interface Kept extends Measured {
  readonly commit: string;
  readonly machine: string;
  readonly minutes: number;
}

const root = join(import.meta.dirname, "..", "..");
const place = (quick: boolean) => join(import.meta.dirname, ".cache", quick ? "trial" : "sections");

export function keep(name: string, quick: boolean, kept: Kept): void {
  mkdirSync(place(quick), { recursive: true });
  writeFileSync(join(place(quick), `${name}.json`), JSON.stringify(kept, null, 1));
}

/** What was measured last; null when nothing was. */
export function recall(name: string, quick: boolean): Kept | null {
  const path = join(place(quick), `${name}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Kept) : null;
}

/** The commit that is measured; "?" where there is no repository. */
export function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short=12", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  } catch {
    return "?";
  }
}
