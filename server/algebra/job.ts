// The thread that works out one question, checks one reply or proves pairs equal, and ends. A formula that takes forever ends with it.
import { parentPort, workerData } from "node:worker_threads";
import { NotUnderstood } from "./refused.ts";
import { checkedSteps } from "./steps.ts";
import type { AlgebraJob, AlgebraOutcome, ProofJob } from "./thread.ts";
import { wordingOf } from "./wording.ts";
import { questionIn, work } from "./work.ts";

function outcome({ text, reply }: AlgebraJob): AlgebraOutcome {
  try {
    const question = questionIn(text);
    const worked = work(question);
    const steps = reply === null ? [] : checkedSteps(reply, question, worked);
    return { kind: "worked", ...worked, wording: wordingOf(question, worked.result), steps };
  } catch (error) {
    if (error instanceof NotUnderstood) return { kind: "not understood", why: error.message };
    throw error;
  }
}

/** Whether two formulas are equal; what is not understood is not proved. */
function isProved([one, other]: ProofJob["pairs"][number]): boolean {
  const found = outcome({ text: `(${one}) == (${other})`, reply: null });
  return found.kind === "worked" && found.result === "true";
}

const port = parentPort;
if (port === null) throw new Error("the algebra must be started as a worker thread");
const job = workerData as AlgebraJob | ProofJob;
port.postMessage("pairs" in job ? job.pairs.map(isProved) : outcome(job));
