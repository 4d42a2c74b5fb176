// Who is there and which rules count: packs and rule files on disk, read again when they change.
import { type Stats, unwatchFile, watchFile } from "node:fs";
import { join } from "node:path";
import { readRules } from "./experts.ts";
import { describedIn, type Installed, readPacks } from "./installed.ts";
import { type FileProblems, type Problem, problemsOf, readSmall, wholly } from "./json.ts";
import type { Rule } from "./route.ts";

/** An expert that is no pack: a model of the user's own, or one on another machine. */
export interface Guest {
  readonly id: string;
  /** Digest of its backbone; null on another machine. */
  readonly backbone: string | null;
  /** Whether it can be asked for more than completions. */
  readonly chats: boolean;
}

/** What the settings say about who answers. */
export interface Choice {
  /** The setting coterie.model; empty: nobody in particular. */
  readonly model: string;
  /** Ids of experts on other machines. */
  readonly remote: readonly string[];
}

export interface RosterPlaces {
  /** The folder of packs that ship with Coterie, with the built-in rules.json. */
  readonly experts: string;
  /** The folder of packs that the user has added; absent where they do not count. */
  readonly userExperts?: string;
  /** The user's rule file, or null. */
  readonly user: string | null;
  /** The folder of the user's own models, and what is in it; absent where they do not count. */
  readonly userModels?: string;
  readonly models?: () => readonly Guest[];
}

/** Where a workspace folder keeps its rules. */
export const rulesIn = (folder: string): string => join(folder, ".coterie", "rules.json");

/** Reads everything once when made; `watch` keeps it up to date. */
export class Roster {
  readonly #places: RosterPlaces;
  /** Folders whose rule files count: those of a trusted workspace. */
  #folders: readonly string[] = [];
  #packs: readonly Installed[] = [];
  /** Folders of the packs that the user has added, in order or not. */
  #added: readonly string[] = [];
  /** Rules by the file they stand in. */
  #rules = new Map<string, readonly Rule[]>();
  #problems: readonly FileProblems[] = [];
  #guests: readonly Guest[] = [];
  #choice: Choice = { model: "", remote: [] };
  #watched: ReadonlySet<string> = new Set();
  #changed: (() => void) | null = null;

  constructor(places: RosterPlaces) {
    this.#places = places;
    this.#load();
  }

  /** The experts that are there, those of Coterie first. */
  get packs(): readonly Installed[] {
    return this.#packs.filter(({ expert }) => expert);
  }

  /** Ids of the experts that rules can name, whether or not an engine has them loaded. */
  get experts(): readonly string[] {
    return [...this.packs, ...this.#guests].map(({ id }) => id);
  }

  /** How sure an expert has to be of what is shown, as its pack says; null where it says nothing. */
  thresholdOf(id: string): number | null {
    return this.packs.find((pack) => pack.id === id)?.threshold ?? null;
  }

  /** Files that are not in order, and those that were not and now are. */
  get problems(): readonly FileProblems[] {
    return this.#problems;
  }

  /**
   * The rules for documents of a workspace folder (or of none), in order of precedence. Those that come with an expert for a model of
   * the user's count while that model is chosen, so that changing back to the embedded one is enough.
   */
  rulesFor(folder: string | null): readonly Rule[] {
    const own = folder !== null && this.#folders.includes(folder) ? rulesIn(folder) : null;
    const chosen = this.#guests.find(({ id }) => id === this.#choice.model);
    const isFor = (pack: Installed) => chosen?.backbone != null && pack.backbone === chosen.backbone;
    const embedded = this.#packs.find(({ id }) => id === "general")?.backbone;
    const isForAnother = ({ backbone }: Installed) =>
      backbone !== undefined && backbone !== embedded && this.#guests.some((guest) => guest.backbone === backbone);
    const first = this.#packs.filter(isFor);
    const others = this.#packs.filter((pack) => !isFor(pack) && !isForAnother(pack));
    const files = (packs: readonly Installed[]) => packs.map(({ folder: at }) => describedIn(at));
    const rules = (from: readonly (string | null)[]) =>
      from.flatMap((file) => (file === null ? [] : (this.#rules.get(file) ?? [])));
    return [
      ...rules([own, this.#places.user, ...files(first)]),
      ...settingRule(this.#choice.model, chosen?.chats !== false),
      ...rules([...files(others), this.#builtIn()]),
    ];
  }

  /** Takes what the settings say into account. */
  choose(choice: Choice): void {
    if (JSON.stringify(choice) === JSON.stringify(this.#choice)) return;
    this.#choice = choice;
    this.reload();
  }

  /** Takes the rule files of these folders into account; an untrusted workspace gives none. */
  setFolders(folders: readonly string[]): void {
    this.#folders = folders;
    this.reload();
  }

  /** Calls `changed` when packs and rules were read again. They are polled, so that they may come and go. */
  watch(changed: () => void): void {
    this.#changed = changed;
    this.#rewatch();
  }

  close(): void {
    this.#changed = null;
    this.#rewatch();
  }

  /** Reads everything again. */
  reload(): void {
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
      problems.push(problemsOf(file, text, found));
    const found = readPacks(this.#places.experts, this.#places.userExperts);
    const remote = this.#choice.remote.map((id): Guest => ({ id, backbone: null, chats: false }));
    this.#guests = [...(this.#places.models?.() ?? []), ...remote].filter(({ id }) => !found.known.includes(id));
    const known = [...found.known, ...this.#guests.map(({ id }) => id)];
    problems.push(...found.problems);
    for (const { folder, rules: own } of found.packs) rules.set(describedIn(folder), this.#local(own));
    const files: [string | null, string][] = [
      ...this.#folders.map((folder): [string, string] => [rulesIn(folder), "workspace"]),
      [this.#places.user, "user"],
      [this.#builtIn(), "built-in"],
    ];
    for (const [file, origin] of files) {
      if (file === null) continue;
      const text = readSmall(file);
      if (text === null && origin !== "built-in") continue;
      if (typeof text !== "string") {
        note(file, "", [wholly(`${file} cannot be read: ${text?.message ?? "it is missing"}.`)]);
        continue;
      }
      const read = readRules(text, origin, known);
      const own = origin === "user" ? read.rules : this.#local(read.rules);
      const away = own.length < read.rules.length ? [wholly(onlyUser)] : [];
      note(file, text, [...read.problems, ...away]);
      rules.set(file, own);
    }
    this.#packs = found.packs;
    this.#added = found.added;
    this.#rules = rules;
    this.#problems = problems;
  }

  /** Rules without those that name an expert on another machine: only the user may send texts away. */
  #local(rules: readonly Rule[]): readonly Rule[] {
    return rules.filter(({ expert }) => !this.#choice.remote.includes(expert));
  }

  #builtIn(): string {
    return join(this.#places.experts, "rules.json");
  }

  #rewatch(): void {
    const { user, userExperts, userModels } = this.#places;
    const added = this.#added.map(describedIn);
    // A folder changes when something in it comes or goes.
    const all =
      this.#changed === null
        ? []
        : [...this.#folders.map(rulesIn), user, userExperts ?? null, userModels ?? null, ...added];
    const files = new Set(all.filter((file) => file !== null));
    for (const file of this.#watched) if (!files.has(file)) unwatchFile(file, this.#onChange);
    const fresh = [...files].filter((file) => !this.#watched.has(file));
    this.#watched = files;
    // Polling, because the folder itself may not exist yet and editors save by renaming.
    for (const file of fresh) watchFile(file, { interval: 400, persistent: false }, this.#onChange);
  }

  /** Node also calls this once for a file that is not there. */
  readonly #onChange = (now: Stats, before: Stats): void => {
    if (now.mtimeMs !== before.mtimeMs || now.size !== before.size || now.ino !== before.ino) this.reload();
  };
}

const onlyUser = "A rule that names an expert on another machine is left out here: only your own rules can do that.";

/** The rule that the setting coterie.model stands for: for completions only where the model can do no more. */
function settingRule(model: string, chats: boolean): readonly Rule[] {
  if (model === "") return [];
  const rule = { name: "setting#1", expert: model, because: `The setting coterie.model names ${model}.` };
  return [chats ? rule : { ...rule, task: "complete" }];
}
