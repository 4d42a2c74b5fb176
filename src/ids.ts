// Ids that code and manifest share; test/contract/manifest.test.ts holds the two against each other.

/** Commands that the manifest offers to the user. */
export const publicCommands = [
  "coterie.toggle",
  "coterie.toggleLanguage",
  "coterie.snooze",
  "coterie.toggleAutomatic",
  "coterie.toggleCommentsAndStrings",
  "coterie.explainRouting",
  "coterie.explain",
  "coterie.document",
  "coterie.calculate",
  "coterie.showLog",
  "coterie.restart",
  "coterie.openRules",
  "coterie.tryCompletion",
  "coterie.selfTest",
  "coterie.proveOffline",
  "coterie.addExpert",
  "coterie.removeExpert",
  "coterie.useModel",
  "coterie.setRemoteKey",
  "coterie.plan",
  "coterie.planPreview",
  "coterie.planApply",
  "coterie.planAll",
  "coterie.planSkip",
  "coterie.planEarlier",
  "coterie.planLater",
  "coterie.planExpert",
  "coterie.planUndoStep",
  "coterie.planUndo",
  "coterie.planResume",
  "coterie.planSave",
  "coterie.planOpen",
] as const;

/** Commands that the editor runs for us: on an accepted answer, a click on the status bar, a click on a place. */
export const internalCommands = [
  "coterie.accepted",
  "coterie.menu",
  "coterie.reveal",
  "coterie.replaceWithResult",
  "coterie.propose",
] as const;

export type Command = (typeof publicCommands)[number] | (typeof internalCommands)[number];

/** The tree of answers. */
export const answersView = "coterie.answers";

/** The tree of the plan. */
export const stepsView = "coterie.steps";

/** The web view of figures. */
export const teamView = "coterie.team";

/** The web views beside the editor: explanations, reports. */
export const pageView = "coterie.page";

/** Who takes part in the chat. */
export const chatParticipant = "coterie.chat";

/** Context key for `when` clauses: "off", "loading", "ready" or "failed". */
export const stateKey = "coterie.state";

/** Section of the settings, scheme of our own read-only documents, and name of the folder that holds rules. */
export const section = "coterie";
