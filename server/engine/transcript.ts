// The text of a branch as it grows: healing taken off its front, stops looked for, nothing shown that may yet be taken back.
import type { Decoder } from "./tokenizer.ts";

export class Transcript {
  private readonly decoder: Decoder;
  private readonly stops: readonly string[];
  /** Characters at the front that the user had typed already. */
  private readonly typed: number;
  /** All text so far, what was typed included. */
  private raw = "";
  /** Where a stop begins, in `raw`. */
  private end: number | null = null;
  private shown: number;

  constructor(decoder: Decoder, typed: string, stops: readonly string[]) {
    this.decoder = decoder;
    this.typed = typed.length;
    this.stops = stops;
    this.shown = this.typed;
  }

  /** Adds a token. @returns what it adds to the text, and whether a stop has appeared. */
  push(token: number): { text: string; stopped: boolean } {
    const before = this.raw.length;
    this.raw += this.decoder.push(token);
    // A stop may begin in earlier tokens, but not before the text itself.
    const longest = Math.max(0, ...this.stops.map((stop) => stop.length));
    const from = Math.max(this.typed, before - longest + 1);
    for (const stop of this.stops) {
      const at = this.raw.indexOf(stop, from);
      if (at >= 0) this.end = Math.min(at, this.end ?? at);
    }
    return { text: this.raw.slice(Math.max(before, this.typed), this.end ?? undefined), stopped: this.end !== null };
  }

  /** Text that has become certain since the last call: no stop can begin in it any more. */
  settled(): string {
    const certain = this.end ?? this.raw.length - this.possibleStop();
    if (certain <= this.shown) return "";
    const text = this.raw.slice(this.shown, certain);
    this.shown = certain;
    return text;
  }

  /** The whole text, incomplete characters as U+FFFD. */
  finish(): string {
    if (this.end === null) this.raw += this.decoder.flush();
    return this.raw.slice(this.typed, this.end ?? undefined);
  }

  /** Length of the longest end of the text that is the beginning of a stop. */
  private possibleStop(): number {
    for (let length = Math.max(0, ...this.stops.map((stop) => stop.length - 1)); length > 0; length--) {
      const tail = this.raw.slice(-length);
      if (tail.length === length && this.stops.some((stop) => stop.startsWith(tail))) return length;
    }
    return 0;
  }
}
