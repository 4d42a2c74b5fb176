// Which of several texts stands at the cursor: that under which itself and what follows the cursor are likeliest.
import type { Continuation, Engine, GenerateRequest, Generation, Score } from "./engine/engine.ts";
import type { Answer } from "./protocol.ts";

/** A text that may be shown, and the continuation that it was cut from; null for nothing at all. */
export interface Candidate {
  readonly text: string;
  readonly stop: Answer["stop"];
  readonly from: Continuation | null;
}

/**
 * So many characters after the cursor, and the blanks between them, must a candidate make likely, about 8 tokens: what comes behind them is
 * as likely after each. With blanks counted too, of 82 held-out places 16 find 36 and 45 find 35, in half the time; indents then leave
 * too little.
 */
const suffixCharacters = 16;

/** Of a text that begins with long indents no more is looked at. */
const mostFollowing = 96;

/** What a candidate must make likely. */
export function following(suffix: string): string {
  const characters = new RegExp(`^(?:\\s*\\S){0,${suffixCharacters}}`);
  return characters.exec(suffix.slice(0, mostFollowing))![0];
}

/** Most texts that are ranked; each costs some rows of a run of the model. */
const mostRanked = 6;

/** Nothing but what closes: there something is likely to be missing before it. */
const closersOnly = /^[\s)\]}>"'`;:,]*$/;

export interface Contest {
  readonly texts: readonly Candidate[];
  readonly generation: Generation;
  readonly request: GenerateRequest;
  /** What follows the cursor in the document, and on its line. */
  readonly suffix: string;
  readonly after: string;
}

/**
 * Infilling by ranking: the candidates, the best first, ordered by the log-probability of themselves and what follows the cursor.
 * Exact, and needs a model that was never trained to fill in. Where more than closers stand behind the cursor, having nothing
 * before them is a candidate too: only what makes them likelier is put in. Null when cancelled.
 */
export async function rank(
  { texts, generation, request, suffix, after }: Contest,
  engine: Engine,
  signal: AbortSignal,
): Promise<readonly Candidate[] | null> {
  const distinct = texts.filter(({ text }, i) => texts.findIndex((other) => other.text === text) === i);
  const contest = distinct.slice(0, mostRanked);
  if (!closersOnly.test(after) && contest.every(({ text }) => text !== "")) {
    contest.push({ text: "", stop: "nothing", from: null });
  }
  if (contest.length < 2 || suffix.trim() === "" || signal.aborted) return distinct;

  const behind = following(suffix);
  const asked = contest.map(({ text }) => text + behind);
  const scores = await scored(asked, request, generation.shortened, engine, signal);
  if (scores === null) return null;
  // Sorting keeps the order of equals.
  const order = contest.map((_, i) => i).sort((a, b) => scores[b]!.logProbability - scores[a]!.logProbability);
  return order.map((i) => contest[i]!);
}

/** How likely texts are behind the prompt of a request, or its shorter one. Null when cancelled. */
export function scored(
  texts: readonly string[],
  { sequence, expert, heal, priority, prompt, shorter }: GenerateRequest,
  shortened: boolean,
  engine: Engine,
  signal: AbortSignal,
): Promise<readonly Score[] | null> {
  const read = shortened ? shorter! : prompt;
  return engine.score({ sequence, expert, prompt: read, shortened, heal, priority, texts }, signal);
}
