// Importing a model that the user brings: what it will take, compiled beside its place, and put there once it is complete.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { knownExperts } from "../experts.ts";
import { packsIn } from "../installed.ts";
import { COMPILER, clearFolder } from "../model/compiled.ts";
import type { Precision } from "../model/graphweights.ts";
import { chatsLike } from "../model/infill.ts";
import { compileOwn, digestOwn, type Own, openOwn, ownKey, planOwn } from "../model/own.ts";
import type { Model, ModelOffer } from "../protocol/team.ts";
import { refreshLock, withLock } from "./lock.ts";
import { isKey, MODEL_FILE, type ModelPlaces, modelSchema, modelsIn, type OwnModel } from "./models.ts";
import { inWords, Refusal } from "./refusal.ts";
import { removeFolder, removeUnlessInUse } from "./store.ts";

const precisions: Readonly<Record<Model["bits"], Precision>> = { 4: "q4", 8: "q8", 32: "f32" };

export interface ImportRequest {
  readonly path: string;
  readonly bits: Model["bits"];
  /** Absent: made from the file's name. */
  readonly id?: string | undefined;
  /** Layers of the backbone; absent: four fifths. */
  readonly cut?: number | undefined;
}

/** Hears how much is done; what it throws ends the work, and nothing of it stays. */
export type Progress = (done: number, total: number) => void;

/** Tokens whose cache is counted into the memory: two texts of the default length with room behind them. */
const cachedTokens = 2 * (1024 + 256);

/** Looks at a model without compiling it. Throws Refusal in words. */
export function lookAt(path: string, places: ModelPlaces): ModelOffer {
  return importing(places, () =>
    withOwn(path, (own) => {
      const { title, model, infill, tokenizer } = own;
      const id = freeId(title, places);
      const plans = ([8, 4, 32] as const).map((bits) => ({ bits, plan: planOwn(own, id, precisions[bits]) }));
      const choices = plans.map(({ bits, plan }) => ({
        bits,
        disk: plan.bytes,
        memory: memoryOf(own, plan.bytes, bits),
      }));
      const { family, layers } = model;
      const { parameters } = plans[0]!.plan;
      const can = { infills: infill !== null, chats: chatsLike(tokenizer) };
      return { title, id, family, layers, parameters, ...can, machine: totalmem(), choices };
    }),
  );
}

/**
 * Compiles a model into a folder of its own, where every window finds it. What an import that was killed has left is taken up.
 * Throws Refusal when it cannot be used, there is no room, or its id is taken; then nothing of it stays.
 */
export function importModel(
  { path, bits, id: given, cut }: ImportRequest,
  places: ModelPlaces,
  hear: Progress,
): OwnModel {
  return importing(places, () =>
    withOwn(path, (own) => {
      const id = given ?? freeId(own.title, places);
      checkId(id, places);
      const plan = planOwn(own, id, precisions[bits], cut);
      const source = own.files.reduce((sum, file) => sum + statSync(file).size, 0);
      const total = source + 2 * plan.bytes;
      mkdirSync(places.userModels, { recursive: true });
      return withModelsLock(places, (stir) => {
        checkSpace(places.userModels, plan.bytes);
        let done = 0;
        const heard = (bytes: number) => {
          done += bytes;
          stir();
          hear(Math.min(done, total), total);
        };
        const digest = digestOwn(own, heard);
        const key = ownKey(plan, digest);
        const folder = join(places.userModels, key);
        const { models, outdated } = modelsIn(places.userModels);
        const same = models.find((each) => each.folder === folder);
        if (same !== undefined) return same;
        if (models.some((each) => each.id === id)) throw taken(id, "a model");
        const beside = join(places.userModels, `.${key}.new`);
        clear(places, beside);
        mkdirSync(beside, { recursive: true });
        try {
          clearFolder(
            beside,
            plan.parts.map(({ part }) => part.id),
          );
          compileOwn(own, plan, digest, beside, heard);
          const about = {
            ...{ format: 1, id, title: own.title, source: resolve(path), digest, compiler: COMPILER },
            ...{ family: own.model.family, precision: plan.precision, layers: own.model.layers, cut: plan.cut },
            ...{
              parameters: plan.parameters,
              bytes: plan.bytes,
              row: rowOf(own),
              infill: own.infill,
              chats: chatsLike(own.tokenizer),
              header: own.header,
            },
          };
          writeFileSync(join(beside, MODEL_FILE), `${JSON.stringify(modelSchema.parse(about), null, 2)}\n`);
          rmSync(folder, { recursive: true, force: true });
          renameSync(beside, folder);
          hear(total, total);
        } catch (error) {
          rmSync(beside, { recursive: true, force: true });
          throw error;
        }
        for (const old of outdated) if (old.id === id) dismiss(old.folder);
        return modelsIn(places.userModels).models.find((each) => each.folder === folder)!;
      });
    }),
  );
}

/** Removes a model. Throws Refusal when there is none of this id. */
export function removeModel(id: string, places: ModelPlaces): void {
  importing(places, () => {
    const found = () => {
      const { models, outdated } = modelsIn(places.userModels);
      const all = [...models, ...outdated];
      const folders = all.filter((each) => each.id === id).map(({ folder }) => folder);
      if (folders.length > 0) return folders;
      const have = all.length > 0 ? `you have ${all.map((each) => each.id).join(", ")}` : "you have imported none";
      throw new Refusal(`there is no model "${id}"; ${have}`);
    };
    found();
    withModelsLock(places, () => {
      for (const folder of found()) dismiss(folder);
      clear(places);
    });
  });
}

/** Removes what is left of models that were removed while a window on Windows had their files open. */
export function clearModels(places: ModelPlaces): void {
  importing(places, () => withModelsLock(places, () => clear(places)));
}

/**
 * About what the server will take with a model whose files have so many bytes. On a model of 1.5 billion parameters: 2.0 GB said,
 * 2.1 GB measured at 8 bits, 1.7 and 1.7 GB at 4, which the runtime keeps in a wider form besides.
 */
function memoryOf(own: Own, bytes: number, bits: Model["bits"]): number {
  const weights = bits === 4 ? 1.2 * bytes : bytes;
  // The process, and the vocabulary as text.
  const rest = 60e6 + 1000 * own.model.vocabulary;
  return Math.round(weights + cachedTokens * rowOf(own) + rest);
}

/** Runs what needs an open model; it is closed in the end. */
function withOwn<T>(path: string, use: (own: Own) => T): T {
  const own = openOwn(resolve(path));
  try {
    return use(own);
  } finally {
    own.source.close();
  }
}

/** Bytes that one token takes in the caches: keys and values of all layers in half precision, and the backbone's output. */
function rowOf({ model }: Own): number {
  return model.layers * 2 * model.kvHeads * model.headSize * 2 + model.hidden * 4;
}

/** Milliseconds for which another window's import is waited for, and after which a lock is marked as alive again. */
const patience = 2_000;
const stirEvery = 10_000;

function withModelsLock<T>(places: ModelPlaces, work: (stir: () => void) => T): T {
  const file = join(dirname(places.userModels), "models.lock");
  let last = Date.now();
  const stir = () => {
    if (Date.now() - last < stirEvery) return;
    last = Date.now();
    refreshLock(file);
  };
  return withLock(file, () => work(stir), patience, "another window imports or removes a model");
}

/** Takes a model away in one step, as far as others can see. Windows moves no folder of open files: there it loses its description. */
function dismiss(folder: string): void {
  try {
    removeFolder(folder);
  } catch (error) {
    if (process.platform !== "win32") throw error;
    rmSync(join(folder, MODEL_FILE));
  }
}

/** Removes what imports that were killed and models that were dismissed have left, but for the folder that is taken up. */
function clear({ userModels }: ModelPlaces, kept?: string): void {
  for (const name of readdirSync(userModels)) {
    const folder = join(userModels, name);
    const isLeft = /^\..*\.(new|gone)$/.test(name) || (isKey(name) && !existsSync(join(folder, MODEL_FILE)));
    if (isLeft && folder !== kept) removeUnlessInUse(folder);
  }
}

/** Bytes of all files in a folder. */
function sizeOf(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return entries.reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Bytes that stay free on the disk. */
const spare = 64 << 20;

/** What an import that was killed has left is taken up or cleared away, so that it counts as free. */
function checkSpace(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const left = readdirSync(folder).filter((name) => name.endsWith(".new"));
  const free = left.reduce((sum, name) => sum + sizeOf(join(folder, name)), bavail * bsize);
  if (free >= bytes + spare) return;
  const [needed, there] = [bytes + spare, free].map((each) => `${Math.ceil(each / 1e6)} MB`);
  throw new Refusal(
    `there is not enough space in ${folder}: ${needed} are needed, ${there} are free; free some and try again`,
  );
}

/** An id made of a title, and a number behind it where it is taken. */
function freeId(title: string, places: ModelPlaces): string {
  const bare = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 28)
    .replace(/-+$/, "");
  const id = bare === "" ? "model" : bare;
  const used = new Set([...takenBy(places), ...modelsIn(places.userModels).models.map((model) => model.id)]);
  for (let number = 2, free = id; ; number++) {
    if (!used.has(free)) return free;
    free = `${id}-${number}`;
  }
}

/** Ids of parts and experts. */
const takenBy = ({ experts, userExperts }: ModelPlaces) => [
  ...["backbone", "head"],
  ...knownExperts,
  ...packsIn(experts),
  ...packsIn(userExperts),
];

function checkId(id: string, places: ModelPlaces): void {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(id)) {
    throw new Refusal(
      `"${id}" is no id: up to 32 lower-case letters, digits and dashes, a letter first; give another one`,
    );
  }
  if (takenBy(places).includes(id)) throw taken(id, "an expert");
}

const taken = (id: string, what: string) =>
  new Refusal(`${what} "${id}" is there already; give this one another id, or remove that one first`);

function importing<T>(places: ModelPlaces, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw inWords(error, dirname(places.userModels), "the model");
  }
}
