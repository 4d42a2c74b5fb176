// What an expert says to a request in layout "tasks": streamed, ended when it repeats itself, cut to whole sentences.
import type { Engine, Prompt } from "./engine/engine.ts";
import type { Opening } from "./openings.ts";
import { begun, composeTask, type Manner, type Slots, stopsOfTask } from "./prompt.ts";

export interface Saying {
  /** Names the cached sequence: requests about one document share what they have in common. */
  readonly sequence: string;
  readonly expert: string;
  readonly slots: Slots;
  /** What is asked in place of the layout with its slots filled. */
  readonly prompt?: Prompt;
  /** Most tokens of the reply. */
  readonly maxTokens: number;
  /** How the expert is asked where it is not the embedded model's. */
  readonly manner: Manner | undefined;
  /** What the embedded model's reply begins with, see openings.ts; absent: it begins as it likes. */
  readonly opening?: Opening;
  /** Where a text begins to repeat itself, its length when it does not; absent: as in prose, see `beginsAgain`. */
  readonly again?: (text: string) => number;
}

export interface Said {
  readonly text: string;
  readonly promptTokens: number;
  readonly reusedTokens: number;
  readonly newTokens: number;
  readonly stop: "end" | "stop" | "length" | "cancelled";
}

/**
 * Streams the reply and returns all of it. It is a command: completions go before it.
 * @throws Error in words when the engine fails; being cancelled is no error
 */
export async function* say(
  engine: Engine,
  {
    sequence,
    expert,
    slots,
    maxTokens,
    manner,
    prompt = composeTask(slots, manner),
    opening,
    again = beginsAgain,
  }: Saying,
  signal: AbortSignal,
): AsyncGenerator<string, Said> {
  const enough = new AbortController();
  const held = manner === undefined ? opening : undefined;
  const pieces = engine.generate(
    {
      ...{ sequence, expert, maxTokens },
      ...(held === undefined ? { prompt } : { prompt: begun(prompt, held.text), names: held.words }),
      ...{ stops: stopsOfTask(manner), heal: false, branches: 1, priority: "command" },
    },
    AbortSignal.any([signal, enough.signal]),
  );
  const opened = (text: string) => (text === "" ? "" : (held?.text ?? "") + text);
  for (let text = ""; ; ) {
    const step = await pieces.next();
    if (!step.done) {
      const piece = text === "" ? opened(step.value) : step.value;
      text += piece;
      if (again(text) < text.length) enough.abort();
      else yield piece;
      continue;
    }
    const { continuations, promptTokens, reusedTokens, newTokens } = step.value;
    const [{ text: rest, stop }] = continuations as [(typeof continuations)[0]];
    const whole = opened(rest);
    const repeats = enough.signal.aborted && !signal.aborted;
    const said = whole.slice(0, again(whole));
    return { text: said, ...{ promptTokens, reusedTokens, newTokens }, stop: repeats ? "stop" : stop };
  }
}

/** What two replies have cost together. */
export function together(one: Said, other: Said): Pick<Said, "promptTokens" | "reusedTokens" | "newTokens"> {
  return {
    promptTokens: one.promptTokens + other.promptTokens,
    reusedTokens: one.reusedTokens + other.reusedTokens,
    newTokens: one.newTokens + other.newTokens,
  };
}

/** Runs a stream to its result; `hear` is told what comes before. */
export async function finished<Piece, Result>(
  pieces: AsyncGenerator<Piece, Result>,
  hear: (piece: Piece) => void = () => undefined,
): Promise<Result> {
  for (;;) {
    const step = await pieces.next();
    if (step.done) return step.value;
    hear(step.value);
  }
}

/** Least characters of a repetition: shorter ones are how people write. */
const leastRepeated = 24;

/**
 * Where a text begins to repeat itself: the start of a second copy of its last words; its length when it does not.
 * @param least characters of those words
 */
export function beginsAgain(text: string, least = leastRepeated): number {
  if (text.length < 2 * least) return text.length;
  const tail = text.slice(-least);
  const before = text.lastIndexOf(tail, text.length - least - 1);
  if (before < 0) return text.length;
  // The copy may have begun earlier than its last words.
  let start = text.length - least;
  let first = before;
  while (first > 0 && start > before + least && text[first - 1] === text[start - 1]) {
    first--;
    start--;
  }
  return start;
}

/** As `beginsAgain` for worked lines, which have much in common: where a line stands for the third time. */
export function linesAgain(text: string): number {
  const counts = new Map<string, number>();
  let start = 0;
  for (const line of text.split("\n").slice(0, -1)) {
    const count = (counts.get(line) ?? 0) + 1;
    if (count > 2 && line.trim() !== "") return start;
    counts.set(line, count);
    start += line.length + 1;
  }
  return text.length;
}

/** A text without the sentence that it breaks off in; one that has no whole one ends behind its last word of weight. */
export function wholeSentences(text: string): string {
  const end = /^[\s\S]*[.!?](?=\s|$)/.exec(text.trim());
  if (end) return end[0].trim();
  const cut = text
    .trim()
    .replace(/[\s,;:]+(?:(?:an?|and|as|by|for|from|in|is|of|or|that|the|to|which|with)[\s,;:]*)*$/i, "");
  return cut === "" ? "" : `${cut}.`;
}
