// The engine as the server sees it: not asked for, loading, there, or failed and why.
import type { Engine } from "./engine/engine.ts";
import type { Status } from "./protocol.ts";

/** Opens the engine once and tells every change of its state. */
export class Power {
  readonly #open: () => Promise<Engine>;
  readonly #tell: (status: Status) => void;
  #opening: Promise<void> | null = null;
  #engine: Engine | null = null;
  #why = "the model is not loaded yet";

  /** `open` rejects with what failed and what to do about it, in words. */
  constructor(open: () => Promise<Engine>, tell: (status: Status) => void) {
    this.#open = open;
    this.#tell = tell;
  }

  /** The engine, or in words why there is none. */
  get engine(): Engine | string {
    return this.#engine ?? this.#why;
  }

  /** Begins to load; a second call does nothing. Never rejects: what fails is a state. */
  start(): Promise<void> {
    this.#opening ??= this.#load();
    return this.#opening;
  }

  /** Hears when the engine begins to compute and when it rests. */
  answering(yes: boolean): void {
    if (this.#engine) this.#tell({ state: yes ? "answering" : "ready", detail: this.#crew(this.#engine) });
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
      this.#engine = await this.#open();
      this.#tell({ state: "ready", detail: this.#crew(this.#engine) });
    } catch (error) {
      this.#fail(error);
    }
  }

  #crew(engine: Engine): string {
    return `Experts: ${engine.experts.map(({ id }) => id).join(", ")}.`;
  }

  #fail(error: unknown): void {
    this.#engine = null;
    const said = error instanceof Error ? error.message : String(error);
    this.#why = `the model cannot be used: ${said}`;
    this.#tell({ state: "failed", detail: said });
  }
}
