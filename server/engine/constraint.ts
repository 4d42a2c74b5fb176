// What decoding is held to: functions from the tokens so far to the tokens allowed next.
import type { Allowed } from "./sample.ts";
import type { Tokenizer } from "./tokenizer.ts";

export type Constraint = (soFar: readonly number[]) => Allowed;

/** Finds tokens by the bytes they stand for. */
export interface TokenIndex {
  /** Tokens whose bytes are a non-empty prefix of `bytes`, or have `bytes` as prefix. */
  compatible(bytes: string): number[];
  /** Whether any token's bytes begin with `bytes`. */
  any(bytes: string): boolean;
  /** Tokens that stand for exactly `bytes`. */
  exactly(bytes: string): number[];
  /** Tokens whose bytes begin with `bytes`. */
  beginning(bytes: string): number[];
}

/** @param tokenizer control tokens stand for no bytes and are in no answer. */
export function indexTokens(tokenizer: Tokenizer): TokenIndex {
  const spelling = (id: number) => latin1(tokenizer.bytes(id));
  // By bytes and not by spellings: making 49,152 texts would leave 8 MB behind.
  const ids = Uint32Array.from({ length: tokenizer.size }, (_, id) => id)
    .filter((id) => tokenizer.bytes(id).length > 0)
    .sort((one, other) => Buffer.compare(tokenizer.bytes(one), tokenizer.bytes(other)) || one - other);
  /** The tokens from the first one not before `bytes` on, as long as their spelling passes. */
  const from = (bytes: string, passes: (spelling: string) => boolean) => {
    const found: number[] = [];
    for (let i = lowerBound(ids, bytes, spelling); i < ids.length && passes(spelling(ids[i]!)); i++)
      found.push(ids[i]!);
    return found;
  };
  const beginning = (bytes: string) => from(bytes, (own) => own.startsWith(bytes));
  return {
    any(bytes) {
      const id = ids[lowerBound(ids, bytes, spelling)];
      return id !== undefined && spelling(id).startsWith(bytes);
    },
    exactly: (bytes) => from(bytes, (own) => own === bytes),
    beginning,
    compatible(bytes) {
      const found: number[] = [];
      for (let end = 1; end < bytes.length; end++) {
        const prefix = bytes.slice(0, end);
        const id = ids[lowerBound(ids, prefix, spelling)];
        if (id !== undefined && spelling(id) === prefix) found.push(id);
      }
      return [...found, ...beginning(bytes)];
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
    return wanted === "" ? null : index.compatible(wanted.slice(consumed));
  };
}

/** One character a byte, so that strings compare and slice as bytes do. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** The first place in `ids`, sorted by spelling, whose spelling is not before `key`. */
function lowerBound(ids: Uint32Array, key: string, spelling: (id: number) => string): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (spelling(ids[middle]!) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
