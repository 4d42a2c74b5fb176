// Text to token ids and back, from the vocabulary that the model file brings.
import { Tokenizer as Library } from "@huggingface/tokenizers";
import type { TokenizerFile } from "../model/manifest.ts";
import { Merges } from "./merges.ts";
import { openSplit, type Split } from "./splits.ts";

/** Text from tokens that come one by one. */
export interface Decoder {
  /** @returns the text that is certain now; the bytes of an incomplete character wait for the next token. */
  push(id: number): string;
  /** @returns what still waits, as U+FFFD. */
  flush(): string;
}

export interface Tokenizer {
  /** Tokens of the vocabulary, control tokens included. */
  readonly size: number;
  readonly eos: number;
  /** The token that a prompt begins with, or null. */
  readonly bos: number | null;
  /** Names of the control tokens. */
  readonly specials: readonly string[];
  /** Ids of a text that begins a prompt: some tokenizers put a blank before it. */
  encodeFirst(text: string): number[];
  /**
   * Ids of a text. Never a control token: what looks like one is encoded as plain characters. Lone surrogates become
   * U+FFFD. A byte that the vocabulary lacks (the embedded one lacks 04, 06, 13, 14, 16, 1D, F1 and F2) is left out, as in
   * the tokenizer that the model was trained with.
   */
  encode(text: string): number[];
  /** @throws Error when there is no control token of this name. */
  special(name: string): number;
  /** The bytes that a token stands for; none for a control token. @throws RangeError when there is no such id. */
  bytes(id: number): Uint8Array;
  decoder(): Decoder;
  /** Text of tokens; bytes that are no UTF-8 become U+FFFD. */
  decode(ids: readonly number[]): string;
}

/**
 * Makes a tokenizer.
 * @throws Error when the file's way of splitting is unknown or its ids do not fit together.
 */
export function openTokenizer(file: TokenizerFile): Tokenizer {
  const size = file.vocabulary.length;
  for (const [name, id] of [["end", file.eos] as const, ["first", file.bos ?? 0] as const]) {
    if (!(id >= 0 && id < size)) throw new Error(`the ${name} token ${id} is not in a vocabulary of ${size}`);
  }
  const { special, plain } = sorted(file);
  const encodePiece = openMerges(plain, file) ?? openLibrary(plain, file);
  const encode = pieceByPiece(openSplit(splitOf(file)), encodePiece);
  const { vocabulary: _, merges: __, ...text } = file;
  return forTexts(text, encode, spelled(file), special);
}

// In a function of its own, so that nothing here holds the file: its 98,000 texts would take 6 MB for as long as the engine runs.
function forTexts(
  { alphabet, compose, blankFirst, special: specials, eos, bos }: Omit<TokenizerFile, "vocabulary" | "merges">,
  encodePieces: (text: string) => number[],
  { all, starts }: Spelled,
  special: ReadonlyMap<string, number>,
): Tokenizer {
  const size = starts.length - 1;
  const bytes = (id: number): Uint8Array => {
    if (!(id >= 0 && id < size)) throw new RangeError(`there is no token ${id} in a vocabulary of ${size}`);
    return all.subarray(starts[id], starts[id + 1]);
  };
  const spaced = alphabet === "sentencepiece";
  const encode = (text: string): number[] => {
    const whole = text.toWellFormed();
    const composed = compose ? whole.normalize("NFC") : whole;
    return encodePieces(spaced ? composed.replaceAll(" ", BLANK) : composed);
  };
  return {
    size,
    eos,
    bos: bos ?? null,
    specials,
    encode,
    encodeFirst(text) {
      const blank = text !== "" && (blankFirst === "always" || (blankFirst === "missing" && !/^[ \u2581]/.test(text)));
      return encode(blank ? ` ${text}` : text);
    },
    special(name) {
      const id = special.get(name);
      if (id === undefined) throw new Error(`the model has no control token ${name}`);
      return id;
    },
    bytes,
    decoder: () => openDecoder(bytes),
    decode(ids) {
      const decoder = openDecoder(bytes);
      return ids.map((id) => decoder.push(id)).join("") + decoder.flush();
    },
  };
}

/** SentencePiece's mark of a blank. */
const BLANK = "\u2581";

/** SentencePiece merges across a whole text; where no token goes on from a word to a blank, words can be split off and kept. */
function splitOf({ alphabet, split, vocabulary }: TokenizerFile): readonly string[] {
  if (alphabet === "bytes") return split;
  return vocabulary.some((token) => /[^\u2581]\u2581/.test(token)) ? [] : ["blanks"];
}

/** Ids of control tokens and of all others. */
function sorted(file: TokenizerFile): { special: Map<string, number>; plain: Map<string, number> } {
  const names = new Set(file.special);
  const special = new Map<string, number>();
  // Control tokens are kept from the library altogether: nothing in a text can become one.
  const plain = new Map<string, number>();
  file.vocabulary.forEach((token, id) => {
    if (names.has(token)) special.set(token, id);
    else plain.set(token, id);
  });
  return { special, plain };
}

type EncodePiece = (piece: string) => number[];

/** By tables of our own, where the vocabulary is in bytes; null where it is not, or where its merges lack tokens. */
function openMerges(plain: ReadonlyMap<string, number>, file: TokenizerFile): EncodePiece | null {
  const merges = file.alphabet === "bytes" ? Merges.of(file.merges, plain) : null;
  if (merges === null) return null;
  const ofByte = new Int32Array(256).fill(-1);
  for (const [character, byte] of byteOfCharacter()) ofByte[byte] = plain.get(character) ?? -1;
  const merged = merging(merges, ofByte);
  return file.wholeWords ? wholeWordsOr(merged, plain) : merged;
}

/** A byte that the vocabulary lacks is left out, and its neighbours merge. */
const merging =
  (merges: Merges, ofByte: Int32Array): EncodePiece =>
  (piece) =>
    merges.apply(Array.from(Buffer.from(piece), (byte) => ofByte[byte]!).filter((id) => id >= 0));

/** A piece that is a token is not put together by merges. */
function wholeWordsOr(merged: EncodePiece, plain: ReadonlyMap<string, number>): EncodePiece {
  const characters = [...byteOfCharacter()].sort(([, one], [, other]) => one - other).map(([character]) => character);
  return (piece) => {
    const id = plain.get(Array.from(Buffer.from(piece), (byte) => characters[byte]!).join(""));
    return id === undefined ? merged(piece) : [id];
  };
}

function openLibrary(plain: ReadonlyMap<string, number>, file: TokenizerFile): EncodePiece {
  const { merges, wholeWords } = file;
  const spaced = file.alphabet === "sentencepiece";
  const vocab = Object.fromEntries(plain);
  const model = { type: "BPE", vocab, merges, unk_token: null, byte_fallback: spaced, ignore_merges: wholeWords };
  const missing = [...byteOfCharacter().keys()].filter((character) => !plain.has(character));
  const pretokenizers = [{ type: "ByteLevel", add_prefix_space: false, use_regex: false }, ...withoutMissing(missing)];
  const pre_tokenizer = spaced ? null : { type: "Sequence", pretokenizers };
  const library = new Library(
    { added_tokens: [], normalizer: null, pre_tokenizer, model, post_processor: null, decoder: null },
    {},
  );
  // It has made tables of its own of them, and would keep these 5 MB besides.
  Object.assign(model, { vocab: {}, merges: [] });
  return (piece) => library.encode(piece).ids;
}

interface Spelled {
  readonly all: Uint8Array;
  readonly starts: Uint32Array;
}

/**
 * The bytes of all tokens behind each other, and where each begins; one more start than tokens. One array a token would take
 * 10 MB more.
 */
function spelled({ vocabulary, special, alphabet }: TokenizerFile): Spelled {
  const ofCharacter = byteOfCharacter();
  const names = new Set(special);
  const spell =
    alphabet === "bytes" ? (token: string, id: number) => bytesOfToken(token, id, ofCharacter) : bytesOfPiece;
  const starts = new Uint32Array(vocabulary.length + 1);
  const all: number[] = [];
  vocabulary.forEach((token, id) => {
    if (!names.has(token)) for (const byte of spell(token, id)) all.push(byte);
    starts[id + 1] = all.length;
  });
  return { all: Uint8Array.from(all), starts };
}

/** A token of SentencePiece: a byte as "<0x0A>", or text. */
function bytesOfPiece(token: string): Uint8Array {
  const [, byte] = /^<0x([0-9A-F]{2})>$/.exec(token) ?? [];
  return byte === undefined ? Buffer.from(token.replaceAll(BLANK, " ")) : Uint8Array.of(Number.parseInt(byte, 16));
}

/** Takes characters out before merging, so that their neighbours merge; the library alone does it afterwards. */
function withoutMissing(characters: readonly string[]): object[] {
  if (characters.length === 0) return [];
  const escaped = characters.map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return [{ type: "Replace", pattern: { Regex: `[${escaped.join("")}]` }, content: "" }];
}

/** Splitting here and not in the library lets the ids of a piece be kept: 10,000 known characters take 0.5 ms, not 5. */
function pieceByPiece(split: Split, encode: EncodePiece): (text: string) => number[] {
  const kept = new Map<string, number[]>();
  const encodePiece = (piece: string): number[] => {
    const known = kept.get(piece);
    if (known !== undefined) return known;
    const ids = encode(piece);
    if (kept.size >= mostPieces) kept.clear();
    if (piece.length <= longestPiece) kept.set(piece, ids);
    return ids;
  };
  return (text) => split(text).flatMap(encodePiece);
}

// Together they bound what is kept to 2 MB: pieces of a dozen files.
const mostPieces = 4_000;
const longestPiece = 64;

function openDecoder(bytes: (id: number) => Uint8Array): Decoder {
  const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  return { push: (id) => utf8.decode(bytes(id), { stream: true }), flush: () => utf8.decode() };
}

function bytesOfToken(token: string, id: number, alphabet: ReadonlyMap<string, number>): Uint8Array {
  return Uint8Array.from(token, (character) => {
    const byte = alphabet.get(character);
    if (byte === undefined) throw new Error(`token ${id} is not written in the byte-level alphabet`);
    return byte;
  });
}

/** The byte-level alphabet: printable Latin-1 stands for itself, the other bytes in order for U+0100 and on. */
function byteOfCharacter(): Map<string, number> {
  const printable = (byte: number) => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  const alphabet = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) alphabet.set(String.fromCharCode(printable(byte) ? byte : next++), byte);
  return alphabet;
}
