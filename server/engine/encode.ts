// From a prompt of typed pieces to token ids, cut for healing and fitted into the context.
import type { Prompt } from "./engine.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** So many tokens after a prompt nearly every request can do with: a line, a block, texts that are scored. */
const mostUsual = 128;

/** Most tokens of a text that is scored; a longer one is scored by its beginning. */
export const scoredLimit = (contextTokens: number): number => Math.min(mostUsual, contextTokens >> 1);

/**
 * Most tokens of a prompt. The same for all requests that can do with it: what is cut differently for a line, a block and a ranking
 * would be read anew for each.
 * @throws Error when so many new tokens leave no room
 */
export function promptLimit(contextTokens: number, maxTokens: number): number {
  const limit = contextTokens - Math.max(maxTokens, scoredLimit(contextTokens));
  if (limit <= 0) throw new Error(`${maxTokens} new tokens do not fit into a context of ${contextTokens}`);
  return limit;
}

export interface EncodedPrompt {
  readonly ids: readonly number[];
  /** The text taken off the end, that decoding must repeat first; "" without healing. */
  readonly typed: string;
}

/**
 * Encodes a prompt; an empty one as the token that a text begins behind, so that there is always one to go on from.
 * @param limit most tokens; of a longer prompt the longest text is shortened. Text that the model goes on from loses its start, a
 *   multiple of `fitStep`, so that the same tokens stay in front, and in the cache, while the user types on.
 * @throws Error when the control tokens and the least of the texts do not fit.
 */
export function encodePrompt(prompt: Prompt, heal: boolean, limit: number, tokenizer: Tokenizer): EncodedPrompt {
  const lists = prompt.map((piece, at) => {
    if (typeof piece !== "string") return [tokenizer.special(piece.special)];
    return at === 0 ? tokenizer.encodeFirst(piece) : tokenizer.encode(piece);
  });
  const last = prompt.at(-1);
  const ending = lists.at(-1);
  let typed = "";
  if (heal && typeof last === "string" && ending !== undefined) {
    typed = tokenizer.decode(ending.splice(healedLength(ending, last, tokenizer)));
  }
  const first = tokenizer.bos === null ? [] : [tokenizer.bos];
  const ids = [...first, ...fitted(lists, limit - first.length, typeof last === "string")];
  return { ids: ids.length > 0 ? ids : [tokenizer.eos], typed };
}

/**
 * The tokens of all pieces, at most `limit` of them. The last text, and any where the prompt ends in a control token (for filling in),
 * loses its start, one in front of others its middle: it begins with who speaks and ends with what is asked.
 */
function fitted(lists: readonly (readonly number[])[], limit: number, endsInText: boolean): readonly number[] {
  const ids = lists.flat();
  const over = ids.length - limit;
  if (over <= 0) return ids;
  const longest = lists.reduce((one, other) => (other.length > one.length ? other : one));
  const goesOn = !endsInText || longest === lists.at(-1);
  const shorter = goesOn ? longest.slice(Math.ceil(over / fitStep) * fitStep) : withoutMiddle(longest, over);
  if (shorter.length === longest.length || (goesOn && over > longest.length)) {
    throw new Error(`the prompt's frame does not fit into ${limit} tokens`);
  }
  return fitted(
    lists.map((each) => (each === longest ? shorter : each)),
    limit,
    endsInText,
  );
}

const fitStep = 128;

/** As few tokens as a text is shortened to in its middle: half of them are its start, half its end. */
const leastAround = 64;

function withoutMiddle(ids: readonly number[], over: number): readonly number[] {
  const half = Math.floor(Math.max(leastAround, ids.length - over) / 2);
  return ids.length <= 2 * half ? ids : [...ids.slice(0, half), ...ids.slice(-half)];
}

/** No healing reaches further back: of a longer run the front stays in the prompt as it is. */
const mostHealedTokens = 8;

/**
 * How many tokens stay when all trailing blanks, or the word that the user may still be typing, are taken off; at least the
 * last token. A half-typed word falls into other tokens than the whole one, so all of it goes. The cut never falls inside a
 * character.
 */
function healedLength(ids: readonly number[], text: string, tokenizer: Tokenizer): number {
  // Looks at the end only: a token has some characters, and the pattern takes quadratic time on a long run of blanks.
  const unsure = /(?:\s+|[\p{L}\p{N}_]+)$/u.exec(text.slice(-128))?.[0] ?? "";
  let bytes = Buffer.byteLength(unsure);
  let kept = ids.length;
  while (kept > 0) {
    const token = tokenizer.bytes(ids[--kept]!);
    bytes -= token.length;
    const enough = bytes <= 0 || kept <= ids.length - mostHealedTokens;
    if (enough && !startsInsideCharacter(token)) break;
  }
  return kept;
}

/** More tokens are not guessed. */
export const mostRetyped = 3;

/**
 * The tokens that decoding is likely to begin with, to repeat what was taken off: those in which it was typed. The last of its blanks
 * belongs to the word that follows, and so to none of them.
 */
export function retyped(typed: string, tokenizer: Pick<Tokenizer, "encode" | "decode">): readonly number[] {
  if (!/\s$/.test(typed)) return tokenizer.encode(typed).slice(0, mostRetyped);
  const followed = tokenizer.encode(`${typed}x`).slice(0, mostRetyped);
  return followed.filter((_, at) => tokenizer.decode(followed.slice(0, at + 1)).length <= typed.length);
}

/** UTF-8 continuation bytes are 10xxxxxx. */
function startsInsideCharacter(bytes: Uint8Array): boolean {
  return bytes.length > 0 && (bytes[0]! & 0xc0) === 0x80;
}
