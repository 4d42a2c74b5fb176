// Who is in the fleet: the embedded model, the models that the user has brought, and experts on other machines.
import { readdirSync, statSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import type { Engine, EngineOptions } from "../engine/engine.ts";
import { engineOptions, type Installation } from "../installation.ts";
import { readPart } from "../model/compiled.ts";
import { modelsIn, type OwnModel } from "../packs/models.ts";
import type { Settings } from "../protocol.ts";
import type { AddedPart, FleetOptions, Member } from "./fleet.ts";

export interface Needs {
  readonly installation: Installation;
  readonly settings: Settings;
  readonly open: (options: EngineOptions) => Promise<Engine>;
  /** Experts on other machines. */
  readonly remote: readonly Member[];
  readonly onTrouble: (message: string) => void;
}

/** All that `Fleet.open` needs. */
export function fleetOf(needs: Needs): FleetOptions {
  const { installation, settings, remote } = needs;
  const own = modelsIn(installation.userModels).models.map((model) => ownMember(model, needs));
  const members = [embedded(needs), ...own, ...remote];
  const budget = settings.modelMemory > 0 ? settings.modelMemory * 1e6 : totalmem() / 2;
  // An expert on another machine needs a model here that takes its place when it does not answer.
  const first = own.find(({ id }) => id === settings.model)?.id ?? "";
  return { members, first, budget, readPart: addedPart };
}

function embedded({ installation, settings, open, onTrouble }: Needs): Member {
  const parts = partsIn(installation.model);
  const backbone = parts.find(({ kind }) => kind === "backbone")?.backbone;
  const options = engineOptions(installation, settings);
  return {
    id: "",
    key: "",
    title: "the embedded model",
    experts: parts.filter(({ kind }) => kind === "expert"),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, options.cacheBytes),
    host: null,
    owns: (part) => part.backbone === backbone,
    away: () => null,
    open: (added) => open({ ...options, added, onTrouble }),
  };
}

function ownMember(model: OwnModel, { installation, settings, open, onTrouble }: Needs): Member {
  const { id, title, folder, digest, cut, row, bytes, infill, header, chats } = model;
  const general = engineOptions({ ...installation, model: folder }, settings);
  const options = { ...general, cacheBytes: 2 * general.contextTokens * row };
  return {
    id,
    key: folder,
    title,
    experts: partsIn(folder).filter(({ kind }) => kind === "expert"),
    bytes: bytes + options.cacheBytes,
    manner: { header, infill, borrows: true, ranks: infill === null, chats },
    host: null,
    owns: (part) => part.backbone === digest && part.layers[0] === cut,
    away: () => null,
    open: (added) => open({ ...options, added, onTrouble: (message) => onTrouble(`${title}: ${message}`) }),
  };
}

type PartInfo = AddedPart & { readonly kind: string };

/** The compiled parts in a model's folder. */
function partsIn(folder: string): readonly PartInfo[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).filter((name) => !name.startsWith("."));
  return names.sort().flatMap((name) => partAt(join(folder, name)) ?? []);
}

function addedPart(folder: string): AddedPart | null {
  const part = partAt(folder);
  return part?.kind === "expert" ? part : null;
}

function partAt(folder: string): PartInfo | null {
  const part = readPart(folder);
  if (part === undefined) return null;
  const { kind, id, backbone, layers, parameters, files } = part;
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  return { kind, id, backbone, layers, parameters, bytes, folder };
}
