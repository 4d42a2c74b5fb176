// Does something that can wait once nothing has happened for a while.

export class WhenIdle {
  private readonly quiet: number;
  private readonly act: () => void;
  private timer: NodeJS.Timeout | undefined;
  private wanted = false;
  private busy = false;

  /** `act` is called once for all that ask, after `quiet` milliseconds in which nothing stirs. */
  constructor(quiet: number, act: () => void) {
    this.quiet = quiet;
    this.act = act;
  }

  ask(): void {
    this.wanted = true;
    this.wait();
  }

  /** Something happens; with `busy` it goes on until the next call without. */
  stir(busy: boolean): void {
    this.busy = busy;
    this.wait();
  }

  /** It is no longer wanted. */
  forget(): void {
    this.wanted = this.busy = false;
    clearTimeout(this.timer);
  }

  dispose(): void {
    this.forget();
  }

  private wait(): void {
    clearTimeout(this.timer);
    if (!this.wanted || this.busy) return;
    this.timer = setTimeout(() => {
      this.wanted = false;
      this.act();
    }, this.quiet);
  }
}
