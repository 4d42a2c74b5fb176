// The engine and the roster for one command of the command line, with the experts that the user has added.
import type { Engine } from "../engine/engine.ts";
import { openEngine } from "../engine/open.ts";
import { engineOptions, type Installation } from "../installation.ts";
import { compilePacks } from "../packs/change.ts";
import { partsOf } from "../packs/store.ts";
import { Roster } from "../roster.ts";
import { readDefaults } from "../settings.ts";

/** Says what is going on, or what is wrong with a rule file or a pack. */
export interface Reporter {
  progress(text: string): void;
  warn(text: string): void;
}

export function rosterOf({ experts, userExperts, userRules }: Installation): Roster {
  return new Roster({ experts, userExperts, user: userRules });
}

/** Opens the engine, uses it and closes it. @throws Error in words when it cannot be opened. */
export async function withEngine<T>(
  installation: Installation,
  roster: Roster,
  reporter: Reporter,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const added = addedParts(installation, roster, reporter);
  reporter.progress("Loading the model");
  const settings = readDefaults(installation.packageJson);
  const options = { ...engineOptions(installation, settings, added), onTrouble: (text: string) => reporter.warn(text) };
  const engine = await openEngine(options);
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
