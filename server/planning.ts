// The messages about planned refactors between an editor and the server, a sentence each.
import { RequestType } from "vscode-languageserver-protocol";

export interface PlannedStep {
  readonly id: string;
  readonly title: string;
  readonly operation: string;
  readonly target: { readonly file: string };
  readonly expert: {
    readonly id: string;
    readonly score: number;
    readonly runnerUp: { readonly id: string; readonly score: number } | null;
    readonly because: string;
  };
  readonly after: readonly string[];
  readonly state: "proposed" | "ready" | "applied" | "verified" | "failed" | "skipped" | "undone";
  /** Whether something stands that it has written. */
  readonly stands: boolean;
  readonly edits: readonly {
    readonly file: string;
    readonly creates: boolean;
    readonly edits: readonly {
      readonly start: number;
      readonly end: number;
      readonly text: string;
      /** The beginning of what it takes away; absent where nothing is. */
      readonly was?: string | undefined;
    }[];
  }[];
  /** `output`: the end of what the user's tests have printed, where they failed. */
  readonly check: {
    readonly passed: boolean;
    readonly found: string;
    readonly output?: string | undefined;
  } | null;
  /** What the expert's words have cost; absent where none were written. */
  readonly spent?:
    | { readonly promptTokens: number; readonly reusedTokens: number; readonly newTokens: number; readonly ms: number }
    | undefined;
}

/** A plan that is being run, as it stands. */
export interface PlanRun {
  readonly run: string;
  /** URI of the workspace folder. */
  readonly root: string;
  readonly goal: string;
  readonly recipe: string;
  readonly steps: readonly PlannedStep[];
  /** The plan as it is saved. */
  readonly saved: string;
}

export interface RecipeOffer {
  readonly id: string;
  readonly title: string;
  /** What the user has to say beyond the goal: option -> question. */
  readonly asks: Readonly<Record<string, string>>;
}

/** Client -> server: which recipes there are. */
export const planRecipes = new RequestType<null, readonly RecipeOffer[], void>("coterie/planRecipes");

export interface MakePlanParams {
  /** Of one workspace folder. */
  readonly uris: readonly string[];
  readonly goal: string;
  readonly options: Readonly<Record<string, string>>;
}

export interface MakePlanResult {
  /** Null where nothing is to do or the goal is not clear. */
  readonly plan: PlanRun | null;
  /** The recipes that the goal may mean, when it is not clear. */
  readonly offered: readonly RecipeOffer[];
}

/** Client -> server: the user has a goal for files. */
export const makePlan = new RequestType<MakePlanParams, MakePlanResult, void>("coterie/makePlan");

export interface OpenPlanParams {
  /** URI of a saved plan; null for the last run in the workspace folder. */
  readonly uri: string | null;
  /** URI of the workspace folder. */
  readonly root: string;
}

/** Client -> server: go on with the last run, for instance after a crash, or take up a saved plan; null: there is none. */
export const openPlan = new RequestType<OpenPlanParams, PlanRun | null, void>("coterie/openPlan");

export interface StepParams {
  readonly run: string;
  readonly step: string;
}

/** A file as it is and as a step would leave it; null: there is none. */
export interface FilePreview {
  readonly file: string;
  readonly uri: string;
  readonly before: string | null;
  readonly after: string;
  /** The places that change, each named "file#number" in order. */
  readonly hunks: readonly { readonly id: string; readonly line: number; readonly text: string }[];
}

/** Client -> server: what a step changes in the files as they are now, for its preview. */
export const previewStep = new RequestType<StepParams, readonly FilePreview[], void>("coterie/previewStep");

/** Client -> server: do a step, without the hunks that the user has unticked. What was previewed must still fit. */
export const applyStep = new RequestType<StepParams & { readonly leave: readonly string[] }, PlanRun, void>(
  "coterie/applyStep",
);

/** Client -> server: the user leaves a step out, moves it, or gives it to another expert. */
export const changeStep = new RequestType<
  StepParams & { readonly change: "skip" | "earlier" | "later" | "expert"; readonly expert?: string },
  PlanRun,
  void
>("coterie/changeStep");

export interface UndoResult {
  readonly plan: PlanRun;
  /** Why nothing was taken back, or null. */
  readonly refused: string | null;
}

/** Client -> server: take back a step, or the whole run when it is null. */
export const undoPlan = new RequestType<{ readonly run: string; readonly step: string | null }, UndoResult, void>(
  "coterie/undoPlan",
);

export interface WriteFilesParams {
  readonly label: string;
  readonly files: readonly {
    readonly uri: string;
    /** What the document has to hold; null: there is no such file. */
    readonly before: string | null;
    /** What it holds then; null: it is gone. */
    readonly after: string | null;
    readonly edits: readonly { readonly start: number; readonly end: number; readonly text: string }[];
  }[];
}

export interface WriteFilesResult {
  /** Why nothing was written, or null. */
  readonly why: string | null;
  /** What the files hold once they are saved, in their order; null: there is none. Saving may format a document. */
  readonly after: readonly (string | null)[];
  /** What the editor's own diagnostics say has got worse, a line each. */
  readonly complaints: readonly string[];
}

/** Server -> client: write files by one versioned edit, save those that were saved before, and say what got worse. */
export const writeFiles = new RequestType<WriteFilesParams, WriteFilesResult, void>("coterie/writeFiles");
