// Edits of texts: what an operation proposes for one file, and putting it in.

/** Replaces [start, end) of a text; offsets count UTF-16 units of the text without its byte order mark. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The beginning of what it takes away, for whoever reads a plan. */
  readonly was?: string | undefined;
}

/** What a step does to one file. Paths are relative to the workspace folder, with "/". */
export interface Change {
  readonly file: string;
  readonly edits: readonly TextEdit[];
  /** Whether the file is made by the step; its text is then that of the one edit. */
  readonly creates: boolean;
}

/**
 * Puts edits into a text. Line endings of what is put in become those of the text.
 * @throws Error when edits overlap or lie outside: they were made for another text.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const eol = eolOf(text);
  let result = "";
  let at = 0;
  for (const edit of inOrder(edits)) {
    if (edit.start < at || edit.end < edit.start || edit.end > text.length) {
      throw new Error("The edits do not fit the text: they overlap, or were made for another version of it.");
    }
    result += text.slice(at, edit.start) + edit.text.replace(/\r?\n/g, eol);
    at = edit.end;
  }
  return result + text.slice(at);
}

/** Sorted, without those that change nothing. */
export function effective(text: string, edits: readonly TextEdit[]): TextEdit[] {
  const eol = eolOf(text);
  return inOrder(edits)
    .map((edit) => ({ ...edit, text: edit.text.replace(/\r?\n/g, eol) }))
    .filter(({ start, end, text: put }) => text.slice(start, end) !== put);
}

/** The line ending that a text uses most. */
export function eolOf(text: string): "\n" | "\r\n" {
  const crlf = text.split("\r\n").length - 1;
  const all = text.split("\n").length - 1;
  return crlf * 2 > all ? "\r\n" : "\n";
}

/**
 * The places where two texts differ, as edits by whole lines: what is common at both ends stays, and between them the
 * longest runs of equal lines that occur once in each.
 */
export function editsBetween(before: string, after: string): TextEdit[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  const edits: TextEdit[] = [];
  const offsets = [0];
  for (const line of a) offsets.push(offsets.at(-1)! + line.length);
  const visit = (a0: number, a1: number, b0: number, b1: number): void => {
    while (a0 < a1 && b0 < b1 && a[a0] === b[b0]) [a0, b0] = [a0 + 1, b0 + 1];
    while (a0 < a1 && b0 < b1 && a[a1 - 1] === b[b1 - 1]) [a1, b1] = [a1 - 1, b1 - 1];
    if (a0 === a1 && b0 === b1) return;
    const pivot = uniquePair(a, a0, a1, b, b0, b1);
    if (pivot === null) {
      edits.push({ start: offsets[a0]!, end: offsets[a1]!, text: b.slice(b0, b1).join("") });
      return;
    }
    visit(a0, pivot[0], b0, pivot[1]);
    visit(pivot[0] + 1, a1, pivot[1] + 1, b1);
  };
  visit(0, a.length, 0, b.length);
  return edits;
}

function inOrder(edits: readonly TextEdit[]): TextEdit[] {
  return [...edits].sort((one, other) => one.start - other.start || one.end - other.end);
}

function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}

/** The first line that stands once in each part, as [place in a, place in b]; null where there is none. */
function uniquePair(
  a: readonly string[],
  a0: number,
  a1: number,
  b: readonly string[],
  b0: number,
  b1: number,
): readonly [number, number] | null {
  const once = (lines: readonly string[], from: number, to: number) => {
    const found = new Map<string, number>();
    for (let i = from; i < to; i++) found.set(lines[i]!, found.has(lines[i]!) ? -1 : i);
    return found;
  };
  const inB = once(b, b0, b1);
  for (const [line, at] of once(a, a0, a1)) {
    const other = inB.get(line);
    if (at >= 0 && other !== undefined && other >= 0 && line.trim() !== "") return [at, other];
  }
  return null;
}
