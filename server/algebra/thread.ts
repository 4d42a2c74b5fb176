// Has questions worked out in a thread of their own (job.ts), which is ended when it takes too long or too much memory.
import { Worker } from "node:worker_threads";
import type { Step } from "./steps.ts";

export interface AlgebraJob {
  /** The question as it was asked. */
  readonly text: string;
  /** What an expert has written for it, to be checked line by line; null before it was asked. */
  readonly reply: string | null;
}

/** Two formulas each, of numbers alone. */
export type Pairs = readonly (readonly [string, string])[];

export interface ProofJob {
  readonly pairs: Pairs;
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
  return (job) => inThread<AlgebraOutcome>(script, job, limit, tooLong);
}

/** A function that tells of pairs of formulas whether they are equal, exactly; what cannot be told in time counts as not equal. */
export function proofs(script: string, limit = patience): (pairs: Pairs) => Promise<readonly boolean[]> {
  return async (pairs) => {
    if (pairs.length === 0) return [];
    const none = pairs.map(() => false);
    return inThread<readonly boolean[]>(script, { pairs } satisfies ProofJob, limit, none);
  };
}

function inThread<T>(script: string, job: AlgebraJob | ProofJob, limit: number, otherwise: T): Promise<T> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(script, { workerData: job, resourceLimits: { maxOldGenerationSizeMb: 256 } });
    const end = (outcome: T) => {
      clearTimeout(timer);
      resolve(outcome);
      void thread.terminate();
    };
    const timer = setTimeout(() => end(otherwise), limit);
    thread.on("message", end);
    thread.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY") resolve(otherwise);
      else reject(error);
    });
  });
}

const tooLong: AlgebraOutcome = {
  kind: "not understood",
  why: "it takes too long to work out: choose a smaller part",
};
