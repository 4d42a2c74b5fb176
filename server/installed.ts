// The packs on disk: which there are, shipped or added by the user, and what they say. A bad one is a reported problem.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { knownExperts, type Pack, readPack } from "./experts.ts";
import { type FileProblems, problemsOf, readSmall, wholly } from "./json.ts";

/** A pack that is in order. */
export interface Installed extends Pack {
  /** Its folder. */
  readonly folder: string;
  /** Whether the user has added it; else it ships with Coterie. */
  readonly added: boolean;
}

export interface Packs {
  /** Those that are in order, first those that ship with Coterie, each sorted by id. */
  readonly packs: readonly Installed[];
  /** Folders of those that the user has added, in order or not. */
  readonly added: readonly string[];
  /** Ids that rules may name. */
  readonly known: readonly string[];
  readonly problems: readonly FileProblems[];
}

/** More than this many packs in one folder are not looked at. */
const mostPacks = 64;

/** Where a pack's folder says what it is. */
export const describedIn = (folder: string): string => join(folder, "expert.json");

/** Ids of the packs in `folder`, sorted: the names of those folders in it that have an expert.json. Links are not followed. */
export function packsIn(folder: string): readonly string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^[a-z][a-z0-9-]{0,31}$/.test(entry.name))
    .map(({ name }) => name)
    .filter((name) => statSync(describedIn(join(folder, name)), { throwIfNoEntry: false })?.isFile() === true)
    .sort()
    .slice(0, mostPacks);
}

/** Reads the packs in the folders `experts` and, if given, `userExperts`. */
export function readPacks(experts: string, userExperts?: string): Packs {
  const problems: FileProblems[] = [];
  const shipped = packsIn(experts).map((id) => ({ id, folder: join(experts, id), added: false }));
  const added: typeof shipped = [];
  try {
    if (userExperts !== undefined) {
      added.push(...packsIn(userExperts).map((id) => ({ id, folder: join(userExperts, id), added: true })));
    }
  } catch (error) {
    const message = `${userExperts} cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
    problems.push(problemsOf(userExperts ?? "", "", [wholly(message)]));
  }
  const ids = [...shipped, ...added].map(({ id }) => id).filter((id) => id !== "backbone");
  const known = [...new Set([...knownExperts, ...ids])];
  const packs: Installed[] = [];
  for (const place of [...shipped, ...added]) {
    const text = readSmall(describedIn(place.folder));
    if (typeof text !== "string") continue;
    const { pack, problems: found } = readPack(text, known);
    const whyNot = pack && place.added ? whyUnusable(pack, place.id, shipped) : null;
    problems.push(problemsOf(describedIn(place.folder), text, whyNot === null ? found : [...found, wholly(whyNot)]));
    if (pack && whyNot === null) packs.push({ ...pack, folder: place.folder, added: place.added });
  }
  return { packs, added: added.map(({ folder }) => folder), known, problems };
}

/** Why a pack that the user has added cannot be used although it can be read, or null. */
function whyUnusable({ id }: Pack, folder: string, shipped: readonly { readonly id: string }[]): string | null {
  if (id !== folder)
    return `This expert is called "${id}" but lies in a folder "${folder}": remove it and add it again.`;
  if (!shipped.some((each) => each.id === id)) return null;
  return `An expert "${id}" ships with Coterie and is used in this one's place: remove this one.`;
}
