// The thread that works out one question, checks one reply, and ends. A formula that takes forever ends with it.
import { parentPort, workerData } from "node:worker_threads";
import { NotUnderstood } from "./refused.ts";
import { checkedSteps } from "./steps.ts";
import type { AlgebraJob, AlgebraOutcome } from "./thread.ts";
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

const port = parentPort;
if (port === null) throw new Error("the algebra must be started as a worker thread");
port.postMessage(outcome(workerData as AlgebraJob));
