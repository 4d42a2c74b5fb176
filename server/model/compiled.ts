// A compiled part's folder as it is found on disk: known by its key, complete or not, cleared away when it is not wanted.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Precision } from "./graphweights.ts";
import { type Part, partSchema } from "./manifest.ts";

/** Raise it with every change that makes different files out of the same weights. */
export const COMPILER = 11;

export const PART_FILE = "part.json";

/** What is known of a part before it is compiled. */
export type PartAbout = Pick<Part, "kind" | "id" | "key" | "backbone" | "precision" | "layers">;

/** A part and its key, the digest of all that decides its files. `source` is the digest of the weights it is made of. */
export function describePart(
  part: Pick<Part, "kind" | "id" | "layers">,
  source: string,
  backbone: string,
  precision: Precision,
): PartAbout {
  const { kind, id, layers } = part;
  const decisive = JSON.stringify([COMPILER, backbone, source, { kind, id, layers }, precision]);
  return { kind, id, layers, key: createHash("sha256").update(decisive).digest("hex"), backbone, precision };
}

/** Whether `folder` holds the part with this key, complete by name and size. */
export function isCompiled(folder: string, key: string): boolean {
  const part = readPart(folder);
  if (part?.key !== key) return false;
  return Object.entries(part.files).every(
    ([name, { bytes }]) => statSync(join(folder, name), { throwIfNoEntry: false })?.size === bytes,
  );
}

/** Removes parts from `out` that are not among `ids`, and what a compilation that was killed has left. */
export function clearFolder(out: string, ids: readonly string[]): void {
  for (const name of readdirSync(out)) {
    const writer = /^\.[a-z0-9-]+\.(\d+)\.new$/.exec(name)?.[1];
    const abandoned = writer !== undefined && !isRunning(Number(writer));
    if (abandoned || (!ids.includes(name) && readPart(join(out, name)) !== undefined)) {
      rmSync(join(out, name), { recursive: true });
    }
  }
}

/** The part that `folder` describes, or undefined when it describes none: then it is compiled again, not repaired. */
export function readPart(folder: string): Part | undefined {
  const path = join(folder, PART_FILE);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return partSchema.safeParse(json).data;
}

/** Whether there is a process of this id. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, but belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
