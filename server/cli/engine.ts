// The engine and the roster for one command of the command line, with the experts that the user has added.
import { openEngine } from "../engine/open.ts";
import { rosterOf as rosterIn } from "../features/chosen.ts";
import { Fleet } from "../fleet/fleet.ts";
import { fleetOf } from "../fleet/members.ts";
import type { Installation } from "../installation.ts";
import { compilePacks } from "../packs/change.ts";
import { modelsIn } from "../packs/models.ts";
import { partsOf } from "../packs/store.ts";
import type { Roster } from "../roster.ts";
import { readDefaults } from "../settings.ts";
import { BadInput } from "./place.ts";

/** Says what is going on, or what is wrong with a rule file or a pack. */
export interface Reporter {
  progress(text: string): void;
  warn(text: string): void;
}

/** @param model id of the user's own model that answers where no rule says otherwise; empty: the embedded one. */
export function rosterOf(installation: Installation, model = ""): Roster {
  const { models } = modelsIn(installation.userModels);
  if (model !== "" && !models.some(({ id }) => id === model)) {
    const have =
      models.length > 0 ? `you have ${models.map(({ id }) => id).join(", ")}` : "coterie import PATH imports one";
    throw new BadInput(`There is no model "${model}"; ${have}.`);
  }
  const roster = rosterIn(installation);
  roster.choose({ model, remote: [] });
  return roster;
}

/** Opens the engine, uses it and closes it. @throws Error in words when it cannot be opened. */
export async function withEngine<T>(
  installation: Installation,
  roster: Roster,
  reporter: Reporter,
  use: (engine: Fleet) => Promise<T>,
  model = "",
): Promise<T> {
  const added = addedParts(installation, roster, reporter);
  reporter.progress("Loading the model");
  const settings = { ...readDefaults(installation.packageJson), model };
  const onTrouble = (text: string) => reporter.warn(text);
  const fleet = fleetOf({ installation, settings, open: openEngine, remote: [], onTrouble });
  const engine = await Fleet.open(fleet, added);
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}

/** Folders of the compiled parts of added experts; compiled now where an older Coterie has added them. */
function addedParts(installation: Installation, roster: Roster, reporter: Reporter): readonly string[] {
  const packs = roster.packs.filter(({ added }) => added).map(({ folder }) => folder);
  const { ready, missing, problems } = partsOf(packs, installation);
  for (const problem of problems) reporter.warn(problem);
  if (missing.length === 0) return ready;
  reporter.progress("Compiling the added experts");
  for (const problem of compilePacks(missing, installation)) reporter.warn(problem);
  return partsOf(packs, installation).ready;
}
