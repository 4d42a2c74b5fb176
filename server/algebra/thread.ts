// Has a question worked out in a thread of its own (job.ts), which is ended when it takes too long or too much memory.
import { Worker } from "node:worker_threads";
import type { Step } from "./steps.ts";

export interface AlgebraJob {
  /** The question as it was asked. */
  readonly text: string;
  /** What an expert has written for it, to be checked line by line; null before it was asked. */
  readonly reply: string | null;
}

export type AlgebraOutcome =
  | {
      readonly kind: "worked";
      readonly result: string;
      readonly decimal: string | null;
      /** How the expert is asked; null where it has learnt nothing of the kind. */
      readonly wording: string | null;
      readonly steps: readonly Step[];
    }
  | { readonly kind: "not understood"; readonly why: string };

/** Milliseconds, those that the libraries take to load included. */
const patience = 8_000;

/** A function that works questions out in threads of the script `script`. It rejects only when the thread breaks. */
export function algebra(script: string, limit = patience): (job: AlgebraJob) => Promise<AlgebraOutcome> {
  return (job) =>
    new Promise((resolve, reject) => {
      const thread = new Worker(script, { workerData: job, resourceLimits: { maxOldGenerationSizeMb: 256 } });
      const end = (outcome: AlgebraOutcome) => {
        clearTimeout(timer);
        resolve(outcome);
        void thread.terminate();
      };
      const timer = setTimeout(() => end(tooLong), limit);
      thread.on("message", end);
      thread.on("error", (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        if (error.code === "ERR_WORKER_OUT_OF_MEMORY") resolve(tooLong);
        else reject(error);
      });
    });
}

const tooLong: AlgebraOutcome = {
  kind: "not understood",
  why: "it takes too long to work out: choose a smaller part",
};
