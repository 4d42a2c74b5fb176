// The model's words as Markdown while they come: backticks mark code, and nothing else means anything.

/** What means something in Markdown. */
const meaning = /[\\*_[\]<>|#]/g;
const escaped = new RegExp(`\\\\(${meaning.source})`, "g");

/** The words that such Markdown was made of. */
export function unescaped(markdown: string): string {
  const parts = markdown.split("`");
  // Every other one stands between backticks.
  return parts.map((part, i) => (i % 2 === 1 ? part : part.replace(escaped, "$1"))).join("`");
}

/** Text that arrives in pieces, with what would be Markdown escaped. */
export class Inline {
  private isCode = false;

  write(piece: string): string {
    const parts = piece.split("`");
    return parts
      .map((part, i) => {
        if (i > 0) this.isCode = !this.isCode;
        // Inside of code a backslash would be seen.
        return this.isCode ? part : part.replace(meaning, "\\$&");
      })
      .join("`");
  }

  /** What is missing where the text ends. */
  end(): string {
    return this.isCode ? "`" : "";
  }
}
