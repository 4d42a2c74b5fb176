// What decoding is held to: functions from the tokens so far to the tokens allowed next, null where any is.
import type { Allowed } from "./sample.ts";
import type { Tokenizer } from "./tokenizer.ts";

export type Constraint = (soFar: readonly number[]) => Allowed | null;

/** Finds tokens by the bytes they stand for. */
export interface TokenIndex {
  /** Tokens whose bytes are a non-empty prefix of `bytes`, or have `bytes` as prefix. */
  compatible(bytes: string): Uint32Array;
  /** Whether any token's bytes begin with `bytes`. */
  any(bytes: string): boolean;
  /** Tokens that stand for exactly `bytes`. */
  exactly(bytes: string): Uint32Array;
  /** Tokens whose bytes begin with `bytes`. */
  beginning(bytes: string): Uint32Array;
}

/** @param tokenizer control tokens stand for no bytes and are in no answer. */
export function indexTokens(tokenizer: Tokenizer): TokenIndex {
  const spelling = (id: number) => latin1(tokenizer.bytes(id));
  // By bytes and not by spellings: making 49,152 texts would leave 8 MB behind.
  const ids = Uint32Array.from({ length: tokenizer.size }, (_, id) => id)
    .filter((id) => tokenizer.bytes(id).length > 0)
    .sort((one, other) => Buffer.compare(tokenizer.bytes(one), tokenizer.bytes(other)) || one - other);
  const first = (bytes: string) => lowerBound(ids, (id) => spelling(id) < bytes);
  /** They stand beside each other. */
  const beginning = (bytes: string) => {
    const end = lowerBound(ids, (id) => spelling(id).slice(0, bytes.length) <= bytes);
    return ids.subarray(first(bytes), end);
  };
  /** Those that are no longer come first. */
  const exactly = (bytes: string) => {
    const all = beginning(bytes);
    return all.subarray(
      0,
      lowerBound(all, (id) => tokenizer.bytes(id).length <= bytes.length),
    );
  };
  return {
    any(bytes) {
      const id = ids[first(bytes)];
      return id !== undefined && spelling(id).startsWith(bytes);
    },
    exactly,
    beginning,
    compatible(bytes) {
      const shorter = Array.from({ length: bytes.length - 1 }, (_, i) => exactly(bytes.slice(0, i + 1))[0] ?? []);
      return Uint32Array.from([...shorter.flat(), ...beginning(bytes)]);
    },
  };
}

/**
 * Holds decoding to `typed` until it is consumed; the token that completes it may go beyond it. Undoes the harm of a prompt
 * that ends in the middle of a token (token healing).
 */
export function healing(typed: Uint8Array, tokenizer: Tokenizer, index: TokenIndex): Constraint {
  const wanted = latin1(typed);
  return (soFar) => {
    let consumed = 0;
    for (const id of soFar) {
      consumed += tokenizer.bytes(id).length;
      if (consumed >= wanted.length) return null;
    }
    return wanted === "" ? null : { among: index.compatible(wanted.slice(consumed)), isBarred: null };
  };
}

/**
 * Holds the text behind `typed` to what does not begin with one of `marks`, blanks before it put aside; else as `constraint` does. A mark may
 * come in several tokens, as " /" and "**" do: the text is held until it can become none any more.
 */
export function avoiding(
  constraint: Constraint,
  typed: Uint8Array,
  marks: readonly string[],
  tokenizer: Tokenizer,
): Constraint {
  const bytes = marks.map((mark) => latin1(Buffer.from(mark)));
  return (soFar) => {
    const allowed = constraint(soFar);
    const written = latin1(Buffer.concat(soFar.map((id) => tokenizer.bytes(id))));
    const begun = written.slice(typed.length).trimStart();
    if (!bytes.some((mark) => mark.startsWith(begun) && mark !== begun)) return allowed;
    const missing = Math.max(0, typed.length - written.length);
    const isMark = (id: number) => beginsWith(begun + latin1(tokenizer.bytes(id)).slice(missing), bytes);
    const isBarred = (id: number) => allowed?.isBarred?.(id) || isMark(id);
    return { among: allowed?.among ?? null, isBarred };
  };
}

const beginsWith = (text: string, marks: readonly string[]): boolean => {
  const trimmed = text.trimStart();
  return marks.some((mark) => trimmed.startsWith(mark));
};

/** One character a byte, so that strings compare and slice as bytes do. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** The first place in sorted `ids` that is not before what is looked for. */
function lowerBound(ids: Uint32Array, isBefore: (id: number) => boolean): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(ids[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
