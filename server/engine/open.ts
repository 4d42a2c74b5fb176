// Opens the engine: starts its worker thread and turns messages into calls.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Engine, EngineOptions, Generation, MemoryReport, Score } from "./engine.ts";
import { switchOffTelemetry } from "./telemetry.ts";
import { type Experts, newFlag, type Reply, type Request, type Result } from "./wire.ts";

interface Waiting {
  text(text: string): void;
  result(result: Result): void;
  error(error: Error): void;
}

/** What the worker allocates in JavaScript either lives long or is small; the default young generation holds 36 MB more. */
export const resourceLimits = { maxYoungGenerationSizeMb: 2 } as const;

/** @throws Error in words when the model or the runtime cannot be loaded. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  switchOffTelemetry();
  const { onTrouble: _, ...toWorker } = options;
  const worker = new Worker(options.worker, { workerData: toWorker, resourceLimits });
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  let dead: Error | null = null;

  let now: Experts = { experts: [], stale: false };

  await new Promise<void>((opened, failed) => {
    const die = (error: Error) => {
      dead ??= error;
      failed(error);
      for (const each of waiting.values()) each.error(error);
      waiting.clear();
    };
    worker.on("error", die);
    worker.on("exit", () => die(new Error("the engine has stopped")));
    worker.on("message", (reply: Reply) => {
      if (reply.kind === "opened") return opened();
      if (reply.kind === "experts") {
        now = reply.now;
        return;
      }
      if (reply.kind === "failed") return die(new Error(reply.message));
      if (reply.kind === "trouble") return options.onTrouble?.(reply.message);
      const asker = waiting.get(reply.id);
      if (reply.kind === "text") return asker?.text(reply.text);
      waiting.delete(reply.id);
      if (reply.kind === "result") asker?.result(reply.result);
      else asker?.error(new Error(reply.message));
    });
  });

  /** Sends a request; `onText` gets pieces as they come. */
  function ask(request: RequestBody, onText: (text: string) => void): Promise<Result> {
    return new Promise((result, error) => {
      if (dead !== null) return error(dead);
      const id = nextId++;
      waiting.set(id, { text: onText, result, error });
      worker.postMessage({ ...request, id });
    });
  }

  return {
    get experts() {
      return now.experts;
    },
    get stale() {
      return now.stale;
    },
    async *generate(request, signal) {
      const pieces: string[] = [];
      let wake: () => void = () => undefined;
      const cancel = cancelFlag(signal);
      let done = false;
      const result = ask({ kind: "generate", request, cancel: cancel.buffer }, (text) => {
        pieces.push(text);
        wake();
      }).finally(() => {
        done = true;
        cancel.release();
        wake();
      });
      // A rejection is taken up below, after the last piece; this only keeps it from being reported as unhandled meanwhile.
      result.catch(() => undefined);
      try {
        for (;;) {
          const piece = pieces.shift();
          if (piece !== undefined) yield piece;
          else if (done) return (await result) as Generation;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        // The caller may have stopped listening before the end.
        cancel.raise();
      }
    },
    async score(request, signal) {
      const cancel = cancelFlag(signal);
      try {
        return (await ask({ kind: "score", request, cancel: cancel.buffer }, () => undefined)) as
          | readonly Score[]
          | null;
      } finally {
        cancel.release();
      }
    },
    async warm(request, signal) {
      const cancel = cancelFlag(signal);
      try {
        await ask({ kind: "warm", request, cancel: cancel.buffer }, () => undefined);
      } finally {
        cancel.release();
      }
    },
    async setAdded(folders) {
      await ask({ kind: "experts", added: folders }, () => undefined);
    },
    async memory() {
      return (await ask({ kind: "memory" }, () => undefined)) as MemoryReport;
    },
    async close() {
      if (dead !== null) return;
      const exited = once(worker, "exit");
      // Not terminate(): a thread that is stopped inside a native run can take the process with it.
      ask({ kind: "close" }, () => undefined).catch(() => undefined);
      await exited;
    },
  };
}

type RequestBody = Request extends infer Each ? (Each extends Request ? Omit<Each, "id"> : never) : never;

/** An AbortSignal as a flag in shared memory: the worker sees it between two runs, without waiting for a message. */
function cancelFlag(signal: AbortSignal) {
  const buffer = newFlag();
  const raise = () => Atomics.store(new Int32Array(buffer), 0, 1);
  if (signal.aborted) raise();
  signal.addEventListener("abort", raise);
  return { buffer, raise, release: () => signal.removeEventListener("abort", raise) };
}
