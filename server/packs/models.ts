// The models that a user has brought: a folder each, named after what decides its files, with model.json beside its parts.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { Installation } from "../installation.ts";
import { COMPILER } from "../model/compiled.ts";

export const MODEL_FILE = "model.json";

const token = z.string().min(1).max(64);
const size = z.int().positive();

/** What stands in model.json. Sizes in bytes. */
export const modelSchema = z.object({
  format: z.literal(1),
  /** Of the model, and of its one expert. */
  id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  title: z.string().min(1).max(200),
  /** The path that it was imported from. */
  source: z.string().max(4096),
  /** Digest of its weights: names its backbone. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** Version of the compiler. */
  compiler: z.int(),
  family: z.string().max(32),
  precision: z.enum(["q8", "q4", "f32"]),
  layers: size,
  /** Layers [0, cut) are the backbone. */
  cut: size,
  parameters: size,
  /** Of all its files. */
  bytes: size,
  /** What one token takes in the caches. */
  row: size,
  /** The control tokens with which it fills in, or null. */
  infill: z.object({ prefix: token, suffix: token, middle: token }).nullable(),
  /** The control tokens with which it names files, or null. */
  header: z.object({ repository: token, file: token }).nullable(),
  /** Whether it can be asked in the embedded model's chat format, as all tasks but completing are. */
  chats: z.boolean().default(false),
});

export type OwnModel = z.infer<typeof modelSchema> & { readonly folder: string };

export interface OwnModels {
  /** Those that can be used, sorted by id. */
  readonly models: readonly OwnModel[];
  /** Those that another version of Coterie has compiled. */
  readonly outdated: readonly OwnModel[];
  /** One line for each folder that cannot be used. */
  readonly problems: readonly string[];
}

/** The models in a folder, which need not be there. */
export function modelsIn(folder: string): OwnModels {
  const models: OwnModel[] = [];
  const outdated: OwnModel[] = [];
  const problems: string[] = [];
  for (const name of namesIn(folder)) {
    const read = readModel(join(folder, name));
    if (typeof read === "string") problems.push(read);
    else if (read.compiler !== COMPILER) {
      outdated.push(read);
      problems.push(
        `the model "${read.id}" was compiled by another version of Coterie; import it again from ${read.source}`,
      );
    } else if (models.some(({ id }) => id === read.id)) {
      problems.push(`there are two models "${read.id}"; remove ${read.folder}`);
    } else models.push(read);
  }
  return { models: models.sort((one, other) => (one.id < other.id ? -1 : 1)), outdated, problems };
}

function namesIn(folder: string): readonly string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder).filter((name) => isKey(name) && existsSync(join(folder, name, MODEL_FILE)));
}

/** Whether a name is that of a model's folder. */
export const isKey = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);

/** Reads model.json of a folder, or says in words why it cannot be used. */
function readModel(folder: string): OwnModel | string {
  const path = join(folder, MODEL_FILE);
  try {
    return { ...modelSchema.parse(JSON.parse(readFileSync(path, "utf8"))), folder };
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    return `${path} cannot be used (${why.replaceAll(/\s*\n\s*/g, " ")}); remove its folder and import the model again`;
  }
}

/** Folders of models, and those that may hold experts of the same ids. */
export type ModelPlaces = Pick<Installation, "experts" | "userExperts" | "userModels">;
