// The engine's face: what can be asked of it, in plain values. The work is done in worker.ts.

// ── Prompts ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A piece of a prompt: text, or a control token by name. Text can never turn into a control token. */
export type Piece = string | { readonly special: string };
export type Prompt = readonly Piece[];

// ── Generation ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface GenerateRequest {
  /** Names the cached sequence that this prompt continues (a document, a command). */
  readonly sequence: string;
  readonly expert: string;
  readonly prompt: Prompt;
  /**
   * What to ask instead while most of `prompt` has not been read yet, so that nobody waits for a long context. Who has been answered
   * can have the whole one read for the next time, see `Engine.warm`.
   */
  readonly shorter?: Prompt;
  /**
   * Token healing: the prompt stops before its last, possibly half-typed token, and decoding is held to the characters
   * taken off until they are consumed. The text returned starts after them.
   */
  readonly heal: boolean;
  /**
   * Names of which the text must begin with one, whole, behind what heal repeats: what is left of each to write, "" where it
   * stands there already. From its end on everything is allowed.
   */
  readonly names?: readonly string[];
  /** What the text must not begin with, behind what heal repeats and blanks: marks of comments, where code is wanted. */
  readonly avoid?: readonly string[];
  /** Most new tokens, those that heal included. */
  readonly maxTokens: number;
  /** Generation ends where one of these appears; the text returned ends before it. */
  readonly stops: readonly string[];
  /**
   * Generation ends, as if it had become too long, with a token less likely than `token`, or once the mean of all that give text would
   * stay below `mean` even if `ahead` more came, each of them certain; nats. For who shows only what the model is sure of.
   */
  readonly least?: { readonly token: number } | { readonly mean: number; readonly ahead: number };
  /** How many of the likeliest first tokens are each followed to their end; 1 is plain greedy decoding. */
  readonly branches: number;
  /** Absent: greedy, ties to the lowest id. */
  readonly sampling?: { readonly temperature: number; readonly seed: number };
  /** false: every token in a run of its own. Else likely ones are guessed and checked several in a run, with the same text. */
  readonly drafting?: false;
  /** A completion goes before a command, which waits and then goes on from its cache. */
  readonly priority: "completion" | "command";
}

/** One token of a continuation. */
export interface Token {
  /** Its number in the model's vocabulary. */
  readonly id: number;
  /** What it adds to the text (after healing; incomplete characters appear with the token that completes them). */
  readonly text: string;
  /** Natural logarithm of its probability under the model, unconstrained. */
  readonly logProbability: number;
}

export interface Continuation {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly stop: "end" | "stop" | "length" | "cancelled";
}

export interface Generation {
  /** The likeliest branch first. At least one. */
  readonly continuations: readonly Continuation[];
  /** Whether `shorter` was asked. */
  readonly shortened: boolean;
  /** Whether a branch ended by `least`; absent: no. */
  readonly unsure?: boolean;
  readonly promptTokens: number;
  /** Of the prompt's tokens, how many the backbone had read before. */
  readonly reusedTokens: number;
  readonly newTokens: number;
  /** Runs that the new tokens took: fewer than tokens where guesses came true. The prompt's own are not counted. */
  readonly runs: number;
}

/** A prompt that is likely to be asked soon; with `shorter` that is read where a generation would ask it. */
export type WarmRequest = Pick<
  GenerateRequest,
  "sequence" | "expert" | "prompt" | "shorter" | "heal" | "maxTokens" | "priority"
>;

/** What `score` is asked: how likely each of `texts` is after the prompt that a generation has used. */
export interface ScoreRequest extends Pick<GenerateRequest, "sequence" | "expert" | "prompt" | "heal" | "priority"> {
  /** Whether `prompt` is a generation's `shorter`. */
  readonly shortened: boolean;
  readonly texts: readonly string[];
}

export interface Score {
  /** Sum over the text's tokens, nats. */
  readonly logProbability: number;
  readonly tokens: number;
}

// ── Memory ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Bytes; `process` is private memory of the whole process where the system tells it, else its resident size, and `rest` what of it
 * is none of the parts: program, tokenizer, what the runtime keeps.
 */
export interface MemoryReport {
  readonly backbone: number;
  readonly experts: Readonly<Record<string, number>>;
  readonly head: number;
  readonly caches: number;
  readonly rest: number;
  readonly process: number;
}

export interface ExpertInfo {
  readonly id: string;
  /** [first, end) */
  readonly layers: readonly [number, number];
  readonly parameters: number;
  /** Size of its compiled files. */
  readonly bytes: number;
}

export interface EngineOptions {
  /** Folder of compiled parts: backbone, head, and a folder an expert. */
  readonly model: string;
  /** Folders of further experts' compiled parts. One that cannot be used is told and left out. */
  readonly added?: readonly string[];
  /** The compiled worker (dist/engine.js). */
  readonly worker: string;
  readonly threads: number;
  /** Most tokens of one sequence. */
  readonly contextTokens: number;
  /** Most tokens of one run. Absent: from the speed of this machine. */
  readonly chunkTokens?: number;
  /** Budget of all sequences' caches, bytes. */
  readonly cacheBytes: number;
  /** Hears what went wrong in work that nobody waits for, and why an added expert is left out. */
  readonly onTrouble?: (message: string) => void;
}

export interface Engine {
  /** Who can be asked now. */
  readonly experts: readonly ExpertInfo[];
  /** Whether weights of an expert that is gone are still in memory: the runtime lets them go with the process alone. */
  readonly stale: boolean;
  /**
   * Streams the text of the likeliest branch as it comes and returns everything about it.
   * Cancelling is no error: what there is by then is returned with stop "cancelled".
   * @throws Error when the expert is unknown or the prompt does not fit the context, in words.
   */
  generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<string, Generation>;
  /** Log-probabilities of several continuations of one prompt, in the order given; null when cancelled. */
  score(request: ScoreRequest, signal: AbortSignal): Promise<readonly Score[] | null>;
  /**
   * Reads a prompt, and loads its expert, while there is nothing else to do, so that asking it is quick. Delays nobody by more
   * than one run; a completion or a newer one of these ends it. Resolves when it has been read or has been ended.
   */
  warm(request: WarmRequest, signal: AbortSignal): Promise<void>;
  /**
   * Takes the compiled parts in these folders as the added experts, in place of those that were. None is loaded before it is
   * asked; what is under way with one that is gone still ends.
   */
  setAdded(folders: readonly string[]): Promise<void>;
  memory(): Promise<MemoryReport>;
  close(): Promise<void>;
}
