// Guesses what comes next by looking the last tokens up in what has been read and written before: several tokens are then
// checked in one run, which takes little longer than one token (prompt lookup decoding, Saxena 2023; checked as in Leviathan et
// al., arXiv 2211.17192, greedily, so that the text stays the same). How often a guess of a kind came true is counted, and a
// guess is as long as pays by that and by what a row costs on this machine.

/** A place counts when at least one token before it is that at the end of the text; longer matches win. */
const longestMatch = 8;

/** A longer draft is not made. Tokens. */
export const longestDraft = 16;

/** Ends a text in a list of several. */
const boundary = -1;

/** Of the places with the longest match: whether there is one only, and else how many of them go on in the same way. */
type Agreement = "one" | "all" | "most" | "few";

/** By what a guess is trusted: how its places agree, whether the model wrote there itself, and how long the match is. */
type Kind = `${Agreement} ${"read" | "written"} ${"1" | "2-3" | "4-7" | "8"}`;

export interface Guess {
  readonly token: number;
  readonly kind: Kind;
}

/**
 * What follows most often where the longest match of the end of `text` is, in `text` itself or in one of `others`; of equals the
 * last one in the text. Null when its last token was never seen before.
 * @param read how many tokens of the text the model did not write
 */
export function lookUp(text: readonly number[], read: number, others: readonly (readonly number[])[]): Guess | null {
  let length = 0;
  let places = 0;
  const following = new Map<number, { times: number; readonly written: boolean }>();
  for (const source of [text, ...others]) {
    for (let end = source.length - 1; end >= 1; end--) {
      const token = source[end]!;
      if (token === boundary || source[end - 1] !== text[text.length - 1]) continue;
      const own = matchLength(text, source, end);
      if (own < length) continue;
      if (own > length) {
        length = own;
        places = 0;
        following.clear();
      }
      places++;
      const seen = following.get(token);
      if (seen) seen.times++;
      else following.set(token, { times: 1, written: source !== text || end >= read });
    }
  }
  // Sorting keeps the order of equals.
  const [most] = [...following].sort(([, a], [, b]) => b.times - a.times);
  if (most === undefined) return null;
  const [token, { times, written }] = most;
  const agreement = places === 1 ? "one" : times === places ? "all" : 2 * times > places ? "most" : "few";
  const matched = length === 1 ? "1" : length < 4 ? "2-3" : length < longestMatch ? "4-7" : "8";
  return { token, kind: `${agreement} ${written ? "written" : "read"} ${matched}` };
}

/** How many tokens before `end` in `source` are those at the end of `text`. */
function matchLength(text: readonly number[], source: readonly number[], end: number): number {
  let length = 0;
  while (length < longestMatch && length < end && source[end - 1 - length] === text[text.length - 1 - length]) length++;
  return length;
}

/** How often guesses come true before any has been tried, as seen in documentation and code that was written again. */
const expected: Readonly<Record<Agreement, { readonly read: number; readonly written: number }>> = {
  few: { read: 0.1, written: 0.25 },
  most: { read: 0.2, written: 0.8 },
  one: { read: 0.5, written: 0.7 },
  all: { read: 0.6, written: 0.95 },
};
/** What is expected counts as so many trials; of older trials so many count. */
const trialsExpected = 4;
const trialsKept = 30;
/** Nothing is certain. */
const highestChance = 0.98;

/** How often guesses of each kind came true. */
export class Odds {
  readonly #seen = new Map<Kind, { readonly right: number; readonly trials: number }>();

  chance(kind: Kind): number {
    const { right, trials } = this.#seen.get(kind) ?? none;
    const [agreement, where] = kind.split(" ") as [Agreement, "read" | "written"];
    return Math.min(highestChance, (expected[agreement][where] * trialsExpected + right) / (trialsExpected + trials));
  }

  heard(kind: Kind, cameTrue: boolean): void {
    const { right, trials } = this.#seen.get(kind) ?? none;
    const kept = Math.min(1, trialsKept / (trials + 1));
    this.#seen.set(kind, { right: (right + Number(cameTrue)) * kept, trials: (trials + 1) * kept });
  }
}

const none = { right: 0, trials: 0 };

/** Drafts for one branch. */
export class Drafts {
  private readonly read: number;
  private readonly others: readonly (readonly number[])[];
  private readonly odds: Odds;
  private readonly ends: (token: number) => boolean;
  /** What was guessed last, and the guess behind it that did not pay or ends the text. */
  private guesses: readonly Guess[] = [];

  /**
   * @param read how many tokens of the text the model did not write
   * @param others further token sequences to look in, as what was written at this place before
   * @param odds of the expert that writes; they learn what comes of the drafts
   * @param ends whether the text ends with a token: what follows it is not asked
   */
  constructor(
    read: number,
    others: readonly (readonly number[])[],
    odds: Odds,
    ends: (token: number) => boolean = () => false,
  ) {
    this.read = read;
    this.others = others;
    this.odds = odds;
    this.ends = ends;
  }

  /**
   * What may follow `text`, at most `most` tokens: as long as each of them gives a run more tokens for its time.
   * @param costOfRow what one more row adds to a run, in runs of one row
   */
  next(text: readonly number[], most: number, costOfRow: number): readonly number[] {
    const longer = [...text];
    const guesses: Guess[] = [];
    let chance = 1;
    let tokens = 1;
    let length = 0;
    while (length < Math.min(most, longestDraft)) {
      const guess = lookUp(longer, this.read, this.others);
      if (guess === null) break;
      guesses.push(guess);
      if (this.ends(guess.token)) break;
      chance *= this.odds.chance(guess.kind);
      if ((tokens + chance) / (1 + costOfRow * (length + 1)) <= tokens / (1 + costOfRow * length)) break;
      tokens += chance;
      length++;
      longer.push(guess.token);
    }
    this.guesses = guesses;
    return longer.slice(text.length);
  }

  /** Hears how many tokens of the last draft came true, and which one came behind them. */
  heard(right: number, token: number): void {
    for (const { kind } of this.guesses.slice(0, right)) this.odds.heard(kind, true);
    const next = this.guesses[right];
    if (next !== undefined) this.odds.heard(next.kind, next.token === token);
  }
}

/** Most tokens that are kept of what one expert has written. */
const mostKept = 2048;

/** What an expert has written last, anywhere, and how it could be guessed: a small model has its turns of phrase. */
export class History {
  readonly #written = new Map<string, number[]>();
  readonly #odds = new Map<string, Odds>();

  /** By the key of the expert's part; texts end in a boundary. */
  of(key: string): readonly number[] {
    return this.#written.get(key) ?? [];
  }

  odds(key: string): Odds {
    let odds = this.#odds.get(key);
    if (odds === undefined) {
      odds = new Odds();
      this.#odds.set(key, odds);
    }
    return odds;
  }

  add(key: string, tokens: readonly number[]): void {
    this.#written.set(key, [...this.of(key), ...tokens, boundary].slice(-mostKept));
  }
}
