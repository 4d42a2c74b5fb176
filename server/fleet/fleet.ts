// Several models as one engine: the first is opened at once, each other one when it is first asked, within a budget of memory.
import type { Engine, ExpertInfo, MemoryReport } from "../engine/engine.ts";
import type { Manner } from "../prompt.ts";

/** A model, or something else that answers like one. */
export interface Member {
  /** Empty for the embedded model. */
  readonly id: string;
  /** What it is, so that another one of the same id is known as another one. */
  readonly key: string;
  readonly title: string;
  /** Its own experts, as they are known before it is opened. */
  readonly experts: readonly ExpertInfo[];
  /** What it will take in memory, bytes. */
  readonly bytes: number;
  /** How it is asked; absent: as the embedded model. */
  readonly manner?: Manner;
  /** The other machine that texts are sent to; null when they stay on this one. */
  readonly host: string | null;
  /** Whether an added expert's compiled part in this folder belongs to it. */
  owns(part: AddedPart): boolean;
  /** Why it does not answer at the moment, in words, or null. */
  away(): string | null;
  /** Rejects in words. */
  open(added: readonly string[]): Promise<Engine>;
}

/** The compiled part of an expert that the user has added. */
export interface AddedPart extends ExpertInfo {
  readonly folder: string;
  /** Digest of the backbone that it was made for. */
  readonly backbone: string;
}

export interface FleetOptions {
  readonly members: readonly Member[];
  /** Id of the member that is opened at once. */
  readonly first: string;
  /** What all models may take together, bytes; the first may take more. */
  readonly budget: number;
  /** Reads the compiled part in a folder; null when it cannot be used. */
  readonly readPart: (folder: string) => AddedPart | null;
}

interface Berth {
  readonly member: Member;
  added: readonly AddedPart[];
  opening: Promise<Engine> | null;
  engine: Engine | null;
  failed: string | null;
}

export class Fleet implements Engine {
  #berths: readonly Berth[];
  #folders: readonly string[] = [];
  #gone = false;
  readonly #budget: number;
  readonly #readPart: FleetOptions["readPart"];

  private constructor({ members, budget, readPart }: FleetOptions) {
    this.#berths = members.map(berthFor);
    this.#budget = budget;
    this.#readPart = readPart;
  }

  /** @throws Error in words when the first member cannot be opened. */
  static async open(options: FleetOptions, added: readonly string[]): Promise<Fleet> {
    const fleet = new Fleet(options);
    await fleet.setAdded(added);
    const first = fleet.#berths.find(({ member }) => member.id === options.first) ?? fleet.#berths[0];
    if (first === undefined) throw new Error("there is no model: install Coterie again.");
    await fleet.#opened(first);
    return fleet;
  }

  /** Those who can be asked now; a model need not be loaded for that. */
  get experts(): readonly ExpertInfo[] {
    return this.#berths.flatMap((berth) => (this.#why(berth) === null ? expertsOf(berth) : []));
  }

  get stale(): boolean {
    return this.#gone || this.#berths.some(({ engine }) => engine?.stale === true);
  }

  /** Takes these in place of those before; what is open stays so, and what is gone is closed. */
  async setMembers(members: readonly Member[]): Promise<void> {
    const known = (member: Member) => this.#berths.find((berth) => berth.member.key === member.key);
    const gone = this.#berths.filter(({ member }) => !members.some(({ key }) => key === member.key));
    this.#berths = members.map((member) => known(member) ?? berthFor(member));
    for (const { opening } of gone) {
      const engine = await opening?.catch(() => null);
      if (!engine) continue;
      this.#gone = true;
      await engine.close();
    }
    await this.setAdded(this.#folders);
  }

  /** Why an expert that is there does not answer at the moment, in words; null for one that answers or is not known. */
  absent(expert: string): string | null {
    const berth = this.#berthOf(expert);
    return berth === undefined ? null : this.#why(berth);
  }

  /** How an expert is asked, and whom its texts are sent to. */
  about(expert: string): Pick<Member, "manner" | "host" | "title"> | null {
    return this.#berthOf(expert)?.member ?? null;
  }

  async *generate(...[request, signal]: Parameters<Engine["generate"]>): ReturnType<Engine["generate"]> {
    return yield* (await this.#engineOf(request.expert)).generate(request, signal);
  }

  async score(...[request, signal]: Parameters<Engine["score"]>): ReturnType<Engine["score"]> {
    return (await this.#engineOf(request.expert)).score(request, signal);
  }

  /** A model that is not open is not opened for it, and nothing is sent to another machine before it is asked. */
  async warm(...[request, signal]: Parameters<Engine["warm"]>): Promise<void> {
    const berth = this.#berthOf(request.expert);
    if (berth?.member.host === null) await berth.engine?.warm(request, signal);
  }

  async setAdded(folders: readonly string[]): Promise<void> {
    this.#folders = folders;
    const parts = folders.flatMap((folder) => this.#readPart(folder) ?? []);
    for (const berth of this.#berths) {
      berth.added = parts.filter((part) => berth.member.owns(part));
      // One that is being opened has been given the parts of before.
      const engine = berth.engine ?? (await berth.opening?.catch(() => null));
      await engine?.setAdded(berth.added.map(({ folder }) => folder));
    }
  }

  /** Sums; the process, and so the rest of it, is the same for all. */
  async memory(): Promise<MemoryReport> {
    const engines = this.#berths.flatMap(({ engine }) => engine ?? []);
    const reports = await Promise.all(engines.map((engine) => engine.memory()));
    const sum = (of: (report: MemoryReport) => number) => reports.reduce((total, each) => total + of(each), 0);
    const process = Math.max(0, ...reports.map((each) => each.process));
    const parts = sum((each) => each.process - each.rest);
    return {
      backbone: sum(({ backbone }) => backbone),
      experts: Object.assign({}, ...reports.map(({ experts }) => experts)),
      head: sum(({ head }) => head),
      caches: sum(({ caches }) => caches),
      rest: process - parts,
      process,
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#berths.map(({ engine }) => engine?.close()));
  }

  #berthOf(expert: string): Berth | undefined {
    return this.#berths.find((berth) => expertsOf(berth).some(({ id }) => id === expert));
  }

  async #engineOf(expert: string): Promise<Engine> {
    const berth = this.#berthOf(expert);
    if (berth === undefined) {
      throw new Error(`there is no expert "${expert}"; installed: ${this.experts.map(({ id }) => id).join(", ")}`);
    }
    const why = this.#why(berth);
    if (why !== null) throw new Error(`the expert "${expert}" ${why}`);
    return this.#opened(berth);
  }

  #opened(berth: Berth): Promise<Engine> {
    berth.opening ??= this.#open(berth);
    return berth.opening;
  }

  async #open(berth: Berth): Promise<Engine> {
    try {
      berth.engine = await berth.member.open(berth.added.map(({ folder }) => folder));
      return berth.engine;
    } catch (error) {
      berth.failed = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  #why({ member, opening, failed }: Berth): string | null {
    if (failed !== null) return `cannot be loaded: ${failed}`;
    if (opening !== null) return member.away();
    const loading = this.#berths.filter((each) => each.opening !== null && each.failed === null);
    const left = Math.max(0, this.#budget - loading.reduce((sum, each) => sum + each.member.bytes, 0));
    if (loading.length > 0 && member.bytes > left) {
      return `needs ${megabytes(member.bytes)} of memory and ${megabytes(left)} are left for models (coterie.modelMemory)`;
    }
    return member.away();
  }
}

function berthFor(member: Member): Berth {
  return { member, added: [], opening: null, engine: null, failed: null };
}

/** Those that the member's engine knows, or that it will know. */
function expertsOf({ engine, member, added }: Berth): readonly ExpertInfo[] {
  return engine?.experts ?? [...member.experts, ...added];
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
