// The thread that changes the user's packs and models: does one job, says how far it is and what came of it, and ends.
import { parentPort, workerData } from "node:worker_threads";
import { addPack, compilePacks, removePack } from "./change.ts";
import { clearModels, importModel, lookAt, removeModel } from "./importing.ts";
import { Refusal } from "./refusal.ts";
import type { Job, Outcome, Work } from "./thread.ts";

/** Milliseconds between two words about progress. */
const pause = 200;

class Cancelled extends Error {}

/** What a job is told while it works: sends progress now and then, and ends the work when nobody wants it any more. */
function hearing(cancel: SharedArrayBuffer): (done: number, total: number) => void {
  const flag = new Int32Array(cancel);
  let last = 0;
  return (done, total) => {
    if (Atomics.load(flag, 0) === 1) throw new Cancelled();
    if (Date.now() - last < pause) return;
    last = Date.now();
    port!.postMessage({ kind: "progress", done, total } satisfies Outcome);
  };
}

function run(job: Job, { places }: Work) {
  switch (job.kind) {
    case "add":
      return addPack(job.from, places);
    case "compile":
      return compilePacks(job.folders, places);
    case "look":
      return lookAt(job.path, places);
    case "import":
      return importModel(job.request, places, hearing(job.cancel));
    case "forget":
      removeModel(job.id, places);
      return null;
    case "clear":
      clearModels(places);
      return null;
    case "remove":
      removePack(job.id, places);
      return null;
  }
}

function outcome(work: Work): Outcome {
  try {
    return { kind: "done", result: run(work.job, work) };
  } catch (error) {
    if (error instanceof Cancelled) return { kind: "done", result: null };
    if (error instanceof Refusal) return { kind: "refused", message: error.message };
    return { kind: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

const port = parentPort;
if (port === null) throw new Error("the packer must be started as a worker thread");
port.postMessage(outcome(workerData as Work));
