// One engine in a process of its own that does whatever it is asked: what the sections on growth, drafts and endurance measure.
import type { ChildProcess } from "node:child_process";
import type { EngineOptions, GenerateRequest, Generation, MemoryReport } from "../../server/engine/engine.ts";
import { ask, end, start } from "./child.ts";
import type { Limits } from "./limits.ts";
import type { Memory } from "./measures.ts";

export type HeldQuestion =
  | { readonly what: "generate"; readonly request: GenerateRequest; readonly cancelAfter: number | null }
  | { readonly what: "memory" }
  /** What the machine can do at best. */
  | { readonly what: "limits"; readonly folder: string; readonly threads: number };

export interface Made extends Omit<Generation, "continuations"> {
  readonly ms: number;
  /** From cancelling to the end, ms; null where it was not cancelled or had ended before. */
  readonly freed: number | null;
}

export interface Held {
  /** @param cancelAfter milliseconds after which nobody waits for it any more; null: somebody does */
  generate(request: GenerateRequest, cancelAfter?: number | null): Promise<Made>;
  memory(): Promise<{ readonly empty: Memory; readonly now: Memory; readonly report: MemoryReport }>;
  limits(folder: string, threads: number): Promise<Limits>;
  end(): Promise<void>;
}

/** @param bundle heldarm.ts, bundled */
export async function hold(bundle: string, options: EngineOptions): Promise<Held> {
  const child: ChildProcess = await start(bundle, options);
  const question = (asked: HeldQuestion) => ask(child, asked);
  return {
    generate: async (request, cancelAfter = null) =>
      (await question({ what: "generate", request, cancelAfter })) as Made,
    memory: async () => (await question({ what: "memory" })) as Awaited<ReturnType<Held["memory"]>>,
    limits: async (folder, threads) => (await question({ what: "limits", folder, threads })) as Limits,
    end: () => end(child),
  };
}
