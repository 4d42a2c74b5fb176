// Has the user's packs changed in a thread of its own (job.ts), so that the server's loop stays free.
import { Worker } from "node:worker_threads";
import type { Added } from "./change.ts";
import { Refusal } from "./refusal.ts";
import type { Places } from "./store.ts";

export type Job =
  | { readonly kind: "add"; readonly from: string }
  | { readonly kind: "remove"; readonly id: string }
  | { readonly kind: "compile"; readonly folders: readonly string[] };

/** What the thread is started with, and the one message that it sends. */
export interface Work {
  readonly job: Job;
  readonly places: Places;
}
export type Outcome =
  | { readonly kind: "done"; readonly result: Added | readonly string[] | null }
  | { readonly kind: "refused" | "failed"; readonly message: string };

/** The functions of change.ts, each run in a new thread of the script `packer`. They reject as those throw. */
export function packer(script: string, places: Places) {
  const run = (job: Job) =>
    new Promise<Added | readonly string[] | null>((resolve, reject) => {
      const work: Work = { job, places };
      const thread = new Worker(script, { workerData: work });
      thread.on("message", (outcome: Outcome) => {
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
  };
}
