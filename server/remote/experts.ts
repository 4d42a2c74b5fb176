// The experts on other machines that the user's settings name, as members of the fleet.
import type { Member } from "../fleet/fleet.ts";
import type { RemoteExpert } from "../protocol.ts";
import { mannerOf } from "./asked.ts";
import { RemoteEngine } from "./remote.ts";

export interface RemoteNeeds {
  /** Asks the editor for the key of an expert; null when there is none. */
  readonly key: (id: string) => Promise<string | null>;
  readonly onTrouble: (message: string) => void;
}

export function remoteMembers(experts: Readonly<Record<string, RemoteExpert>>, needs: RemoteNeeds): readonly Member[] {
  return Object.entries(experts).map(([id, expert]) => {
    const engine = new RemoteEngine({ id, expert, key: () => needs.key(id), onTrouble: needs.onTrouble });
    return {
      id,
      key: JSON.stringify([id, expert]),
      title: expert.title ?? id,
      experts: engine.experts,
      bytes: 0,
      manner: mannerOf(expert),
      host: new URL(expert.url).host,
      owns: () => false,
      away: () => engine.away,
      open: async () => engine,
    };
  });
}
