// Makes the strings that the tokenizer is tested on; tokenizer_digest.py makes the same ones, step by step.
import strings from "./tokenizer_strings.json" with { type: "json" };

/** Yields the test strings in order: code, scripts, digits, blanks, control look-alikes, lone surrogates, mixed. */
export function* testStrings(): Generator<string> {
  const next = mulberry32(strings.seed);
  for (let i = 0; i < strings.count; i++) {
    let text = "";
    for (let left = 1 + (next() % 6); left > 0; left--) text += fragment(next);
    yield text;
  }
}

type Next = () => number;

/** A 32-bit generator; returns integers in [0, 2^32). */
function mulberry32(seed: number): Next {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

function fragment(next: Next): string {
  switch (next() % 14) {
    case 0:
      return pick(strings.words, next);
    case 1:
      return ` ${pick(strings.words, next)}`;
    case 2:
      return pick(strings.code, next);
    case 3:
      return pick(strings.blanks, next).repeat(1 + (next() % 9));
    case 4:
      return pick(strings.blanks, next);
    case 5:
      return pick(strings.controls, next);
    case 6:
      return pick(strings.emoji, next);
    case 7:
      return pick(strings.numerals, next);
    case 8:
      return run(next, 7, () => pick(strings.punctuation, next));
    case 9: {
      const zero = pick(strings.digits, next);
      return run(next, 6, () => String.fromCodePoint(zero + (next() % 10)));
    }
    case 10:
      return within(pick(strings.letters, next), next);
    case 11:
      return ` ${within(pick(strings.letters, next), next)}`;
    case 12:
      return within(pick(strings.others, next), next);
    default:
      return String.fromCharCode(0xd800 + (next() % 0x800));
  }
}

function within(range: readonly number[], next: Next): string {
  const [first, last] = range as readonly [number, number];
  return run(next, 8, () => String.fromCodePoint(first + (next() % (last - first + 1))));
}

function run(next: Next, most: number, make: () => string): string {
  let text = "";
  for (let left = 1 + (next() % most); left > 0; left--) text += make();
  return text;
}

function pick<T>(list: ArrayLike<T>, next: Next): T {
  return list[next() % list.length] as T;
}
