// From a prompt of typed pieces to token ids, cut for healing and fitted into the context.
import type { Piece, Prompt } from "./engine.ts";
import type { Tokenizer } from "./tokenizer.ts";

export interface EncodedPrompt {
  readonly ids: readonly number[];
  /** The text taken off the end, that decoding must repeat first; "" without healing. */
  readonly typed: string;
}

/**
 * Encodes a prompt.
 * @param limit most tokens; a longer prompt loses the start of its last text. What goes is a multiple of `fitStep`, so that
 *   the same tokens stay in front, and in the cache, while the user types on.
 * @throws Error when what stands before the last text does not fit by itself.
 */
export function encodePrompt(prompt: Prompt, heal: boolean, limit: number, tokenizer: Tokenizer): EncodedPrompt {
  const ids: number[] = tokenizer.bos === null ? [] : [tokenizer.bos];
  const encode = (piece: Piece, text: string) =>
    piece === prompt[0] ? tokenizer.encodeFirst(text) : tokenizer.encode(text);
  for (const piece of prompt.slice(0, -1)) {
    if (typeof piece === "string") ids.push(...encode(piece, piece));
    else ids.push(tokenizer.special(piece.special));
  }
  const last = prompt.at(-1);
  if (last === undefined) throw new Error("the prompt is empty");
  if (typeof last !== "string") return { ids: infillIds(prompt, limit, tokenizer), typed: "" };

  let body = encode(last, last);
  let typed = "";
  if (heal) {
    const kept = healedLength(body, last, tokenizer);
    typed = tokenizer.decode(body.slice(kept));
    body = body.slice(0, kept);
  }
  const over = ids.length + body.length - limit;
  if (over > 0) {
    if (ids.length >= limit) throw new Error(`the prompt's frame of ${ids.length} tokens does not fit into ${limit}`);
    body = body.slice(Math.ceil(over / fitStep) * fitStep);
  }
  return { ids: [...ids, ...body], typed };
}

/** A prompt that ends in a control token has its last text in front of others: its longest text loses its start. */
function infillIds(prompt: Prompt, limit: number, tokenizer: Tokenizer): readonly number[] {
  const lists = prompt.map((piece, at) => {
    if (typeof piece !== "string") return [tokenizer.special(piece.special)];
    return at === 0 ? tokenizer.encodeFirst(piece) : tokenizer.encode(piece);
  });
  const first = tokenizer.bos === null ? [] : [tokenizer.bos];
  const over = first.length + lists.reduce((sum, { length }) => sum + length, 0) - limit;
  if (over <= 0) return [...first, ...lists.flat()];
  const longest = lists.reduce((one, other) => (other.length > one.length ? other : one));
  if (longest.length < over) throw new Error(`the prompt's frame does not fit into ${limit} tokens`);
  return [
    ...first,
    ...lists.flatMap((ids) => (ids === longest ? ids.slice(Math.ceil(over / fitStep) * fitStep) : ids)),
  ];
}

const fitStep = 128;

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

/** UTF-8 continuation bytes are 10xxxxxx. */
function startsInsideCharacter(bytes: Uint8Array): boolean {
  return bytes.length > 0 && (bytes[0]! & 0xc0) === 0x80;
}
