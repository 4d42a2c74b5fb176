// Every message between an editor and the server, a sentence each: who sends it and why.
import type { Position } from "vscode-languageserver-protocol";
import { NotificationType, RequestType } from "vscode-languageserver-protocol";

// ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What is asked. */
export const tasks = ["complete", "explain", "document", "calculate", "plan", "name"] as const;
export type Task = (typeof tasks)[number];

/** What the cursor is in; in a fenced block that of its content. */
export const regions = ["code", "comment", "docstring", "string", "math", "prose"] as const;
export type Region = (typeof regions)[number];

/** One rule that was looked at on the way to a route. */
export interface Considered {
  /** Where the rule stands: "workspace", "user", "pack:ID" or "built-in", then "#" and its place from 1. */
  readonly rule: string;
  readonly expert: string;
  readonly matched: boolean;
  /** Why it matched or did not, in words. */
  readonly why: string;
}

/** Who answers and why. */
export interface Route {
  /** The installed expert that answers. */
  readonly expert: string;
  /** The expert that the rule names, when that one is not installed; else null. */
  readonly wanted: string | null;
  readonly rule: string;
  readonly because: string;
  readonly considered: readonly Considered[];
}

/** Why a generation ended. */
export type Stop = "end" | "stop" | "length" | "cancelled" | "nothing";

/** One finished answer, shown or not. Times in milliseconds, counts in tokens. */
export interface Answer extends Route {
  readonly id: number;
  readonly task: Task;
  readonly uri: string;
  readonly position: Position;
  readonly languageId: string;
  readonly region: Region;
  /** The cleaned candidate. */
  readonly text: string;
  readonly promptTokens: number;
  readonly reusedTokens: number;
  readonly newTokens: number;
  readonly ms: number;
  readonly stop: Stop;
  /** Why an editor does not show the text, in words; null when it does. */
  readonly hidden: string | null;
}

// ── Server to client ─────────────────────────────────────────────────────────────────────────────────────────────────

export type State = "loading" | "ready" | "answering" | "failed";

export interface Status {
  readonly state: State;
  /** What is going on, or what failed and what to do about it, in one line. */
  readonly detail: string;
}

/** Server -> client: the engine's state changed. */
export const status = new NotificationType<Status>("coterie/status");

/** Server -> client: an answer is finished (or is withheld, and why), for ledger, sidebar and status bar. */
export const answered = new NotificationType<Answer>("coterie/answered");

// ── Client to server ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface RouteParams {
  readonly uri: string;
  readonly position: Position;
  readonly task: Task;
}

export interface RouteResult extends Route {
  readonly region: Region;
  readonly languageId: string;
}

/** Client -> server: which expert would answer here, and what else was considered. */
export const route = new RequestType<RouteParams, RouteResult, void>("coterie/route");

/** Client -> server: the user has granted trust to the workspace, so that its rules may be read. */
export const trusted = new NotificationType<{ readonly trusted: boolean }>("coterie/trusted");

/** What the client tells the server on `initialize`. */
export interface InitializationOptions {
  readonly trusted: boolean;
  /** False where the client cannot be asked for `workspace/configuration`; then these settings count. */
  readonly settings?: Partial<Settings>;
}

/**
 * The command of a shown item, run by the editor when the user accepts it: (id of the answer). The client registers it and
 * notes the fate in its ledger.
 */
export const acceptedCommand = "coterie.accepted";

// ── Settings ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The `coterie` section. Defaults live in package.json and nowhere else. */
export interface Settings {
  readonly enable: boolean;
  /** Language id -> on or off; "*" stands for all that are not named. */
  readonly languages: Readonly<Record<string, boolean>>;
  /** Milliseconds to wait after a key before a completion is computed. */
  readonly debounce: number;
  /** Processor threads; 0 means half the cores, at least 1. */
  readonly threads: number;
  /** Most tokens of one line; a block may take four times as many. */
  readonly maxTokens: number;
  /** Most tokens of a prompt. */
  readonly contextTokens: number;
}
