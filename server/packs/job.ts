// The thread that changes the user's packs: does one job, says what came of it, and ends.
import { parentPort, workerData } from "node:worker_threads";
import { addPack, compilePacks, removePack } from "./change.ts";
import { Refusal } from "./refusal.ts";
import type { Outcome, Work } from "./thread.ts";

function outcome({ job, places }: Work): Outcome {
  try {
    if (job.kind === "add") return { kind: "done", result: addPack(job.from, places) };
    if (job.kind === "compile") return { kind: "done", result: compilePacks(job.folders, places) };
    removePack(job.id, places);
    return { kind: "done", result: null };
  } catch (error) {
    if (error instanceof Refusal) return { kind: "refused", message: error.message };
    return { kind: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

const port = parentPort;
if (port === null) throw new Error("the packer must be started as a worker thread");
port.postMessage(outcome(workerData as Work));
