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
  private last = "";

  /** Several backticks in a row count as one: Markdown would pair them otherwise, and take what stands between for itself. */
  write(piece: string): string {
    const once = (this.last + piece).replace(/`+/g, "`").slice(this.last.length);
    if (piece !== "") this.last = piece.endsWith("`") ? "`" : "";
    const parts = once.split("`");
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
