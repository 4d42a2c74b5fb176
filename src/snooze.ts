// A pause from completions that ends by itself.

/** Choices, in minutes. */
export const snoozes = [5, 30] as const;

export class Snooze {
  private end: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly listeners = new Set<() => void>();

  /** When it ends, milliseconds since 1970; undefined while there is no pause. */
  get until(): number | undefined {
    return this.end;
  }

  /** Begins a pause, or a new one in place of the old. */
  start(minutes: number): void {
    clearTimeout(this.timer);
    const milliseconds = minutes * 60_000;
    this.end = Date.now() + milliseconds;
    this.timer = setTimeout(() => this.stop(), milliseconds);
    // It keeps no process alive.
    this.timer.unref();
    this.changed();
  }

  /** Ends the pause. */
  stop(): void {
    clearTimeout(this.timer);
    this.end = undefined;
    this.changed();
  }

  /** Calls back when a pause begins or ends. */
  onDidChange(listener: () => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.listeners.clear();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
