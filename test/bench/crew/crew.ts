// Several experts in one process, as each way of serving them does it: what the sections on changing the expert measure.

import type { Memory } from "../measures.ts";

export interface CrewOptions {
  readonly kind: "cut" | "models" | "adapters" | "unmerged" | "full" | "apart";
  /** "cut", "unmerged": a folder of compiled parts; "full", "apart": one for each expert; else a GGUF for each. */
  readonly models: readonly string[];
  /** "adapters": a LoRA GGUF for each expert. */
  readonly adapters: readonly string[];
  /** "cut": who stands for the experts; "unmerged": as many adapters are made. */
  readonly experts: readonly string[];
  readonly worker: string;
  /** "cut": whether tokens are guessed; absent: as the product does it. */
  readonly guesses?: boolean;
  readonly threads: number;
  readonly contextTokens: number;
  /** Budget of the "cut" engine's caches; the others keep one document for each expert. */
  readonly cacheBytes: number;
}

export interface Crew {
  /** Greedy tokens of an expert, by number, after a text; what that expert has read of the document is not read again. */
  ask(document: number, text: string, expert: number, tokens: number): Promise<void>;
}

/** What the parent asks a process that holds a crew. */
export interface Question {
  readonly document: number;
  readonly text: string;
  readonly expert: number;
  readonly tokens: number;
}

export interface Reply {
  readonly ms: number;
  /** Memory of the process afterwards, and before anything was loaded. */
  readonly now: Memory;
  readonly empty: Memory;
}
