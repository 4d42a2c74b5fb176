// The `coterie` section: pulled from the client per document, checked, remembered until it changes.
import { readFileSync } from "node:fs";
import * as z from "zod";
import { type Settings, suggestions } from "./protocol.ts";

/** What may be an expert's id, and what is one already. */
const id = "[a-z][a-z0-9-]{0,31}";
const reserved = ["backbone", "head", "general", "code", "math", "docs"];

const token = z.string().min(1).max(64);
const remote = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .refine((url) => new URL(url).username === "" && new URL(url).password === ""),
  model: z.string().min(1).max(256),
  title: z.string().min(1).max(80).optional(),
  infill: z.union([z.literal("suffix"), z.strictObject({ prefix: token, suffix: token, middle: token })]).optional(),
});

const schema = z.object({
  enable: z.boolean(),
  languages: z.record(z.string(), z.boolean()),
  automatic: z.boolean(),
  commentsAndStrings: z.boolean(),
  suggestions: z.enum(suggestions),
  debounce: z.int().min(0).max(5000),
  threads: z.int().min(0).max(64),
  maxTokens: z.int().min(1).max(256),
  contextTokens: z.int().min(128).max(4096),
  model: z.string().regex(new RegExp(`^(${id})?$`)),
  modelMemory: z.int().min(0).max(1_000_000),
  testCommand: z.array(z.string().max(1_000)).max(50),
  remoteExperts: z
    .record(z.string().regex(new RegExp(`^${id}$`)), remote)
    .refine((all) => Object.keys(all).every((each) => !reserved.includes(each)) && Object.keys(all).length <= 16),
}) satisfies z.ZodType<Settings>;

const manifest = z.object({
  contributes: z.object({
    configuration: z.object({ properties: z.record(z.string(), z.looseObject({ default: z.unknown() })) }),
  }),
});

/**
 * The defaults, from where they live: `contributes.configuration` of the extension's package.json.
 * @throws Error in words when that file does not hold them.
 */
export function readDefaults(packageJson: string): Settings {
  const { properties } = manifest.parse(JSON.parse(readFileSync(packageJson, "utf8"))).contributes.configuration;
  const entries = Object.entries(properties).map(([key, { default: value }]) => [key.replace(/^coterie\./, ""), value]);
  const read = schema.safeParse(Object.fromEntries(entries));
  if (!read.success) throw new Error(`The defaults in ${packageJson} are not complete: ${z.prettifyError(read.error)}`);
  return read.data;
}

/** Takes over what is well-formed; the names of what is not go to `wrong`. */
export function settingsFrom(given: unknown, defaults: Settings, wrong: (key: string) => void): Settings {
  const values: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(given ?? {})) {
    const shape = (schema.shape as Record<string, z.ZodType | undefined>)[key];
    if (!shape || value === null || value === undefined) continue;
    if (shape.safeParse(value).success) values[key] = value;
    else wrong(key);
  }
  return schema.parse(values);
}

/** Whether completions are on for a language. */
export function enabledFor(languageId: string, { enable, languages }: Settings): boolean {
  return enable && (Object.hasOwn(languages, languageId) ? languages[languageId] : languages["*"]) !== false;
}

/** Remembers the settings of each resource until `forget`. */
export class SettingsCache {
  readonly #ask: (uri: string) => Promise<unknown>;
  readonly #defaults: Settings;
  readonly #wrong: (key: string) => void;
  #answers = new Map<string, Promise<Settings>>();

  /** `ask` asks the client for the section; `wrong` hears of a setting whose value is left out. */
  constructor(defaults: Settings, ask: (uri: string) => Promise<unknown>, wrong: (key: string) => void) {
    this.#defaults = defaults;
    this.#ask = ask;
    this.#wrong = wrong;
  }

  /** The settings for a document; "" asks for those of no document. A client that fails to answer is asked again. */
  of(uri: string): Promise<Settings> {
    const known = this.#answers.get(uri);
    if (known) return known;
    const answers = this.#answers;
    const answer = this.#ask(uri).then((given) => settingsFrom(given, this.#defaults, this.#wrong));
    answer.catch(() => answers.delete(uri));
    answers.set(uri, answer);
    return answer;
  }

  forget(): void {
    this.#answers = new Map();
  }
}
