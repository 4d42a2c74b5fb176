// The worker thread: loads the model, then serves requests one step at a time.
import { parentPort, workerData } from "node:worker_threads";
import { generate, type Kept, score } from "./generate.ts";
import { type Loaded, load } from "./loaded.ts";
import { memoryReport } from "./memory.ts";
import { type Job, Queue } from "./queue.ts";
import type { Reply, Request, WorkerOptions } from "./wire.ts";

const port = parentPort;
if (port === null) throw new Error("the engine's worker must be started as a worker thread");
const reply = (message: Reply) => port.postMessage(message);

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function serve(loaded: Loaded): void {
  const queue = new Queue();
  const underWay = new Set<string>();

  port!.on("message", (message: Request) => {
    if (message.kind === "close") {
      queue.cancelAll();
      // With nothing left to listen to, the thread ends once the run in progress is over.
      port!.close();
    } else if (message.kind === "memory") reply({ kind: "result", id: message.id, result: memoryReport(loaded) });
    else queue.add(job(loaded, message, underWay));
  });
}

/** A generate or score request as a job. A completion and a command never share a sequence: one may interrupt the other. */
function job(loaded: Loaded, message: Extract<Request, { kind: "generate" | "score" }>, underWay: Set<string>): Job {
  const { id, cancel } = message;
  const { priority } = message.request;
  const flag = new Int32Array(cancel);
  const cancelled = () => Atomics.load(flag, 0) === 1;
  const sequence = `${priority}:${message.request.sequence}`;
  const kept: Kept = underWay;
  const steps =
    message.kind === "generate"
      ? generate(loaded, { ...message.request, sequence }, kept, cancelled)
      : score(loaded, { ...message.request, sequence }, kept, cancelled);
  return {
    priority,
    cancel: () => Atomics.store(flag, 0, 1),
    async step() {
      underWay.add(sequence);
      try {
        const { done, value } = await steps.next();
        if (!done) {
          if (value !== "") reply({ kind: "text", id, text: value });
          return false;
        }
        reply({ kind: "result", id, result: value });
      } catch (error) {
        reply({ kind: "error", id, message: messageOf(error) });
      }
      underWay.delete(sequence);
      return true;
    },
  };
}

load(workerData as WorkerOptions).then(
  (loaded) => {
    serve(loaded);
    reply({ kind: "opened", experts: loaded.experts });
  },
  (error: unknown) => {
    reply({ kind: "failed", message: messageOf(error) });
    port.close();
  },
);
