// A recorded stretch of editing, and how it is played: what was opened, moved to, typed, deleted, and where completions were asked for.
import { readFileSync } from "node:fs";
import { join } from "node:path";

type Place = readonly [line: number, character: number];

/** One thing that the user does. A file is that which was opened or returned to last. */
export type Event =
  | { readonly open: string }
  /** The cursor rests. */
  | { readonly rest: Place }
  /** Typed key by key. */
  | { readonly type: Place; readonly text: string }
  /** So many characters before the place, one by one. */
  | { readonly back: Place; readonly count: number }
  /** Whole lines. */
  | { readonly cut: number; readonly lines: number }
  /** A completion. `cold`: the file has just been opened. */
  | { readonly ask: Place; readonly cold: boolean };

export interface Trace {
  /** What it was recorded from. */
  readonly commits: readonly string[];
  /** Texts before it, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly events: readonly Event[];
}

export const recorded = (): Trace => JSON.parse(readFileSync(join(import.meta.dirname, "edits.json"), "utf8"));

export interface Position {
  readonly line: number;
  readonly character: number;
}

/** An editor in which a trace is played. */
export interface Player {
  open(path: string, text: string): Promise<void>;
  rest(path: string, position: Position): Promise<void>;
  edit(path: string, range: { readonly start: Position; readonly end: Position }, text: string): Promise<void>;
  ask(path: string, position: Position, cold: boolean): Promise<void>;
}

/** @param keys most of what is typed or deleted in one go that is done key by key, the last ones; what comes before is one edit */
export async function play({ files, events }: Trace, player: Player, keys = Number.POSITIVE_INFINITY): Promise<void> {
  const opened = new Set<string>();
  let path = "";
  const at = ([line, character]: Place): Position => ({ line, character });
  for (const event of events) {
    if ("open" in event) {
      path = event.open;
      if (!opened.has(path)) await player.open(path, files[path]!);
      opened.add(path);
    } else if ("rest" in event) await player.rest(path, at(event.rest));
    else if ("ask" in event) await player.ask(path, at(event.ask), event.cold);
    else if ("cut" in event) {
      await player.edit(path, { start: at([event.cut, 0]), end: at([event.cut + event.lines, 0]) }, "");
    } else if ("back" in event) {
      const [line, character] = event.back;
      const together = Math.max(0, event.count - keys);
      if (together > 0) {
        await player.edit(path, { start: at([line, character - together]), end: at([line, character]) }, "");
      }
      for (let end = character - together; end > character - event.count; end--) {
        await player.edit(path, { start: at([line, end - 1]), end: at([line, end]) }, "");
      }
    } else {
      let [line, character] = event.type;
      const together = event.text.slice(0, Math.max(0, event.text.length - keys));
      for (const key of [together, ...event.text.slice(together.length)]) {
        if (key === "") continue;
        const place = at([line, character]);
        await player.edit(path, { start: place, end: place }, key);
        if (key === "\n") [line, character] = [line + 1, 0];
        else character += key.length;
      }
    }
  }
}
