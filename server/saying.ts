// What an expert says to a request in layout "tasks": streamed, ended when it repeats itself, cut to whole sentences.
import type { Engine } from "./engine/engine.ts";
import { composeTask, type Manner, type Slots, stopsOfTask } from "./prompt.ts";

export interface Saying {
  /** Names the cached sequence: requests about one document share what they have in common. */
  readonly sequence: string;
  readonly expert: string;
  readonly slots: Slots;
  /** Most tokens of the reply. */
  readonly maxTokens: number;
  /** How the expert is asked where it is not the embedded model's. */
  readonly manner: Manner | undefined;
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
  { sequence, expert, slots, maxTokens, manner, again = beginsAgain }: Saying,
  signal: AbortSignal,
): AsyncGenerator<string, Said> {
  const enough = new AbortController();
  const pieces = engine.generate(
    {
      ...{ sequence, expert, maxTokens },
      ...{ prompt: composeTask(slots, manner), stops: stopsOfTask(manner) },
      ...{ heal: false, branches: 1, priority: "command" },
    },
    AbortSignal.any([signal, enough.signal]),
  );
  for (let text = ""; ; ) {
    const step = await pieces.next();
    if (!step.done) {
      text += step.value;
      if (again(text) < text.length) enough.abort();
      else yield step.value;
      continue;
    }
    const { continuations, promptTokens, reusedTokens, newTokens } = step.value;
    const [{ text: whole, stop }] = continuations as [(typeof continuations)[0]];
    const repeats = enough.signal.aborted && !signal.aborted;
    const said = whole.slice(0, again(whole));
    return { text: said, ...{ promptTokens, reusedTokens, newTokens }, stop: repeats ? "stop" : stop };
  }
}

/** Runs a stream for its result alone. */
export async function finished<Result>(pieces: AsyncGenerator<unknown, Result>): Promise<Result> {
  for (;;) {
    const step = await pieces.next();
    if (step.done) return step.value;
  }
}

/** Least characters of a repetition: shorter ones are how people write. */
const leastRepeated = 24;

/** Where a text begins to repeat itself: the start of a second copy of its last words; its length when it does not. */
export function beginsAgain(text: string): number {
  if (text.length < 2 * leastRepeated) return text.length;
  const tail = text.slice(-leastRepeated);
  const before = text.lastIndexOf(tail, text.length - leastRepeated - 1);
  if (before < 0) return text.length;
  // The copy may have begun earlier than its last words.
  let start = text.length - leastRepeated;
  let first = before;
  while (first > 0 && start > before + leastRepeated && text[first - 1] === text[start - 1]) {
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

/** A text without the sentence that it breaks off in; all of it when it has no whole one. */
export function wholeSentences(text: string): string {
  const end = /^[\s\S]*[.!?](?=\s|$)/.exec(text.trim());
  return (end?.[0] ?? text).trim();
}
