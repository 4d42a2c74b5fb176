// One computation of the model for a place, which goes on while the user types what it writes.
import type { Draft } from "../answer.ts";
import { typedThrough } from "./through.ts";

export class Run {
  readonly uri: string;
  /** The whole document and the cursor's offset that it is computed for. */
  readonly document: string;
  readonly offset: number;
  readonly #cancel = new AbortController();
  #streamed = "";
  #ended = false;
  /** The finished draft; null when it was cancelled. Rejects when the engine fails. */
  readonly done: Promise<Draft | null>;

  /** Begins at once. @param pieces what writes the text, given the signal that ends it */
  constructor(
    { uri, document, offset }: { readonly uri: string; readonly document: string; readonly offset: number },
    pieces: (signal: AbortSignal) => AsyncGenerator<string, Draft>,
  ) {
    this.uri = uri;
    this.document = document;
    this.offset = offset;
    this.done = this.#read(pieces(this.#cancel.signal)).finally(() => {
      this.#ended = true;
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  cancel(): void {
    this.#cancel.abort();
  }

  /** Whether the document is this run's with some of what it has written typed, and the cursor behind that; or as it was. */
  isTyped(uri: string, document: string, offset: number): boolean {
    const { uri: own, document: before, offset: from } = this;
    if (uri === own && document === before && offset === from) return true;
    // One character more, so that what has been written to its end counts too.
    const shown = { uri: own, document: before, offset: from, text: `${this.#streamed}\0` };
    return !this.#cancel.signal.aborted && typedThrough(shown, uri, document, offset) !== null;
  }

  /** What is left of the run's finished text where the user stands now; null when it is another text than was typed. */
  rest(text: string, document: string, offset: number): string | null {
    return typedThrough(
      { uri: this.uri, document: this.document, offset: this.offset, text },
      this.uri,
      document,
      offset,
    );
  }

  async #read(pieces: AsyncGenerator<string, Draft>): Promise<Draft | null> {
    for (;;) {
      const step = await pieces.next();
      if (step.done) return this.#cancel.signal.aborted || step.value.stop === "cancelled" ? null : step.value;
      this.#streamed += step.value;
    }
  }
}
