// The last answers and what became of them. No user interface; one event.
import type { Answer } from "../server/protocol.ts";

/** How many answers are kept. */
export const capacity = 200;

/**
 * What became of an answer, as far as the editor tells: it is shown, was accepted, was typed to its end by hand, gave way
 * to a newer answer, was dismissed (other text was typed or the cursor left), or was never shown.
 */
export type Fate = "shown" | "accepted" | "typed" | "overtaken" | "dismissed" | "hidden";

export interface Entry {
  /** Unique in this session; answers' own ids start again with every server. */
  readonly serial: number;
  readonly answer: Answer;
  readonly fate: Fate;
}

interface Place {
  readonly line: number;
  readonly character: number;
}

/** A replacement of [start, end) by text, as the editor reports it. */
export interface Edit {
  readonly start: Place;
  readonly end: Place;
  readonly text: string;
}

/** The answer that a document shows now: what is left to type, and where. */
interface Open {
  readonly serial: number;
  rest: string;
  cursor: Place;
}

export class Ledger {
  private list: Entry[] = [];
  private count = 0;
  private readonly open = new Map<string, Open>();
  private readonly listeners = new Set<() => void>();

  /** Newest first. */
  get entries(): readonly Entry[] {
    return this.list;
  }

  /** The newest answer, or undefined. */
  get latest(): Entry | undefined {
    return this.list[0];
  }

  /** Calls back after every change. */
  onDidChange(listener: () => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  add(answer: Answer): void {
    const serial = ++this.count;
    const shown = answer.hidden === null;
    // Only a completion can be typed or passed by; other answers stand beside the text.
    if (shown && answer.task === "complete") {
      this.settle(answer.uri, "overtaken");
      this.open.set(answer.uri, { serial, rest: lines(answer.text), cursor: answer.position });
    }
    this.list = [{ serial, answer, fate: shown ? ("shown" as const) : ("hidden" as const) }, ...this.list].slice(
      0,
      capacity,
    );
    this.changed();
  }

  /** The user took the answer with this id; the newest one counts. */
  accepted(id: number): void {
    const entry = this.list.find((each) => each.answer.id === id);
    if (!entry) return;
    if (this.open.get(entry.answer.uri)?.serial === entry.serial) this.open.delete(entry.answer.uri);
    this.mark(entry.serial, "accepted");
  }

  /** The text of a document changed. */
  edited(uri: string, edits: readonly Edit[]): void {
    const open = this.open.get(uri);
    if (!open || edits.length === 0) return;
    for (const edit of edits) {
      const text = lines(edit.text);
      const typed = same(edit.start, open.cursor) && same(edit.end, open.cursor) && open.rest.startsWith(text);
      if (!typed) {
        this.settle(uri, "dismissed");
        return;
      }
      open.rest = open.rest.slice(text.length);
      open.cursor = after(open.cursor, text);
    }
    // Accepting is an edit too; the editor says so a moment later and then this mark is corrected.
    if (open.rest === "") this.settle(uri, "typed");
  }

  /** The cursor of a document's editor stands here now. */
  moved(uri: string, cursor: Place): void {
    const open = this.open.get(uri);
    if (open && !same(open.cursor, cursor)) this.settle(uri, "dismissed");
  }

  private settle(uri: string, fate: Fate): void {
    const open = this.open.get(uri);
    if (!open) return;
    this.open.delete(uri);
    this.mark(open.serial, fate);
  }

  private mark(serial: number, fate: Fate): void {
    this.list = this.list.map((each) => (each.serial === serial ? { ...each, fate } : each));
    this.changed();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

function same(one: Place, other: Place): boolean {
  return one.line === other.line && one.character === other.character;
}

/** The same text with plain line ends, so that documents with CRLF compare equal. */
function lines(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

function after(place: Place, text: string): Place {
  const added = text.split("\n");
  const last = added.at(-1)?.length ?? 0;
  return added.length === 1
    ? { line: place.line, character: place.character + last }
    : { line: place.line + added.length - 1, character: last };
}
