// The experts of an engine: those of its model, and those that are added and removed while it runs.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ExpertInfo } from "./engine.ts";
import { type Runtime, readPart, type Session } from "./session.ts";
import type { Experts } from "./wire.ts";

export interface Heard {
  /** Hears of every change of who can be asked. */
  changed(now: Experts): void;
  /** Hears why an added expert is left out. */
  trouble(message: string): void;
}

/** What to do when the files of an expert that the user has added are not as they were. */
const repair = "Remove the expert and add it again.";

interface Known extends ExpertInfo {
  readonly folder: string;
  readonly added: boolean;
}

/** Knows the experts by id and loads each when it is first asked for. Sessions stay, since the runtime leaks what is released. */
export class ExpertSet {
  readonly #runtime: Runtime;
  readonly #backbone: Session;
  readonly #threads: number;
  readonly #heard: Heard;
  #known: readonly Known[] = [];
  #setting: Promise<void> = Promise.resolve();
  /** By folder, also of those that are gone. */
  readonly #sessions = new Map<string, Promise<Session>>();
  /** Those that are loaded, gone or not, by folder. */
  readonly #loaded = new Map<string, ExpertInfo>();

  constructor(runtime: Runtime, backbone: Session, threads: number, heard: Heard) {
    this.#runtime = runtime;
    this.#backbone = backbone;
    this.#threads = threads;
    this.#heard = heard;
  }

  get now(): Experts {
    const experts = this.#known.map(({ id, layers, parameters, bytes }) => ({ id, layers, parameters, bytes }));
    const stale = [...this.#loaded.keys()].some((folder) => !this.#known.some((each) => each.folder === folder));
    return { experts, stale };
  }

  /** Bytes of the experts that are loaded, gone or not, by id. */
  get bytes(): Record<string, number> {
    const bytes: Record<string, number> = {};
    for (const { id, bytes: own } of this.#loaded.values()) bytes[id] = (bytes[id] ?? 0) + own;
    return bytes;
  }

  /** Finds the experts among the parts of `model`. @throws Error in words when one of them cannot be used. */
  async setModel(model: string): Promise<void> {
    const known: Known[] = [];
    for (const name of (await readdir(model)).sort()) {
      const folder = join(model, name);
      if (name === "backbone" || name === "head" || name.startsWith(".") || !(await stat(folder)).isDirectory())
        continue;
      const expert = await this.#read(folder, false);
      if (expert.id !== name) throw new Error(`${folder} does not hold the expert "${name}"`);
      known.push(expert);
    }
    this.#known = known;
  }

  /** Takes the parts in these folders in place of those added before; one that cannot be used is told and left out. */
  setAdded(folders: readonly string[]): Promise<void> {
    // One after the other: the last one asked for counts, however long each reads.
    this.#setting = this.#setting.then(() => this.#setAdded(folders));
    return this.#setting;
  }

  async #setAdded(folders: readonly string[]): Promise<void> {
    const known = this.#known.filter(({ added }) => !added);
    for (const folder of folders) {
      try {
        const expert = await this.#read(folder, true);
        if (known.some(({ id }) => id === expert.id)) throw new Error(`there are two experts "${expert.id}"`);
        known.push(expert);
      } catch (error) {
        this.#heard.trouble(error instanceof Error ? error.message : String(error));
      }
    }
    this.#known = known;
    this.#heard.changed(this.now);
  }

  /** Loads an expert on first use. @throws Error when it is unknown or its files are not as they were built. */
  async session(id: string): Promise<Session> {
    const expert = this.#known.find((each) => each.id === id);
    if (expert === undefined) {
      throw new Error(`there is no expert "${id}"; installed: ${this.#known.map((each) => each.id).join(", ")}`);
    }
    const { folder, added, ...info } = expert;
    const loading = this.#sessions.get(folder) ?? this.#runtime.load(folder, this.#threads, added ? repair : undefined);
    this.#sessions.set(folder, loading);
    try {
      const session = await loading;
      const isNew = !this.#loaded.has(folder);
      this.#loaded.set(folder, info);
      // Removed while it was being loaded: its weights are stale from the first.
      if (isNew && this.now.stale) this.#heard.changed(this.now);
      return session;
    } catch (error) {
      this.#sessions.delete(folder);
      if (added) this.#leaveOut(folder);
      throw error;
    }
  }

  /** An added expert that cannot be loaded is not asked again: another one answers in its place. */
  #leaveOut(folder: string): void {
    this.#known = this.#known.filter((each) => each.folder !== folder);
    this.#heard.changed(this.now);
  }

  async #read(folder: string, added: boolean): Promise<Known> {
    const { kind, id, backbone, layers, parameters, files } = await readPart(folder, added ? repair : undefined);
    if (kind !== "expert") throw new Error(`${folder} does not hold an expert`);
    if (backbone !== this.#backbone.part.backbone) throw new Error(`the expert "${id}" belongs to another backbone`);
    return { id, layers, parameters, bytes: partBytes(files), folder, added };
  }
}

/** Size of a part's files, bytes. */
export function partBytes(files: Session["part"]["files"]): number {
  return Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
}
