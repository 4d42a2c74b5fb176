// Who answers by the settings: the models that the user has, the experts on other machines, and which of them goes first.
import type { Engine, EngineOptions } from "../engine/engine.ts";
import { Fleet, type FleetOptions } from "../fleet/fleet.ts";
import { fleetOf } from "../fleet/members.ts";
import type { Installation } from "../installation.ts";
import { modelsIn } from "../packs/models.ts";
import type { Settings } from "../protocol.ts";
import { remoteMembers } from "../remote/experts.ts";
import { Roster } from "../roster.ts";

export interface ChosenOptions {
  readonly installation: Installation;
  readonly roster: Roster;
  settings(): Promise<Settings>;
  open(options: EngineOptions): Promise<Engine>;
  /** The key that the editor keeps for an expert on another machine. Rejects where the editor keeps none. */
  key(id: string): Promise<string | null>;
  warn(message: string): void;
}

/** The roster of an installation. */
export function rosterOf({ experts, userExperts, userRules, userModels }: Installation): Roster {
  const models = () => modelsIn(userModels).models.map(({ id, digest, chats }) => ({ id, backbone: digest, chats }));
  return new Roster({ experts, userExperts, user: userRules, userModels, models });
}

export class Chosen {
  readonly #options: ChosenOptions;
  readonly #told = new Set<string>();
  #taken = "";
  #title: string | undefined;
  #hosts: readonly string[] = [];

  constructor(options: ChosenOptions) {
    this.#options = options;
  }

  /** What the user calls the chosen model; undefined for the embedded one. */
  get title(): string | undefined {
    return this.#title;
  }

  /** The machines that experts of the settings are on. */
  get hosts(): readonly string[] {
    return this.#hosts;
  }

  /** Whether the models on disk are others than those that were last taken over. */
  get isOutdated(): boolean {
    return this.#onDisk() !== this.#taken;
  }

  /** Opens the fleet with the added experts in these folders. Rejects in words. */
  async open(added: readonly string[]): Promise<Fleet> {
    return Fleet.open(await this.#fleet(), added);
  }

  /** Lets an open fleet, and the rules in any case, follow the models and the settings. */
  async follow(fleet: Fleet | null): Promise<void> {
    const { members } = await this.#fleet();
    await fleet?.setMembers(members);
    this.#options.roster.reload();
    for (const problem of modelsIn(this.#options.installation.userModels).problems) {
      if (!this.#told.has(problem)) this.#options.warn(problem);
      this.#told.add(problem);
    }
  }

  async #fleet(): Promise<FleetOptions> {
    const { installation, roster, open, warn, key } = this.#options;
    const settings = await this.#options.settings();
    this.#taken = this.#onDisk();
    roster.choose({ model: settings.model, remote: Object.keys(settings.remoteExperts) });
    const onTrouble = (message: string) => warn(`The engine: ${message}`);
    // Not every editor keeps keys; many engines need none.
    const asked = (id: string) => key(id).catch(() => null);
    const remote = remoteMembers(settings.remoteExperts, { key: asked, onTrouble });
    this.#hosts = remote.flatMap(({ host }) => host ?? []);
    const fleet = fleetOf({ installation, settings, open, remote, onTrouble });
    this.#title = settings.model === "" ? undefined : fleet.members.find(({ id }) => id === settings.model)?.title;
    return fleet;
  }

  #onDisk(): string {
    const { models } = modelsIn(this.#options.installation.userModels);
    return models.map(({ folder }) => folder).join("\n");
  }
}
