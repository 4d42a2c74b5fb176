// The journal of a run, written before anything is touched: every file as it was and as it is to be, byte for byte.
import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { type Plan, planSchema } from "./plan.ts";

const entrySchema = z.strictObject({
  step: z.string(),
  /** Path in the root. */
  file: z.string(),
  /** Digests of the contents, which lie beside the journal; null where there is no file. */
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** "intended" until the file is known to be written. */
  state: z.enum(["intended", "written", "undone"]),
});
const runSchema = z.strictObject({
  version: z.literal(1),
  id: z.string().regex(/^[0-9a-z-]{1,60}$/),
  root: z.string(),
  started: z.string(),
  plan: planSchema,
  entries: z.array(entrySchema),
});

export type Entry = z.infer<typeof entrySchema>;
export type RunRecord = z.infer<typeof runSchema>;

/** Finished runs beyond so many are forgotten, oldest first. */
const mostKept = 50;

export class Journal {
  readonly #folder: string;
  readonly #record: RunRecord;

  private constructor(folder: string, record: RunRecord) {
    this.#folder = folder;
    this.#record = record;
  }

  /** Begins the journal of a run of `plan` in the folder `root`. */
  static begin(runs: string, root: string, plan: Plan): Journal {
    const started = new Date().toISOString();
    const id = `${started.slice(0, 19).replace(/\D/g, "")}-${randomBytes(3).toString("hex")}`;
    mkdirSync(join(runs, id), { recursive: true });
    const journal = new Journal(join(runs, id), {
      version: 1,
      id,
      root,
      started,
      plan: structuredClone(plan),
      entries: [],
    });
    journal.save();
    for (const old of Journal.list(runs).slice(mostKept)) rmSync(join(runs, old), { recursive: true, force: true });
    return journal;
  }

  /** Ids of the runs that are kept, newest first. */
  static list(runs: string): readonly string[] {
    try {
      return readdirSync(runs)
        .filter((id) => /^[0-9]{14}-[0-9a-f]{6}$/.test(id))
        .sort()
        .reverse();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }

  /** @throws Error in words where there is none of that id, or it cannot be read. */
  static open(runs: string, id: string): Journal {
    if (!Journal.list(runs).includes(id))
      throw new Error(`There is no run ${id}. Runs: ${Journal.list(runs).slice(0, 5).join(", ") || "none"}.`);
    const folder = join(runs, id);
    return new Journal(folder, recordIn(join(folder, "run.json"), id));
  }

  get id(): string {
    return this.#record.id;
  }

  get root(): string {
    return this.#record.root;
  }

  get plan(): Plan {
    return this.#record.plan;
  }

  get entries(): readonly Entry[] {
    return this.#record.entries;
  }

  /** Notes what a step is about to do; returns when that is on the disk. Null stands for no file. */
  intend(
    step: string,
    files: readonly { readonly file: string; readonly before: Buffer | null; readonly after: Buffer | null }[],
  ): void {
    for (const { file, before, after } of files) {
      this.#record.entries.push({
        step,
        file,
        before: this.#keep(before),
        after: this.#keep(after),
        state: "intended",
      });
    }
    this.save();
  }

  mark(entries: readonly Entry[], state: Entry["state"]): void {
    for (const entry of entries) entry.state = state;
    this.save();
  }

  /** Notes what files hold that were to hold something else: who saves a document may format it. */
  hold(entries: readonly Entry[], contents: readonly (Buffer | null)[]): void {
    for (const [i, entry] of entries.entries()) entry.after = this.#keep(contents[i] ?? null);
  }

  /** Takes back the notes of what was not written. */
  drop(entries: readonly Entry[]): void {
    this.#record.entries = this.#record.entries.filter((entry) => !entries.includes(entry));
    this.save();
  }

  content(digest: string | null): Buffer | null {
    if (digest === null) return null;
    const bytes = readFileSync(join(this.#folder, digest));
    if (digestOf(bytes) !== digest)
      throw new Error(`The journal of run ${this.id} is damaged: a content does not fit its digest.`);
    return bytes;
  }

  save(): void {
    write(join(this.#folder, "run.json"), Buffer.from(JSON.stringify(this.#record)));
  }

  #keep(bytes: Buffer | null): string | null {
    if (bytes === null) return null;
    const digest = digestOf(bytes);
    write(join(this.#folder, digest), bytes);
    return digest;
  }
}

function recordIn(file: string, id: string): RunRecord {
  try {
    return runSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const why = error instanceof z.ZodError ? error.issues[0]!.message : (error as Error).message;
    throw new Error(`The journal of run ${id} is damaged: ${why}.`);
  }
}

export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Replaces a file in one go, and only when its bytes are on the disk. */
function write(path: string, bytes: Buffer): void {
  const fresh = `${path}.${process.pid}.new`;
  const handle = openSync(fresh, "w", 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, path);
}
