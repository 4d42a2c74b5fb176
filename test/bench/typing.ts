// Simulated typing: a line is typed key by key, and what is offered is taken where it is what was written. Pure.

/** What typing one text took. */
export interface Typed {
  /** Characters of the text. */
  readonly characters: number;
  /** Keys, one of them for each suggestion that was taken. */
  readonly keys: number;
  /** Suggestions that were offered, and how many of them were taken. */
  readonly offered: number;
  readonly taken: number;
}

/**
 * Types a text. A suggestion of more than one character is taken when what is still to be written begins with all of it.
 * @param offer what is offered when the first `typed` characters stand there; null: nothing
 */
export async function typeAll(text: string, offer: (typed: number) => Promise<string | null>): Promise<Typed> {
  let [at, keys, offered, taken] = [0, 0, 0, 0];
  while (at < text.length) {
    const suggested = (await offer(at))?.trimEnd() ?? "";
    const rest = text.slice(at);
    if (suggested !== "") offered++;
    const fits = suggested.length > 1 && rest.startsWith(suggested);
    if (fits) taken++;
    at += fits ? suggested.length : 1;
    keys++;
  }
  return { characters: text.length, keys, offered, taken };
}

/** Of 100 characters so many were not typed; null of nothing. */
export function savedPer100(lines: readonly Typed[]): number | null {
  const sum = (figure: keyof Typed) => lines.reduce((total, line) => total + line[figure], 0);
  return sum("characters") === 0 ? null : (100 * (sum("characters") - sum("keys"))) / sum("characters");
}
