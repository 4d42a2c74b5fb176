// Guesses what comes next by looking the last tokens up in what has been read and written before: several tokens are then
// checked in one run, which takes hardly longer than one token (prompt lookup decoding, Saxena 2023; checked as in Leviathan et
// al., arXiv 2211.17192, greedily, so that the text stays the same).

/** A place counts when at least one token before it is that at the end of the text; longer matches win. */
const longestMatch = 8;

/** A longer guess is not made. Tokens. */
const longestDraft = 16;

/** What one more row adds to a run, in runs of one row: at 1,000 tokens of context 8 rows take 1.6 times one, 16 twice. */
const costOfRow = 0.08;

/** How often a token guessed after a match of so many tokens comes true, before any has been tried: seen in documentation. */
const chances = [0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.8, 0.85, 0.9];
/** A chance is never certain, and moves by this share of the way with every token that is tried, but by no more than half at once. */
const highestChance = 0.97;
const learning = 0.2;

/** Ends a text in a list of several. */
const boundary = -1;

export interface Match {
  /** How many tokens before the place are those at the end of the text; 0: there is none. */
  readonly length: number;
  /** What follows there. */
  readonly tokens: readonly number[];
}

/**
 * What followed the longest match of the end of `text`, in `text` itself or in one of `others`; of equals the last one in the
 * text. At most `most` tokens.
 */
export function lookUp(text: readonly number[], others: readonly (readonly number[])[], most: number): Match {
  let length = 0;
  let found: readonly number[] = [];
  for (const source of [text, ...others]) {
    for (let end = source.length - 1; end >= 1 && length < longestMatch; end--) {
      if (source[end] === boundary) continue;
      const own = matchLength(text, source, end);
      if (own <= length) continue;
      length = own;
      found = source.slice(end, end + most);
    }
  }
  const ends = found.indexOf(boundary);
  return { length, tokens: ends < 0 ? found : found.slice(0, ends) };
}

/** How many tokens before `end` in `source` are those at the end of `text`. */
function matchLength(text: readonly number[], source: readonly number[], end: number): number {
  let length = 0;
  while (length < longestMatch && length < end && source[end - 1 - length] === text[text.length - 1 - length]) length++;
  return length;
}

/** Guesses for one branch, each as long as pays by what came of those before. */
export class Drafts {
  private readonly others: readonly (readonly number[])[];
  private readonly chances = [...chances];
  private matched = 0;

  /** @param others further token sequences to look in, as what was written at this place before. */
  constructor(others: readonly (readonly number[])[]) {
    this.others = others;
  }

  /** What may follow `text`, at most `most` tokens. */
  next(text: readonly number[], most: number): readonly number[] {
    const { length, tokens } = lookUp(text, this.others, Math.min(longestDraft, most));
    this.matched = length;
    return tokens.slice(0, bestLength(this.chances[length]!, tokens.length));
  }

  /** Hears how many tokens of the last guess came true. */
  heard(right: number, guessed: number): void {
    if (guessed === 0) return;
    // Behind the first that was wrong none was tried.
    const tried = Math.min(guessed, right + 1);
    const chance = this.chances[this.matched]!;
    const moved = chance + (right / tried - chance) * Math.min(0.5, learning * tried);
    this.chances[this.matched] = Math.min(highestChance, moved);
  }
}

/** The length of a guess with which a run gives the most tokens for its time, when each of them comes true with this chance. */
function bestLength(chance: number, most: number): number {
  let best = 0;
  let rate = 1;
  for (let length = 1, tokens = 1; length <= most; length++) {
    tokens += chance ** length;
    const reached = tokens / (1 + costOfRow * length);
    if (reached <= rate) continue;
    rate = reached;
    best = length;
  }
  return best;
}

/** Most tokens that are kept of what one expert has written. */
const mostKept = 2048;

/** What each expert has written last, anywhere: a small model has its turns of phrase. */
export class History {
  readonly #written = new Map<string, number[]>();

  /** By the key of the expert's part; texts end in a boundary. */
  of(key: string): readonly number[] {
    return this.#written.get(key) ?? [];
  }

  add(key: string, tokens: readonly number[]): void {
    this.#written.set(key, [...this.of(key), ...tokens, boundary].slice(-mostKept));
  }
}
