// Tells where the cursor has come to rest, once each time: what is likely to be asked there can be read ahead.

interface Place {
  readonly line: number;
  readonly character: number;
}

export class CursorRest {
  private readonly quiet: number;
  private readonly tell: (uri: string, position: Place) => void;
  private timer: NodeJS.Timeout | undefined;
  private last = "";

  /** `tell` hears of a place where the cursor has not moved, and nothing was typed, for `quiet` milliseconds. */
  constructor(quiet: number, tell: (uri: string, position: Place) => void) {
    this.quiet = quiet;
    this.tell = tell;
  }

  /** The cursor stands here now, in this version of the document. */
  moved(uri: string, version: number, { line, character }: Place): void {
    const place = JSON.stringify([uri, version, line, character]);
    if (place === this.last) return;
    this.last = place;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell(uri, { line, character }), this.quiet);
  }

  /** Whoever was told is another one now: a place counts again. */
  forget(): void {
    this.last = "";
    clearTimeout(this.timer);
  }

  dispose(): void {
    this.forget();
  }
}
