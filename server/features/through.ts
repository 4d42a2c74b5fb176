// Typed-through completions: while the user types what was suggested, the rest is known without the model.

/** A text that was suggested at an offset of a document. */
export interface Shown {
  readonly uri: string;
  readonly document: string;
  readonly offset: number;
  readonly text: string;
}

/**
 * What is left of the suggestion when the document is that of `shown` with none or some of its text typed at the place it
 * was suggested for, and the cursor behind that; null when something else changed or nothing is left.
 */
export function typedThrough(shown: Shown, uri: string, document: string, offset: number): string | null {
  const typed = offset - shown.offset;
  if (uri !== shown.uri || typed < 0 || typed >= shown.text.length) return null;
  if (document.length !== shown.document.length + typed) return null;
  if (document.slice(shown.offset, offset) !== shown.text.slice(0, typed)) return null;
  // Comparing the long parts comes last: most changes are found out before.
  const same =
    document.slice(0, shown.offset) === shown.document.slice(0, shown.offset) &&
    document.slice(offset) === shown.document.slice(shown.offset);
  return same ? shown.text.slice(typed) : null;
}
