// The messages between the engine's face (open.ts) and its worker thread.
import type {
  ExpertInfo,
  GenerateRequest,
  Generation,
  MemoryReport,
  Score,
  ScoreRequest,
  WarmRequest,
} from "./engine.ts";

/** A request to the worker. `cancel` holds one Int32 that turns 1 when nobody waits any more. */
export type Request =
  | {
      readonly id: number;
      readonly kind: "generate";
      readonly request: GenerateRequest;
      readonly cancel: SharedArrayBuffer;
    }
  | { readonly id: number; readonly kind: "score"; readonly request: ScoreRequest; readonly cancel: SharedArrayBuffer }
  | { readonly id: number; readonly kind: "warm"; readonly request: WarmRequest; readonly cancel: SharedArrayBuffer }
  | { readonly id: number; readonly kind: "experts"; readonly added: readonly string[] }
  | { readonly id: number; readonly kind: "memory" }
  | { readonly id: number; readonly kind: "close" };

export type Result = Generation | readonly Score[] | null | MemoryReport;

/** Who can be asked, and whether weights of an expert that is gone are in memory. */
export interface Experts {
  readonly experts: readonly ExpertInfo[];
  readonly stale: boolean;
}

/** A message from the worker: who can be asked, opened or failed once, then pieces of text, results and failures by request id. */
export type Reply =
  | { readonly kind: "opened" }
  | { readonly kind: "experts"; readonly now: Experts }
  | { readonly kind: "failed"; readonly message: string }
  /** Work that nobody waits for went wrong. */
  | { readonly kind: "trouble"; readonly message: string }
  | { readonly kind: "text"; readonly id: number; readonly text: string }
  | { readonly kind: "result"; readonly id: number; readonly result: Result }
  | { readonly kind: "error"; readonly id: number; readonly message: string };

/** A cancel flag, not raised. */
export function newFlag(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

export function isRaised(flag: SharedArrayBuffer): boolean {
  return Atomics.load(new Int32Array(flag), 0) === 1;
}
