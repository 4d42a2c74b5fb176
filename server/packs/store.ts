// The packs that the user has added and their compiled parts: where they lie, and which of them an engine can load.
import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { knownExperts } from "../experts.ts";
import type { Installation } from "../installation.ts";
import { packsIn } from "../installed.ts";
import { isCompiled, readPart } from "../model/compiled.ts";
import { WeightsError } from "../model/cursor.ts";
import { compileExpert, describeExpert, readBase } from "../model/expert.ts";
import { Gguf } from "../model/gguf.ts";
import { type AddedPack, readAddedPack, verifyWeights } from "../model/pack.ts";
import { modelsIn } from "./models.ts";

/** Folders of packs and of compiled parts: those of Coterie and those of the user. */
export type Places = Pick<Installation, "experts" | "model" | "userExperts" | "userModel" | "userModels">;

export type Base = ReturnType<typeof readBase>;

/** The backbone that is installed. Throws WeightsError. */
export function installedBase({ model }: Places): Base {
  return readBase(join(model, "backbone"));
}

/** The backbone that a pack was made for: that of a model of the user's, or else the installed one. Throws WeightsError. */
export function baseOf(pack: Pick<AddedPack, "backbone" | "layers" | "folder">, places: Places): Base {
  const [first] = pack.layers;
  const models = modelsIn(places.userModels).models.filter(({ digest }) => digest === pack.backbone);
  const model = models.find(({ cut }) => cut === first);
  if (model !== undefined) return readBase(join(model.folder, "backbone"));
  const base = installedBase(places);
  const [other] = models;
  if (other === undefined || base.backbone === pack.backbone) return base;
  throw new WeightsError(
    `${pack.folder}: made for ${other.title} cut at layer ${first}, yours is cut at ${other.cut}; import it once more with --cut ${first} and another --id`,
  );
}

/** Ids that no pack of a user can have. */
export function takenIds({ experts }: Places): readonly string[] {
  return [...new Set([...packsIn(experts), ...knownExperts])];
}

export interface Parts {
  /** Folders of compiled parts. */
  readonly ready: readonly string[];
  /** Packs' folders that must be compiled first, as after an update of Coterie. */
  readonly missing: readonly string[];
  /** One line for each pack that cannot be used. */
  readonly problems: readonly string[];
}

/** What there is of the user's packs in these folders. */
export function partsOf(packs: readonly string[], places: Places): Parts {
  const ready: string[] = [];
  const missing: string[] = [];
  const problems: string[] = [];
  for (const folder of packs) {
    try {
      const pack = readAddedPack(folder);
      const { key } = describeExpert(pack, baseOf(pack, places));
      const part = join(places.userModel, key);
      if (isCompiled(part, key)) ready.push(part);
      else missing.push(folder);
    } catch (error) {
      if (!(error instanceof WeightsError)) throw error;
      problems.push(error.message);
    }
  }
  return { ready, missing, problems };
}

/** A header without vocabulary is small. Bytes. */
const largestHeader = 1 << 20;

/**
 * Compiles a pack's part unless it is there. `known`: the pack's folder as the user knows it, for messages. Throws
 * WeightsError.
 * @returns the part's folder, and whether it was compiled now.
 */
export function compilePack(pack: AddedPack, known: string, base: Base, { userModel }: Places) {
  const about = describeExpert(pack, base);
  const part = join(userModel, about.key);
  if (isCompiled(part, about.key)) return { part, fresh: false };
  const path = verifyWeights(pack.folder, pack.weights);
  const source = Gguf.open(path, { known: join(known, pack.weights.file), limit: largestHeader });
  try {
    if (source.tensors.has("token_embd.weight")) {
      throw new WeightsError(`${source.path}: holds a whole model; give a file of its upper layers alone`);
    }
    compileExpert(part, about, source, base.model);
  } finally {
    source.close();
  }
  return { part, fresh: true };
}

/** Takes a folder away in one step, as far as others can see. */
export function removeFolder(folder: string): void {
  const gone = join(dirname(folder), `.${basename(folder)}.gone`);
  rmSync(gone, { recursive: true, force: true });
  renameSync(folder, gone);
  rmSync(gone, { recursive: true });
}

/** A part that another one has replaced stays this long: a window with an older Coterie may still use it. Milliseconds. */
const keptFor = 24 * 3600_000;

/** Removes what a process that was killed has left, parts of packs that are gone, and parts that were replaced long ago. */
export function clearStore(places: Places): void {
  for (const folder of [places.userExperts, places.userModel]) {
    for (const name of readdirSync(folder)) if (/^\..*\.(new|gone)$/.test(name)) removeUnlessInUse(join(folder, name));
  }
  const ids = packsIn(places.userExperts);
  const packs = ids.map((id) => join(places.userExperts, id));
  const { ready } = partsOf(packs, places);
  const parts = readdirSync(places.userModel).filter((name) => /^[0-9a-f]{64}$/.test(name));
  for (const folder of parts.map((name) => join(places.userModel, name))) {
    if (ready.includes(folder)) continue;
    const id = readPart(folder)?.id;
    const successor = ready.find((each) => readPart(each)?.id === id);
    const forgotten = id !== undefined && !ids.includes(id);
    if (forgotten || age(successor ?? (id === undefined ? folder : undefined)) > keptFor) removeUnlessInUse(folder);
  }
}

/** Milliseconds since a folder was made; 0 for none. */
function age(folder: string | undefined): number {
  return folder === undefined ? 0 : Date.now() - statSync(folder).mtimeMs;
}

/** Windows keeps files that some process has mapped; the next change of the packs tries again. */
export function removeUnlessInUse(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code !== "EBUSY" && code !== "EPERM" && code !== "EACCES") throw error;
  }
}
