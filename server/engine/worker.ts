// The worker thread: loads the model, then serves requests one step at a time.
import { parentPort, workerData } from "node:worker_threads";
import type { EngineOptions, GenerateRequest } from "./engine.ts";
import { Garbage } from "./garbage.ts";
import { type Cancelled, generate, type Kept, shortened, warm } from "./generate.ts";
import { openTrim } from "./heap.ts";
import { type Loaded, load } from "./loaded.ts";
import { memoryReport } from "./memory.ts";
import { type Job, type Priority, Queue } from "./queue.ts";
import { score } from "./score.ts";
import { type Experts, isRaised, type Reply, type Request, type Result } from "./wire.ts";

const port = parentPort;
if (port === null) throw new Error("the engine's worker must be started as a worker thread");
const reply = (message: Reply) => port.postMessage(message);

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Hears what comes of a job. */
interface Ends<Result> {
  text(text: string): void;
  done(result: Result): void;
  failed(message: string): void;
}

function serve(loaded: Loaded): void {
  const garbage = new Garbage(openTrim(heard.trouble));
  // Loading leaves 14 MB, of which the turn that it ends in still holds some.
  setImmediate(() => garbage.empty());
  const queue = new Queue(garbage);
  /** Sequences of requests that have been begun and not ended, each as often as it is in use. */
  const inUse: string[] = [];
  const kept: Kept = { has: (name) => inUse.includes(name) };

  /** Work in steps as a job; `done` gets its result, `text` what it yields. */
  function job<Result>(
    { priority, goesOn = false }: { readonly priority: Priority; readonly goesOn?: boolean },
    sequence: string,
    cancel: SharedArrayBuffer,
    begin: (cancelled: Cancelled) => AsyncGenerator<string, Result>,
    { text, done, failed }: Ends<Result>,
  ): Job {
    const steps = begin(() => isRaised(cancel));
    const own = [sequence, shortened(sequence)];
    let begun = false;
    return {
      ...{ priority, goesOn, sequence },
      get isCancelled() {
        return isRaised(cancel);
      },
      cancel: () => Atomics.store(new Int32Array(cancel), 0, 1),
      async step() {
        if (!begun) inUse.push(...own);
        begun = true;
        try {
          const step = await steps.next();
          if (!step.done) {
            if (step.value !== "") text(step.value);
            return false;
          }
          done(step.value);
        } catch (error) {
          failed(messageOf(error));
        }
        for (const each of own) inUse.splice(inUse.indexOf(each), 1);
        return true;
      },
    };
  }

  function generation({ id, cancel, request: asked }: Extract<Request, { kind: "generate" }>): Job {
    const request = { ...asked, sequence: nameOf(asked) };
    return job(asked, request.sequence, cancel, (cancelled) => generate(loaded, request, kept, cancelled), {
      text: (text) => reply({ kind: "text", id, text }),
      failed: (message) => reply({ kind: "error", id, message }),
      done: (result) => reply({ kind: "result", id, result }),
    });
  }

  function warming({ id, cancel, request: asked }: Extract<Request, { kind: "warm" }>): Job {
    const request = { ...asked, sequence: nameOf(asked) };
    const begin = (cancelled: Cancelled) => warm(loaded, request, kept, cancelled);
    return job({ priority: "idle" }, request.sequence, cancel, begin, {
      text: () => undefined,
      failed: (message) => reply({ kind: "error", id, message }),
      done: () => reply({ kind: "result", id, result: null }),
    });
  }

  function scoring({ id, cancel, request: asked }: Extract<Request, { kind: "score" }>): Job {
    const request = { ...asked, sequence: nameOf(asked) };
    const kind = { priority: asked.priority, goesOn: true };
    const sequence = request.shortened ? shortened(request.sequence) : request.sequence;
    return job(kind, sequence, cancel, (cancelled) => score(loaded, request, kept, cancelled), {
      text: () => undefined,
      failed: (message) => reply({ kind: "error", id, message }),
      done: (result) => reply({ kind: "result", id, result }),
    });
  }

  /** Answers at once what is no work for the queue. */
  async function answer(id: number, work: () => Result | Promise<Result>): Promise<void> {
    try {
      reply({ kind: "result", id, result: await work() });
    } catch (error) {
      reply({ kind: "error", id, message: messageOf(error) });
    }
  }

  async function setAdded(folders: readonly string[]): Promise<null> {
    await loaded.experts.setAdded(folders);
    return null;
  }

  port!.on("message", (message: Request) => {
    if (message.kind === "generate") queue.add(generation(message));
    else if (message.kind === "score") queue.add(scoring(message));
    else if (message.kind === "warm") queue.add(warming(message));
    else if (message.kind === "experts") void answer(message.id, () => setAdded(message.added));
    else if (message.kind === "memory") {
      // What is told is what is in use.
      garbage.empty();
      void answer(message.id, () => memoryReport(loaded));
    } else {
      queue.cancelAll();
      // With nothing left to listen to, the thread ends once the run in progress is over.
      port!.close();
    }
  });
}

/** A completion and a command never share a sequence: the one may interrupt the other. */
const nameOf = ({ priority, sequence }: Pick<GenerateRequest, "priority" | "sequence">) => `${priority}:${sequence}`;

const heard = {
  changed: (now: Experts) => reply({ kind: "experts", now }),
  trouble: (message: string) => reply({ kind: "trouble", message }),
};
load(workerData as EngineOptions, heard).then(
  (loaded) => {
    serve(loaded);
    reply({ kind: "opened" });
  },
  (error: unknown) => {
    reply({ kind: "failed", message: messageOf(error) });
    port.close();
  },
);
