// The messages of answers and settings between an editor and the server, a sentence each: who sends it and why. More in protocol/.
import type { Position, TextEdit } from "vscode-languageserver-protocol";
import { NotificationType, RequestType } from "vscode-languageserver-protocol";

// ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What is asked. */
export const tasks = ["complete", "explain", "document", "calculate", "plan", "name", "chat"] as const;
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
  /** Why the wanted one does not answer, in words; absent: it is not installed. */
  readonly absent?: string;
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
  /** The other machine that the prompt was sent to; absent: nothing left this one. */
  readonly host?: string;
}

// ── Server to client ─────────────────────────────────────────────────────────────────────────────────────────────────

export type State = "loading" | "ready" | "answering" | "failed";

export interface Status {
  readonly state: State;
  /** What is going on, or what failed and what to do about it, in one line. */
  readonly detail: string;
  /** What the user calls the model that answers where no rule says otherwise; absent: the embedded one. */
  readonly model?: string;
}

/** Server -> client: the engine's state changed. */
export const status = new NotificationType<Status>("coterie/status");

/** Server -> client: an answer is finished (or is withheld, and why), for ledger, sidebar and status bar. */
export const answered = new NotificationType<Answer>("coterie/answered");

/**
 * Server -> client: weights of an expert that is gone are still in memory, and go only with the process. A client that can
 * start the server again does so when nobody waits for an answer.
 */
export const stale = new NotificationType<null>("coterie/stale");

export interface NamesParams {
  readonly uri: string;
  /** Of the document as the server knows it. */
  readonly version: number;
  readonly position: Position;
  /** "only": nothing but a name may stand there, such as a member's; "else": other things too, such as a literal. */
  readonly kind: "only" | "else";
}

export interface NamesResult {
  /** All that fit, and those that begin otherwise than what is written before the position too. */
  readonly names: readonly string[];
}

/**
 * Server -> client: which names the language services know to fit at a position, so that the model writes one that exists; null
 * when they do not know. Sent to clients that offer it; cancelled when nobody waits any more.
 */
export const names = new RequestType<NamesParams, NamesResult | null, void>("coterie/names");

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

export interface RestedParams {
  readonly uri: string;
  readonly position: Position;
}

/** Client -> server: the cursor rests here, so what is likely to be asked next is read while nobody waits for anything. */
export const rested = new NotificationType<RestedParams>("coterie/rested");

/** Client -> server: which expert would answer here, and what else was considered. */
export const route = new RequestType<RouteParams, RouteResult, void>("coterie/route");

/** One fact about code, as plain text with `code` in backticks. */
export interface Fact {
  readonly name: string;
  readonly text: string;
}

/** Server -> client: what has been found or written so far for a request that named this stream. */
export const piece = new NotificationType<Piece>("coterie/piece");
export interface Piece {
  readonly stream: number;
  /** What was written since the last piece. */
  readonly text: string;
  /** All facts, in the first piece, then null. Facts again: another expert has taken over, and what was written counts no more. */
  readonly facts: readonly Fact[] | null;
  /** With facts: where the name of the function that is explained stands, so that an editor can ask others about it. */
  readonly named?: Position;
}

/** Who wrote an answer's words, and why he was asked. */
export type Author = Pick<Route, "expert" | "wanted" | "absent" | "rule" | "because"> & Pick<Answer, "host">;

export interface ExplainParams {
  readonly uri: string;
  /** The code; an empty range stands for the function around it. */
  readonly range: { readonly start: Position; readonly end: Position };
  /** Names the pieces that are sent before the answer; null: none are. */
  readonly stream: number | null;
}
export interface Explanation extends Author {
  /** From the syntax tree. */
  readonly facts: readonly Fact[];
  /** From the model. */
  readonly text: string;
  /** Why it ended there; "stop": it had begun to repeat itself. */
  readonly stop: Stop;
  readonly ms: number;
}

/** Client -> server: the user wants code explained. Refused in words; cancelling leaves what has been written. */
export const explain = new RequestType<ExplainParams, Explanation, void>("coterie/explain");

/** Languages whose functions can be explained by facts and documented. */
export const documentable: readonly string[] =
  "typescript typescriptreact javascript javascriptreact python java go rust".split(" ");

export interface DocumentParams {
  readonly uri: string;
  readonly position: Position;
}
export interface Documentation extends Author {
  /** One edit that puts the comment in and touches nothing else; none when it was cancelled. */
  readonly edits: readonly TextEdit[];
  /** The document's version that the edit is for. */
  readonly version: number;
  readonly text: string;
  readonly ms: number;
}

/** Client -> server: the user wants the function at a position documented. Refused in words, also where it has a comment. */
export const document = new RequestType<DocumentParams, Documentation, void>("coterie/document");

export interface CalculateParams {
  /** A formula, an equation, a conversion, plain or in LaTeX. */
  readonly text: string;
  /** Where it stands; null when it was typed in. */
  readonly place: { readonly uri: string; readonly position: Position } | null;
  /** Whether an expert is to write the steps, which takes seconds; absent: it is. */
  readonly steps?: boolean;
}

/** A worked calculation. */
export interface Calculation {
  /** Exact, from the algebra library; null when it cannot be calculated. */
  readonly result: string | null;
  /** The same as a decimal number, where that looks different. */
  readonly decimal: string | null;
  /** Whether algebra has found the result: the model alone is never trusted with one. */
  readonly verified: boolean;
  /** The expert's lines; `verified` is what algebra says of each, null where there is nothing to check. */
  readonly steps: readonly { readonly text: string; readonly verified: boolean | null }[];
  /** Who wrote the steps, by which rule and why; null when only the library answered. */
  readonly expert: string | null;
  readonly rule: string | null;
  readonly because: string | null;
  /** Why there is no result, in words; null when there is one. */
  readonly why: string | null;
  readonly ms: number;
}

/** Client -> server: the user wants a formula calculated; cancelling ends the steps. */
export const calculate = new RequestType<CalculateParams, Calculation, void>("coterie/calculate");

/** Client -> server: the user has granted trust to the workspace, so that its rules may be read. */
export const trusted = new NotificationType<{ readonly trusted: boolean }>("coterie/trusted");

/** What the client tells the server on `initialize`. */
export interface InitializationOptions {
  readonly trusted: boolean;
  /** Whether the client answers `coterie/names`. */
  readonly names?: boolean;
  /** Whether the client has commands of its own for what it could have executed. */
  readonly commands?: boolean;
  /** False where the client cannot be asked for `workspace/configuration`; then these settings count. */
  readonly settings?: Partial<Settings>;
}

/**
 * The command of a shown item, run by the editor when the user accepts it: (id of the answer). The client registers it and
 * notes the fate in its ledger.
 */
export const acceptedCommand = "coterie.accepted";

// ── Settings ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export const suggestions = ["few", "balanced", "many", "all"] as const;
export type Suggestions = (typeof suggestions)[number];

/** The `coterie` section. Defaults live in package.json and nowhere else. */
export interface Settings {
  readonly enable: boolean;
  /** Language id -> on or off; "*" stands for all that are not named. */
  readonly languages: Readonly<Record<string, boolean>>;
  /** Whether completions are offered by themselves; otherwise only when the user asks. */
  readonly automatic: boolean;
  /** Whether completions are also offered in comments, docstrings and strings. */
  readonly commentsAndStrings: boolean;
  /** How sure the model has to be of what is offered: from "few" and sure to "many"; "all" withholds nothing as unlikely. */
  readonly suggestions: Suggestions;
  /** Milliseconds to wait after a key before a completion is computed. */
  readonly debounce: number;
  /** Processor threads; 0 means half the cores, of two both. */
  readonly threads: number;
  /** Most tokens of one line; a block may take four times as many. */
  readonly maxTokens: number;
  /** Most tokens of a prompt. */
  readonly contextTokens: number;
  /** Id of the model, or of the expert on another machine, that answers where no rule of the user's says otherwise. */
  readonly model: string;
  /** Megabytes that models may take together; 0 means half of the machine's. */
  readonly modelMemory: number;
  /** Experts on other machines, by id. From the user's own settings only: a workspace cannot name any. */
  readonly remoteExperts: Readonly<Record<string, RemoteExpert>>;
  /** Program and arguments that are run behind every step of a plan, without a shell. From the user's own settings only. */
  readonly testCommand: readonly string[];
}

/** An engine that speaks the OpenAI completions protocol. Prompts for it leave this machine. */
export interface RemoteExpert {
  /** Up to and with the version: http://gpu.example:8000/v1 */
  readonly url: string;
  /** What the engine calls the model, or the LoRA expert on it. */
  readonly model: string;
  /** What people call it. */
  readonly title?: string | undefined;
  /** How it fills in: the protocol's "suffix", or three control tokens in the prompt. Absent: it goes on from the prefix. */
  readonly infill?:
    | "suffix"
    | { readonly prefix: string; readonly suffix: string; readonly middle: string }
    | undefined;
}
