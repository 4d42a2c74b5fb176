// Who is there and which rules count: packs and rule files on disk, read again when they change.
import { existsSync, readdirSync, readFileSync, type Stats, statSync, unwatchFile, watchFile } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { knownExperts, readPack, readRules } from "./experts.ts";
import { mostBytes, type Problem } from "./json.ts";
import type { Rule } from "./route.ts";

export interface RosterPlaces {
  /** The folder of packs, with the built-in rules.json. */
  readonly experts: string;
  /** The user's rule file, or null. */
  readonly user: string | null;
}

/** What is wrong with one file; no problems when it is in order again. */
export interface FileProblems {
  readonly uri: string;
  readonly text: string;
  readonly problems: readonly Problem[];
}

/** Where a workspace folder keeps its rules. */
export const rulesIn = (folder: string): string => join(folder, ".coterie", "rules.json");

/** Reads everything once when made; `watch` keeps it up to date. */
export class Roster {
  readonly #places: RosterPlaces;
  /** Folders whose rule files count: those of a trusted workspace. */
  #folders: readonly string[] = [];
  #packIds: readonly string[] = [];
  /** Rules by the file they stand in. */
  #rules = new Map<string, readonly Rule[]>();
  #problems: readonly FileProblems[] = [];
  #watched: ReadonlySet<string> = new Set();
  #changed: (() => void) | null = null;

  constructor(places: RosterPlaces) {
    this.#places = places;
    this.#load();
  }

  /** Ids of the packs that rules can name, whether or not an engine has them loaded. */
  get experts(): readonly string[] {
    return this.#packIds;
  }

  /** Files that are not in order, and those that were not and now are. */
  get problems(): readonly FileProblems[] {
    return this.#problems;
  }

  /** The rules for documents of a workspace folder (or of none), in order of precedence. */
  rulesFor(folder: string | null): readonly Rule[] {
    const own = folder !== null && this.#folders.includes(folder) ? rulesIn(folder) : null;
    const files = [own, this.#places.user, ...this.#packFiles(), this.#builtIn()];
    return files.flatMap((file) => (file === null ? [] : (this.#rules.get(file) ?? [])));
  }

  /** Takes the rule files of these folders into account; an untrusted workspace gives none. */
  setFolders(folders: readonly string[]): void {
    this.#folders = folders;
    this.#reload();
  }

  /** Calls `changed` when rules were read again. Rule files are polled, so that they may come and go. */
  watch(changed: () => void): void {
    this.#changed = changed;
    this.#rewatch();
  }

  close(): void {
    this.#changed = null;
    this.#rewatch();
  }

  #reload(): void {
    const before = this.#problems.filter(({ problems }) => problems.length > 0);
    this.#load();
    const now = new Set(this.#problems.map(({ uri }) => uri));
    const gone = before.filter(({ uri }) => !now.has(uri)).map((each) => ({ ...each, problems: [] }));
    this.#problems = [...this.#problems, ...gone];
    this.#rewatch();
    this.#changed?.();
  }

  #load(): void {
    const problems: FileProblems[] = [];
    const rules = new Map<string, readonly Rule[]>();
    const note = (file: string, text: string, found: readonly Problem[]) =>
      problems.push({ uri: pathToFileURL(file).href, text, problems: found });

    const packs = this.#packFiles().map((file) => ({ file, id: file.split(/[\\/]/).at(-2) ?? "" }));
    const known = [...new Set([...knownExperts, ...packs.map(({ id }) => id).filter((id) => id !== "backbone")])];
    const ids: string[] = [];
    for (const { file } of packs) {
      const text = read(file);
      if (typeof text !== "string") continue;
      const { pack, problems: found } = readPack(text, known);
      note(file, text, found);
      if (pack?.expert) ids.push(pack.id);
      if (pack) rules.set(file, pack.rules);
    }
    const files: [string | null, string][] = [
      ...this.#folders.map((folder): [string, string] => [rulesIn(folder), "workspace"]),
      [this.#places.user, "user"],
      [this.#builtIn(), "built-in"],
    ];
    for (const [file, origin] of files) {
      if (file === null) continue;
      const text = read(file);
      if (text === null && origin !== "built-in") continue;
      const message = `${file} cannot be read: ${text instanceof Error ? text.message : "it is missing"}.`;
      if (typeof text !== "string") {
        note(file, "", [{ message, start: 0, end: 1, severity: "error" }]);
        continue;
      }
      const found = readRules(text, origin, known);
      note(file, text, found.problems);
      rules.set(file, found.rules);
    }
    this.#packIds = ids;
    this.#rules = rules;
    this.#problems = problems;
  }

  #builtIn(): string {
    return join(this.#places.experts, "rules.json");
  }

  #packFiles(): readonly string[] {
    if (!existsSync(this.#places.experts)) return [];
    const folders = readdirSync(this.#places.experts, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const files = folders.map(({ name }) => join(this.#places.experts, name, "expert.json"));
    return files.filter((file) => existsSync(file)).sort();
  }

  #rewatch(): void {
    const all = this.#changed === null ? [] : [...this.#folders.map(rulesIn), this.#places.user];
    const files = new Set(all.filter((file) => file !== null));
    for (const file of this.#watched) if (!files.has(file)) unwatchFile(file, this.#onChange);
    const fresh = [...files].filter((file) => !this.#watched.has(file));
    this.#watched = files;
    // Polling, because the folder itself may not exist yet and editors save by renaming.
    for (const file of fresh) watchFile(file, { interval: 400, persistent: false }, this.#onChange);
  }

  /** Node also calls this once for a file that is not there. */
  readonly #onChange = (now: Stats, before: Stats): void => {
    if (now.mtimeMs !== before.mtimeMs || now.size !== before.size || now.ino !== before.ino) this.#reload();
  };
}

/** A file's text, null when there is none, an error when it cannot be read. Over-large ones are cut just above the limit. */
function read(file: string): string | null | Error {
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!stat) return null;
    if (!stat.isFile()) return new Error("it is not a file");
    return stat.size > mostBytes ? " ".repeat(mostBytes + 1) : readFileSync(file, "utf8").replace(/^\ufeff/, "");
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
