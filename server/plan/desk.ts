// Where files are read and written: the disk for the command line; an editor has its own desk, with its open documents.
import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Put {
  /** Path in the root. */
  readonly file: string;
  /** What the file has to hold now; null: there is none. */
  readonly before: Buffer | null;
  /** What it is to hold; null: it is to be gone. */
  readonly after: Buffer | null;
}

export interface Written {
  readonly why: string | null;
  readonly after?: readonly (Buffer | null)[];
}

export interface Desk {
  /** The bytes of a file as its user has it, unsaved changes included; null where there is none. */
  read(file: string): Promise<Buffer | null>;
  /** Writes all or nothing; where it cannot, says why. `after`: what the files hold then, where that may be something else. */
  write(label: string, puts: readonly Put[]): Promise<Written>;
  /** What got worse in the files since before the last write, by whoever looks at them there; each in a line. */
  complaints(files: readonly string[]): Promise<readonly string[]>;
}

export class DiskDesk implements Desk {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async read(file: string): Promise<Buffer | null> {
    return readIfThere(join(this.#root, file));
  }

  async write(_label: string, puts: readonly Put[]): Promise<Written> {
    for (const { file, before } of puts) {
      if (!same(readIfThere(join(this.#root, file)), before)) return { why: `${file} has changed meanwhile` };
    }
    const done: Put[] = [];
    for (const put of puts) {
      try {
        replace(join(this.#root, put.file), put.after);
        done.push(put);
      } catch (error) {
        for (const { file, before } of done.reverse()) replace(join(this.#root, file), before);
        return { why: `${put.file} cannot be written: ${error instanceof Error ? error.message : String(error)}` };
      }
    }
    return { why: null };
  }

  async complaints(): Promise<readonly string[]> {
    return [];
  }
}

export function same(one: Buffer | null, other: Buffer | null): boolean {
  return one === null || other === null ? one === other : one.equals(other);
}

export function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}

/** Replaces, makes or removes a file in one go; its mode stays, and a link stays a link. */
export function replace(path: string, bytes: Buffer | null): void {
  if (bytes === null) {
    rmSync(path, { force: true });
    return;
  }
  const stat = statSync(path, { throwIfNoEntry: false });
  const real = stat ? realpathSync(path) : path;
  mkdirSync(dirname(real), { recursive: true });
  const fresh = `${real}.coterie-${process.pid}`;
  try {
    writeFileSync(fresh, bytes, stat ? { mode: stat.mode } : {});
    renameSync(fresh, real);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
