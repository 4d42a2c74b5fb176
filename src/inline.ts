// The model's words as Markdown while they come: backticks mark code, and nothing else means anything.

/** What means something in Markdown. */
const meaning = /[\\*_[\]<>|#]/g;
const escaped = new RegExp(`\\\\(${meaning.source})`, "g");

/** The words that such Markdown was made of. */
export function unescaped(markdown: string): string {
  const words = new Inline((text) => text.replace(escaped, "$1"));
  return words.write(markdown) + words.end();
}

/** Text that arrives in pieces, with what would be Markdown escaped. A block of code between fences stays as it is. */
export class Inline {
  private readonly changed: (words: string) => string;
  /** Backticks at the end of what was written: how many they will be is not known yet. */
  private held = "";
  /** What is open: 0 nothing, 1 code in a line, else a block that as many backticks close. */
  private open = 0;
  /** Whether nothing but blanks stands before on the line. */
  private atStart = true;

  /** @param changed what becomes of words that are no code */
  constructor(changed = (words: string) => words.replace(meaning, "\\$&")) {
    this.changed = changed;
  }

  write(piece: string): string {
    const text = this.held + piece;
    this.held = /`*$/.exec(text)![0];
    return this.read(text.slice(0, text.length - this.held.length));
  }

  /** What is missing where the text ends. */
  end(): string {
    const rest = this.read(this.held);
    this.held = "";
    if (this.open === 0) return rest;
    return rest + (this.open === 1 ? "`" : `\n${"`".repeat(this.open)}`);
  }

  private read(text: string): string {
    return [...text.matchAll(/`+|\n|[^`\n]+/g)].map(([part]) => this.part(part)).join("");
  }

  private part(part: string): string {
    const { open, atStart } = this;
    this.atStart = part === "\n" || (atStart && part.trim() === "");
    if (part === "\n") {
      if (open !== 1) return part;
      // Code in a line ends with it: Markdown would not look for its end behind a blank line.
      this.open = 0;
      return "`\n";
    }
    if (!part.startsWith("`")) return open > 0 ? part : this.changed(part);
    if (open > 1) {
      if (atStart && part.length >= open) this.open = 0;
      return part;
    }
    if (open === 0 && atStart && part.length > 2) {
      this.open = part.length;
      return part;
    }
    // Several in a row count as one: Markdown pairs runs of the same length, and would take what stands between for its own.
    this.open = 1 - open;
    return "`";
  }
}
