// Has the user's packs and models changed in a thread of its own (job.ts), so that the server's loop stays free.
import { Worker } from "node:worker_threads";
import type { ModelOffer } from "../protocol/team.ts";
import type { Added } from "./change.ts";
import type { ImportRequest, Progress } from "./importing.ts";
import type { OwnModel } from "./models.ts";
import { Refusal } from "./refusal.ts";
import type { Places } from "./store.ts";

export type Job =
  | { readonly kind: "add"; readonly from: string }
  | { readonly kind: "remove"; readonly id: string }
  | { readonly kind: "compile"; readonly folders: readonly string[] }
  | { readonly kind: "look"; readonly path: string }
  | { readonly kind: "import"; readonly request: ImportRequest; readonly cancel: SharedArrayBuffer }
  | { readonly kind: "forget"; readonly id: string }
  | { readonly kind: "clear" };

type Result = Added | readonly string[] | ModelOffer | OwnModel | null;

/** What the thread is started with, and what it sends: how far it is, and at last one outcome. */
export interface Work {
  readonly job: Job;
  readonly places: Places;
}
export type Outcome =
  | { readonly kind: "progress"; readonly done: number; readonly total: number }
  | { readonly kind: "done"; readonly result: Result }
  | { readonly kind: "refused" | "failed"; readonly message: string };

/** The functions of change.ts and importing.ts, each run in a new thread of the script `packer`. They reject as those throw. */
export function packer(script: string, places: Places) {
  const run = (job: Job, hear: Progress = () => undefined) =>
    new Promise<Result>((resolve, reject) => {
      const work: Work = { job, places };
      const thread = new Worker(script, { workerData: work });
      thread.on("message", (outcome: Outcome) => {
        if (outcome.kind === "progress") return hear(outcome.done, outcome.total);
        if (outcome.kind === "done") resolve(outcome.result);
        else reject(outcome.kind === "refused" ? new Refusal(outcome.message) : new Error(outcome.message));
      });
      thread.on("error", reject);
      thread.on("exit", () => reject(new Error("the thread that changes the experts has ended early")));
    });
  return {
    add: async (from: string) => (await run({ kind: "add", from })) as Added,
    remove: async (id: string) => void (await run({ kind: "remove", id })),
    compile: async (folders: readonly string[]) => (await run({ kind: "compile", folders })) as readonly string[],
    look: async (path: string) => (await run({ kind: "look", path })) as ModelOffer,
    /** Null when `signal` has ended it. */
    import: async (request: ImportRequest, hear: Progress, signal: AbortSignal) => {
      const cancel = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
      const raise = () => Atomics.store(new Int32Array(cancel), 0, 1);
      if (signal.aborted) raise();
      signal.addEventListener("abort", raise, { once: true });
      return (await run({ kind: "import", request, cancel }, hear)) as OwnModel | null;
    },
    forget: async (id: string) => void (await run({ kind: "forget", id })),
    clear: async () => void (await run({ kind: "clear" })),
  };
}

export type Packer = ReturnType<typeof packer>;
