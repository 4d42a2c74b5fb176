// The messages between the engine's face (open.ts) and its worker thread.
import type { ExpertInfo, GenerateRequest, Generation, MemoryReport, Score, ScoreRequest } from "./engine.ts";

/** A request to the worker. `cancel` holds one Int32 that turns 1 when nobody waits any more. */
export type Request =
  | {
      readonly id: number;
      readonly kind: "generate";
      readonly request: GenerateRequest;
      readonly cancel: SharedArrayBuffer;
    }
  | { readonly id: number; readonly kind: "score"; readonly request: ScoreRequest; readonly cancel: SharedArrayBuffer }
  | { readonly id: number; readonly kind: "memory" }
  | { readonly id: number; readonly kind: "close" };

export type Result = Generation | readonly Score[] | null | MemoryReport;

/** A message from the worker: once opened or failed, then pieces of text, results and failures by request id. */
export type Reply =
  | { readonly kind: "opened"; readonly experts: readonly ExpertInfo[] }
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
