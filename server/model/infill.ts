// The control tokens with which a vocabulary was trained to fill in the middle of a text, and those that name a file.
import file from "../../experts/tokens.json" with { type: "json" };
import type { TokenizerFile } from "./manifest.ts";

/** Before the prefix, before the suffix, and where the middle begins, in that order. */
export interface InfillTokens {
  readonly prefix: string;
  readonly suffix: string;
  readonly middle: string;
}

/** Before the name of a repository and before the path of a file in it. */
export interface HeaderTokens {
  readonly repository: string;
  readonly file: string;
}

const { infills, headers, ends }: Lists = file;

interface Lists {
  readonly infills: readonly InfillTokens[];
  readonly headers: readonly HeaderTokens[];
  /** Ends of a middle that are no control tokens in some files. */
  readonly ends: readonly string[];
}

/** Ids of the tokens for infilling, where a file names them. */
export type InfillIds = Readonly<Partial<Record<keyof InfillTokens, number>>>;

/** The tokens with which this vocabulary fills in, or null when it was never trained to. What the file says goes first. */
export function infillOf({ vocabulary }: Pick<TokenizerFile, "vocabulary">, ids: InfillIds = {}): InfillTokens | null {
  const [prefix, suffix, middle] = [ids.prefix, ids.suffix, ids.middle].map((id) =>
    id === undefined ? undefined : vocabulary[id],
  );
  if (prefix !== undefined && suffix !== undefined && middle !== undefined) return { prefix, suffix, middle };
  return infills.find((each) => hasAll(vocabulary, each)) ?? null;
}

/** The tokens with which this vocabulary names files, or null. */
export function headerOf({ vocabulary }: Pick<TokenizerFile, "vocabulary">): HeaderTokens | null {
  return headers.find((each) => hasAll(vocabulary, each)) ?? null;
}

/** Whether this vocabulary has the control tokens that frame a request and its reply in the embedded model's chat format. */
export function chatsLike({ vocabulary }: Pick<TokenizerFile, "vocabulary">): boolean {
  return vocabulary.includes("<|im_start|>") && vocabulary.includes("<|im_end|>");
}

/** The same tokenizer with the tokens for infilling as control tokens, whatever its file calls them: no text may forge them. */
export function guarded(tokenizer: TokenizerFile, infill: InfillTokens | null): TokenizerFile {
  if (infill === null) return tokenizer;
  const meant = [...Object.values(infill), ...ends.filter((end) => tokenizer.vocabulary.includes(end))];
  return { ...tokenizer, special: [...new Set([...tokenizer.special, ...meant])] };
}

function hasAll(vocabulary: readonly string[], tokens: object): boolean {
  return Object.values(tokens).every((token) => vocabulary.includes(token));
}
