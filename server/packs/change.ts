// Adding and removing experts: the user's own packs on disk, changed as a whole or not at all.
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { packsIn } from "../installed.ts";
import { WeightsError } from "../model/cursor.ts";
import { describeExpert } from "../model/expert.ts";
import { readAddedPack } from "../model/pack.ts";
import { withLock } from "./lock.ts";
import { modelsIn } from "./models.ts";
import { copyWeights, type Offer, readOffer } from "./offer.ts";
import { inWords, Refusal } from "./refusal.ts";
import { baseOf, clearStore, compilePack, type Places, removeFolder, takenIds } from "./store.ts";

export interface Added {
  readonly id: string;
  readonly title: string;
  /** Where it lies now. */
  readonly folder: string;
  /** [first, end) */
  readonly layers: readonly [number, number];
  /** Size of its weights as they were given. */
  readonly bytes: number;
  /** How many rules it brings. */
  readonly rules: number;
}

/**
 * Copies the pack in the folder `from` to the user's packs and compiles it, so that everyone who looks there can use it.
 * Throws Refusal when it is no pack, does not fit, or its id is taken; then nothing of it stays.
 */
export function addPack(from: string, places: Places): Added {
  return changing(places, () => {
    const offer = readOffer(resolve(from));
    const { pack, about } = offer;
    checkFree(offer, places);
    const base = baseOf(pack, places);
    describeExpert(pack, base);
    return withStore(places, () => {
      // Another window may have been faster.
      checkFree(offer, places);
      const folder = join(places.userExperts, pack.id);
      const beside = join(places.userExperts, `.${pack.id}.new`);
      mkdirSync(beside);
      let compiled: string | null = null;
      try {
        writeFileSync(join(beside, "expert.json"), offer.text);
        copyWeights(offer, beside);
        const { part, fresh } = compilePack({ ...pack, folder: beside }, offer.folder, base, places);
        if (fresh) compiled = part;
        renameSync(beside, folder);
      } catch (error) {
        rmSync(beside, { recursive: true, force: true });
        if (compiled !== null) rmSync(compiled, { recursive: true, force: true });
        throw error;
      }
      const { layers, weights, id } = pack;
      return { id, title: about.title, folder, layers, bytes: weights.bytes, rules: about.rules.length };
    });
  });
}

/** Removes a pack that the user has added. Throws Refusal when it ships with Coterie or is not there. */
export function removePack(id: string, places: Places): void {
  const check = () => {
    const own = packsIn(places.userExperts);
    if (own.includes(id)) return;
    const why = packsIn(places.experts).includes(id)
      ? `"${id}" ships with Coterie and stays`
      : `there is no expert "${id}"`;
    throw new Refusal(
      `${why}; ${own.length > 0 ? `you can remove ${own.join(", ")}` : "you have added none to remove"}`,
    );
  };
  changing(places, () => {
    check();
    withStore(places, () => {
      check();
      removeFolder(join(places.userExperts, id));
      clearStore(places);
    });
  });
}

/** Compiles packs that are there already, as after an update of Coterie. @returns one line for each that cannot be used. */
export function compilePacks(folders: readonly string[], places: Places): readonly string[] {
  return changing(places, () =>
    withStore(places, () =>
      folders.flatMap((folder) => {
        try {
          const pack = readAddedPack(folder);
          compilePack(pack, folder, baseOf(pack, places), places);
          return [];
        } catch (error) {
          if (!(error instanceof WeightsError)) throw error;
          return [error.message];
        }
      }),
    ),
  );
}

/** Runs a change while no other window makes one, in folders that are there and tidy. */
function withStore<T>(places: Places, change: () => T): T {
  for (const folder of [places.userExperts, places.userModel]) mkdirSync(folder, { recursive: true });
  return withLock(join(dirname(places.userExperts), "experts.lock"), () => {
    clearStore(places);
    return change();
  });
}

/** Runs a change; what the user can mend is said in words. */
function changing<T>(places: Places, change: () => T): T {
  try {
    return change();
  } catch (error) {
    throw inWords(error, dirname(places.userExperts));
  }
}

function checkFree({ pack, folder }: Offer, places: Places): void {
  const again = `give it another "id" in ${join(folder, "expert.json")}`;
  if (takenIds(places).includes(pack.id)) throw new Refusal(`"${pack.id}" is an expert of Coterie's own; ${again}`);
  if (modelsIn(places.userModels).models.some(({ id }) => id === pack.id)) {
    throw new Refusal(`a model of yours is called "${pack.id}"; ${again}`);
  }
  if (packsIn(places.userExperts).includes(pack.id)) {
    throw new Refusal(`an expert "${pack.id}" is there already; remove that one first, or ${again}`);
  }
}
