// Where the lines of a text begin and end. Offsets are UTF-16 units; the end of a line lies before its "\n".

export const lineStart = (text: string, offset: number) => (offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1);

export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
}

/** Where the next line begins; the end of the text where there is none. */
export const lineAfter = (text: string, offset: number) => Math.min(text.length, lineEnd(text, offset) + 1);
