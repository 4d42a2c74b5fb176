// Guesses what comes next by looking the last tokens up in what has been read and written before: several tokens are then
// checked in one run, which takes hardly longer than one token (prompt lookup decoding, Saxena 2023; checked as in Leviathan et
// al., arXiv 2211.17192, greedily, so that the text stays the same).

/**
 * A place counts when at least so many tokens before it are those at the end of the text; longer matches win. Documenting a
 * function of 60 lines takes 1.6 tokens a run so, and 1.2 when two tokens have to match.
 */
const shortestMatch = 1;
const longestMatch = 8;

/** Bounds of a guess, tokens. A run over 8 rows costs 1.6 times one over one, over 16 twice. */
const shortestDraft = 1;
const longestDraft = 16;

/**
 * What followed the longest match of the end of `text`, in `text` itself or in one of `others`; of equals the last one in the
 * text. At most `most` tokens, [] when there is no match.
 */
export function lookUp(text: readonly number[], others: readonly (readonly number[])[], most: number): number[] {
  let longest = shortestMatch - 1;
  let found: number[] = [];
  for (const source of [text, ...others]) {
    for (let end = source.length - 1; end >= shortestMatch; end--) {
      const length = matchLength(text, source, end);
      if (length <= longest) continue;
      longest = length;
      found = source.slice(end, end + most);
      if (longest === longestMatch) return found;
    }
  }
  return found;
}

/** How many tokens before `end` in `source` are those at the end of `text`. */
function matchLength(text: readonly number[], source: readonly number[], end: number): number {
  let length = 0;
  while (length < longestMatch && length < end && source[end - 1 - length] === text[text.length - 1 - length]) length++;
  return length;
}

/** Guesses for one branch: longer ones while they come true, shorter ones after one that did not. */
export class Drafts {
  private length = 3;
  private readonly others: readonly (readonly number[])[];

  /** @param others further token sequences to look in, as what was written at this place before. */
  constructor(others: readonly (readonly number[])[]) {
    this.others = others;
  }

  /** What may follow `text`, at most `most` tokens. */
  next(text: readonly number[], most: number): number[] {
    return lookUp(text, this.others, Math.min(this.length, most));
  }

  /** Hears how many tokens of the last guess came true. */
  heard(right: number, guessed: number): void {
    if (guessed === 0) return;
    this.length = Math.min(longestDraft, right === guessed ? 2 * this.length : Math.max(shortestDraft, right + 1));
  }
}
