// The tokenizer.json of a safetensors model, as the engine's tokenizer reads it; what the engine cannot do exactly is refused.
import { join } from "node:path";
import * as z from "zod";
import shared from "../../experts/tokens.json" with { type: "json" };
import { WeightsError } from "./cursor.ts";
import { readJson } from "./folder.ts";
import type { TokenizerFile } from "./manifest.ts";

const id = z.int().nonnegative();
const step = z.looseObject({ type: z.string() });
type Step = z.infer<typeof step>;

const fileSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id, content: z.string().min(1) })).default([]),
  normalizer: step.nullish(),
  pre_tokenizer: step.nullish(),
  post_processor: step.nullish(),
  model: z.looseObject({
    type: z.literal("BPE").optional(),
    vocab: z.record(z.string(), id),
    merges: z.union([z.array(z.string()), z.array(z.tuple([z.string(), z.string()]))]),
    byte_fallback: z.boolean().nullish(),
    ignore_merges: z.boolean().nullish(),
    dropout: z.number().nullish(),
    continuing_subword_prefix: z.string().nullish(),
    end_of_word_suffix: z.string().nullish(),
  }),
});
type File = z.infer<typeof fileSchema>;

// Added tokens are written as a name or as an object with it.
const name = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const settingsSchema = z.looseObject({ bos_token: name, eos_token: name, add_bos_token: z.boolean().nullish() });

const sequence = z.looseObject({
  pretokenizers: z.array(step).optional(),
  normalizers: z.array(step).optional(),
  processors: z.array(step).optional(),
});

/**
 * Reads tokenizer.json, and tokenizer_config.json if it is there. `vocabulary`: rows of the embedding table, which may be more
 * than there are tokens; `eos`: the id that ends a text, where config.json names it. Throws WeightsError.
 */
export function jsonTokenizer(folder: string, vocabulary: number, eos: number | undefined): TokenizerFile {
  const path = join(folder, "tokenizer.json");
  const file = readJson(folder, "tokenizer.json", fileSchema);
  if (file === undefined) throw new WeightsError(`${path}: there is no such file; give the folder of a whole model`);
  const settings = readJson(folder, "tokenizer_config.json", settingsSchema) ?? {};
  const refuse = (what: string): never => {
    throw new WeightsError(`${path}: ${what} is not supported; choose another model`);
  };
  const { model } = file;
  if (model.dropout || model.continuing_subword_prefix || model.end_of_word_suffix) refuse("its kind of BPE");

  const tokens = new Array<string | undefined>(vocabulary);
  const place = (token: string, at: number) => {
    if (at >= vocabulary) throw new WeightsError(`${path}: token ${at} has no embedding row; fetch the model again`);
    tokens[at] = token;
  };
  for (const [token, at] of Object.entries(model.vocab)) place(token, at);
  for (const { content, id: at } of file.added_tokens) place(content, at);
  const special = new Set(file.added_tokens.map(({ content }) => content));
  const all = Array.from(tokens, (token, at) => {
    if (token !== undefined) return token;
    // A row of the embedding table that stands for nothing.
    special.add(`<unused ${at}>`);
    return `<unused ${at}>`;
  });
  if (new Set(all).size !== vocabulary) throw new WeightsError(`${path}: one token has two ids; fetch the model again`);

  const idOf = (value: z.infer<typeof name>) => {
    const content = typeof value === "string" ? value : value?.content;
    const at = content === undefined ? -1 : all.indexOf(content);
    return at < 0 ? undefined : at;
  };
  const end = eos ?? idOf(settings.eos_token);
  if (end === undefined) throw new WeightsError(`${path}: nobody says which token ends a text; fetch the model again`);
  const bos =
    settings.add_bos_token === false
      ? undefined
      : (templateBos(file) ?? (settings.add_bos_token ? idOf(settings.bos_token) : undefined));
  return {
    vocabulary: all,
    merges: model.merges.map((merge) => (typeof merge === "string" ? merge : merge.join(" "))),
    special: [...special],
    ...(model.byte_fallback ? piecewise(file, refuse) : bytewise(file, refuse)),
    wholeWords: model.ignore_merges ?? false,
    eos: end,
    ...(bos === undefined ? {} : { bos }),
  };
}

type Alphabet = Pick<TokenizerFile, "alphabet" | "split" | "compose" | "blankFirst">;
type Refuse = (what: string) => never;

/** SentencePiece: blanks become a mark, at the front comes one more; nothing is split. */
function piecewise({ normalizer, pre_tokenizer }: File, refuse: Refuse): Alphabet {
  const about = { alphabet: "sentencepiece", split: [], compose: false } as const;
  if (pre_tokenizer) {
    if (normalizer || pre_tokenizer.type !== "Metaspace" || pre_tokenizer["split"] !== false)
      refuse("its way of splitting text");
    const scheme = pre_tokenizer["prepend_scheme"];
    return { ...about, ...(scheme === "never" ? {} : { blankFirst: "missing" as const }) };
  }
  const steps = stepsOf(normalizer, "normalizers");
  const known = steps.every(
    (each) => each.type === "Prepend" || (each.type === "Replace" && each["content"] === "\u2581"),
  );
  if (!known || !steps.some(({ type }) => type === "Replace")) refuse("its way of normalising text");
  return { ...about, ...(steps.some(({ type }) => type === "Prepend") ? { blankFirst: "always" as const } : {}) };
}

function bytewise({ normalizer, pre_tokenizer }: File, refuse: Refuse): Alphabet {
  const steps = stepsOf(pre_tokenizer, "pretokenizers");
  const split = steps.flatMap((each) => splitOf(each) ?? refuse("its way of splitting text"));
  if (!steps.some(({ type }) => type === "ByteLevel")) refuse("its alphabet");
  const normal = stepsOf(normalizer, "normalizers");
  if (normal.some(({ type }) => type !== "NFC")) refuse("its way of normalising text");
  return { alphabet: "bytes", split, compose: normal.length > 0 };
}

/** By the expression in the file: its name in engine/splits.ts. */
const EXPRESSIONS: ReadonlyMap<string, string> = new Map(
  Object.entries(shared.expressions).map(([name, expression]) => [expression, name]),
);

/** The names that one step of splitting has in engine/splits.ts; undefined for one that is not known. */
function splitOf(each: Step): readonly string[] | undefined {
  if (each.type === "ByteLevel") {
    if (each["add_prefix_space"] === true) return undefined;
    return each["use_regex"] === false ? [] : ["gpt2"];
  }
  if (each.type === "Digits") return each["individual_digits"] === true ? ["digits"] : undefined;
  if (each.type !== "Split" || each["behavior"] !== "Isolated" || each["invert"] === true) return undefined;
  const pattern = z.object({ Regex: z.string() }).safeParse(each["pattern"]).data?.Regex;
  const known = pattern === undefined ? undefined : EXPRESSIONS.get(pattern);
  return known === undefined ? undefined : [known];
}

/** A step, or those that a sequence consists of. */
function stepsOf(given: Step | null | undefined, key: "pretokenizers" | "normalizers" | "processors"): readonly Step[] {
  if (!given) return [];
  return given.type === "Sequence" ? (sequence.parse(given)[key] ?? []) : [given];
}

const templateSchema = z.looseObject({
  single: z.array(z.looseObject({ SpecialToken: z.looseObject({ id: z.string() }).optional() })),
  special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(id) })),
});

/** The control token that the file puts before a text, if any. */
function templateBos({ post_processor }: File): number | undefined {
  const template = stepsOf(post_processor, "processors").find(({ type }) => type === "TemplateProcessing");
  const said = templateSchema.safeParse(template).data;
  const first = said?.single[0]?.SpecialToken?.id;
  return first === undefined ? undefined : said?.special_tokens[first]?.ids[0];
}
