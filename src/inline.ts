// The model's words as Markdown while they come: backticks mark code, and nothing else means anything.

/** Text that arrives in pieces, with what would be Markdown escaped. */
export class Inline {
  private isCode = false;

  write(piece: string): string {
    const parts = piece.split("`");
    return parts
      .map((part, i) => {
        if (i > 0) this.isCode = !this.isCode;
        // Inside of code a backslash would be seen.
        return this.isCode ? part : part.replace(/[\\*_[\]<>|#]/g, "\\$&");
      })
      .join("`");
  }

  /** What is missing where the text ends. */
  end(): string {
    return this.isCode ? "`" : "";
  }
}
