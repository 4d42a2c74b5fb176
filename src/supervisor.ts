// Keeps one server alive: one transition at a time, restarts after crashes with growing pauses, and an end to them.
import { Backoff, memory, pauses } from "./backoff.ts";

export type Phase = "stopped" | "starting" | "running" | "waiting" | "gave up";

/** A server that runs. */
export interface Launched {
  /** Ends it; settles when it has ended, and reports what went wrong itself. */
  stop(): Promise<void>;
}

export interface SupervisorOptions {
  /** Starts a server and settles when it answers; `crashed` may be called at any time, also before that. */
  launch(crashed: (why: string) => void): Promise<Launched>;
  /** Called at every change of phase, with a line for the user. */
  changed(phase: Phase, detail: string): void;
}

/**
 * Starts, restarts and stops servers that `launch` makes. A server is never stopped while it starts: transitions wait
 * for each other. Restarts that are asked for meanwhile become one.
 */
export class Supervisor {
  private readonly options: SupervisorOptions;
  private readonly backoff = new Backoff();
  private current: Launched | undefined;
  /** Grows with every launch and every end, so that late news of an old server is known as such. */
  private generation = 0;
  private timer: NodeJS.Timeout | undefined;
  private last: Promise<void> = Promise.resolve();
  private queued: Promise<void> | undefined;
  private closed = false;

  constructor(options: SupervisorOptions) {
    this.options = options;
  }

  /** Settles when the first attempt has ended, well or not; a failed one is followed by others. */
  start(): Promise<void> {
    return this.enqueue(() => this.launch());
  }

  /** Ends the server and starts a new one; crashes so far are forgotten. */
  restart(): Promise<void> {
    this.queued ??= this.enqueue(async () => {
      this.queued = undefined;
      await this.end();
      this.backoff.forget();
      await this.launch();
    });
    return this.queued;
  }

  /** Ends the server for good. */
  stop(): Promise<void> {
    this.closed = true;
    return this.enqueue(async () => {
      await this.end();
      this.options.changed("stopped", "Coterie has stopped.");
    });
  }

  /** Settles when the transition in progress, if there is one, has ended, well or not. */
  settled(): Promise<void> {
    return this.last;
  }

  private enqueue(transition: () => Promise<void>): Promise<void> {
    const run = this.last.then(transition);
    // Whoever asked for the transition gets the error; the next transition must not be held up by it.
    this.last = run.catch(() => undefined);
    return run;
  }

  private async launch(): Promise<void> {
    if (this.closed) return;
    const generation = ++this.generation;
    this.options.changed("starting", "The language server is starting.");
    try {
      const launched = await this.options.launch((why) => this.crashed(generation, why));
      if (generation !== this.generation) return;
      this.current = launched;
      this.options.changed("running", "The language server is running.");
    } catch (error) {
      this.crashed(generation, error instanceof Error ? error.message : String(error));
    }
  }

  private async end(): Promise<void> {
    clearTimeout(this.timer);
    this.generation++;
    const ending = this.current;
    this.current = undefined;
    await ending?.stop();
  }

  private crashed(generation: number, why: string): void {
    if (generation !== this.generation || this.closed) return;
    const next = ++this.generation;
    this.current = undefined;
    const pause = this.backoff.next(Date.now());
    if (pause === null) {
      const detail = `The language server crashed ${pauses.length + 1} times within ${memory / 60_000} minutes and is not started again: ${why}`;
      this.options.changed("gave up", detail);
      return;
    }
    const when = pause === 0 ? "starts again" : `starts again in ${pause / 1_000} s`;
    this.options.changed("waiting", `The language server crashed and ${when}: ${why}`);
    this.timer = setTimeout(() => {
      this.enqueue(() => (next === this.generation ? this.launch() : Promise.resolve()));
    }, pause);
  }
}
