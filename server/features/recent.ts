// The last answers by all that decided them, so that going back to a place costs nothing.
import { createHash } from "node:crypto";

/** So many answers are kept. */
const most = 100;

export class Recent<T> {
  // A Map iterates in the order of insertion, and `get` inserts again: the first is the one not used for longest.
  readonly #answers = new Map<string, { readonly uri: string; readonly answer: T }>();

  get(key: string): T | undefined {
    const found = this.#answers.get(key);
    if (!found) return undefined;
    this.#answers.delete(key);
    this.#answers.set(key, found);
    return found.answer;
  }

  set(key: string, uri: string, answer: T): void {
    this.#answers.delete(key);
    this.#answers.set(key, { uri, answer });
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > most && oldest !== undefined) this.#answers.delete(oldest);
  }

  /** Something changed that decides all answers. */
  clear(): void {
    this.#answers.clear();
  }

  /** A document changed: what is answered in others may be, since they know its names. Its own text is part of the key. */
  changed(uri: string): void {
    for (const [key, each] of this.#answers) if (each.uri !== uri) this.#answers.delete(key);
  }
}

/** A key of plain values: equal for equal values only. */
export function keyOf(...values: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(values)).digest("base64");
}
