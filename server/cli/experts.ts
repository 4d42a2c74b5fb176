// The commands of the command line for experts: who there is, adding one and removing one.
import type { MemoryReport } from "../engine/engine.ts";
import { knownExperts } from "../experts.ts";
import type { Installation } from "../installation.ts";
import { type Added, addPack, removePack } from "../packs/change.ts";
import { Refusal } from "../packs/refusal.ts";
import { type Reporter, rosterOf, withEngine } from "./engine.ts";
import { BadInput } from "./place.ts";

export interface ExpertLine {
  readonly id: string;
  /** What people call it; the id while it is not installed. */
  readonly title: string;
  /** Whether it can answer. */
  readonly installed: boolean;
  /** Whether the user has added it; else it ships with Coterie. */
  readonly added: boolean;
  /** Where its pack lies; null while there is none. */
  readonly folder: string | null;
  /** [first, end); null while it is not installed, as the sizes. */
  readonly layers: readonly [number, number] | null;
  readonly parameters: number | null;
  readonly bytes: number | null;
}

export interface ExpertList {
  readonly experts: readonly ExpertLine[];
  readonly memory: MemoryReport;
}

/** Who is installed, where from, and what it weighs. */
export async function listExperts(installation: Installation, reporter: Reporter): Promise<ExpertList> {
  const roster = rosterOf(installation);
  return withEngine(installation, roster, reporter, async (engine) => {
    const there = roster.packs.map(({ id, title, added, folder }): ExpertLine => {
      const { layers = null, parameters = null, bytes = null } = engine.experts.find((each) => each.id === id) ?? {};
      return { id, title, installed: layers !== null, added, folder, layers, parameters, bytes };
    });
    const nothing = { installed: false, added: false, folder: null, layers: null, parameters: null, bytes: null };
    const absent = knownExperts
      .filter((id) => !there.some((expert) => expert.id === id))
      .map((id) => ({ id, title: id, ...nothing }));
    return { experts: [...there, ...absent], memory: await engine.memory() };
  });
}

/** Adds the pack in the folder `from`. @throws BadInput when it is refused. */
export function addExpert(from: string | undefined, installation: Installation, reporter: Reporter): Added {
  if (from === undefined) throw new BadInput("Name the folder of the pack: coterie experts add FOLDER.");
  reporter.progress("Checking and compiling the expert");
  return refusing(() => addPack(from, installation));
}

/** Removes an expert that was added. @throws BadInput when it is refused. */
export function removeExpert(id: string | undefined, installation: Installation): { readonly id: string } {
  if (id === undefined) throw new BadInput("Name the expert: coterie experts remove ID. coterie experts lists them.");
  refusing(() => removePack(id, installation));
  return { id };
}

function refusing<T>(change: () => T): T {
  try {
    return change();
  } catch (error) {
    throw error instanceof Refusal ? new BadInput(error.message) : error;
  }
}
