// The engine as the server sees it: not asked for, loading, there, or failed and why.
import type { Engine } from "./engine/engine.ts";
import type { Status } from "./protocol.ts";

/** Opens the engine once and tells every change of its state. */
export class Power<Opened extends Engine = Engine> {
  readonly #open: (added: readonly string[]) => Promise<Opened>;
  readonly #tell: (status: Status) => void;
  #opening: Promise<void> | null = null;
  #engine: Opened | null = null;
  #why = "the model is not loaded yet";
  #added: readonly string[] = [];
  /** Computations that are under way. */
  #computing = 0;

  /** `open` gets the folders of added experts, and rejects with what failed and what to do about it, in words. */
  constructor(open: (added: readonly string[]) => Promise<Opened>, tell: (status: Status) => void) {
    this.#open = open;
    this.#tell = tell;
  }

  /** The engine, or in words why there is none. */
  get engine(): Opened | string {
    return this.#engine ?? this.#why;
  }

  /** Begins to load; a second call does nothing. Never rejects: what fails is a state. */
  start(): Promise<void> {
    this.#opening ??= this.#load();
    return this.#opening;
  }

  /** Hears of each computation when it begins and when it ends; tells when the first begins and when the last has ended. */
  answering(yes: boolean): void {
    const before = this.#computing > 0;
    this.#computing += yes ? 1 : -1;
    if (this.#engine && before !== this.#computing > 0) this.#tellCrew(this.#engine);
  }

  /** The folders of the added experts' compiled parts from now on; an engine that is there takes them over. */
  async setAdded(folders: readonly string[]): Promise<void> {
    this.#added = folders;
    if (!this.#engine) return;
    await this.#engine.setAdded(folders);
    this.#tellCrew(this.#engine);
  }

  /** Who can be asked has changed. */
  changed(): void {
    if (this.#engine) this.#tellCrew(this.#engine);
  }

  /** A request failed: finds out whether the engine did too. */
  async check(): Promise<void> {
    try {
      await this.#engine?.memory();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** One that is still loading is left to the end of the process: a client waits two seconds for a shutdown. */
  async close(): Promise<void> {
    await this.#engine?.close();
  }

  async #load(): Promise<void> {
    this.#why = "the model is still loading";
    this.#tell({ state: "loading", detail: "Loading the model." });
    try {
      const added = this.#added;
      const engine = await this.#open(added);
      // They may have changed while it was opened.
      if (added !== this.#added) await engine.setAdded(this.#added);
      this.#engine = engine;
      this.#tellCrew(engine);
    } catch (error) {
      this.#fail(error);
    }
  }

  #tellCrew({ experts }: Engine): void {
    const detail = `Experts: ${experts.map(({ id }) => id).join(", ")}.`;
    this.#tell({ state: this.#computing > 0 ? "answering" : "ready", detail });
  }

  #fail(error: unknown): void {
    this.#engine = null;
    const said = error instanceof Error ? error.message : String(error);
    this.#why = `the model cannot be used: ${said}`;
    this.#tell({ state: "failed", detail: said });
  }
}
