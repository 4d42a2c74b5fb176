// Keeps a running engine in step with the packs that the user has: they may come and go at any time, by any window's hand.
import type { Added } from "./change.ts";
import { type Places, partsOf } from "./store.ts";
import type { Packer } from "./thread.ts";

export interface ShelfOptions {
  readonly places: Places;
  /** The thread that changes packs. */
  readonly packer: Packer;
  /** Folders of the user's packs that are in order, as they are now. */
  packs(): readonly string[];
  /** Hears of the folders of compiled parts that the engine should offer, when they are others than before. */
  use(parts: readonly string[]): Promise<void>;
  /** Hears why a pack cannot be used, once. */
  warn(problem: string): void;
}

export class Shelf {
  readonly #options: ShelfOptions;
  readonly #packer: Packer;
  readonly #told = new Set<string>();
  /** Packs that were compiled or could not be are not compiled again. */
  readonly #tried = new Set<string>();
  #used: readonly string[] = [];
  #last: Promise<void> = Promise.resolve();

  constructor(options: ShelfOptions) {
    this.#options = options;
    this.#packer = options.packer;
  }

  /** Looks at the packs and hands on what can be used; what must be compiled first follows when it is. Never rejects. */
  refresh(): Promise<void> {
    this.#last = this.#last
      .then(() => this.#refresh())
      .catch((error: unknown) => this.#tell(error instanceof Error ? error.message : String(error)));
    return this.#last;
  }

  /** Rejects with a Refusal in words. Whoever calls it has the packs looked at again. */
  add(from: string): Promise<Added> {
    return this.#packer.add(from);
  }

  /** Rejects with a Refusal in words. Whoever calls it has the packs looked at again. */
  remove(id: string): Promise<void> {
    return this.#packer.remove(id);
  }

  async #refresh(): Promise<void> {
    const { ready, missing, problems } = this.#parts();
    await this.#use(ready);
    for (const problem of problems) this.#tell(problem);
    const untried = missing.filter((folder) => !this.#tried.has(folder));
    if (untried.length === 0) return;
    for (const folder of untried) this.#tried.add(folder);
    for (const problem of await this.#packer.compile(untried)) this.#tell(problem);
    await this.#use(this.#parts().ready);
  }

  async #use(parts: readonly string[]): Promise<void> {
    if (parts.join("\n") === this.#used.join("\n")) return;
    this.#used = parts;
    await this.#options.use(parts);
  }

  #parts() {
    return partsOf(this.#options.packs(), this.#options.places);
  }

  #tell(problem: string): void {
    if (this.#told.has(problem)) return;
    this.#told.add(problem);
    this.#options.warn(problem);
  }
}
