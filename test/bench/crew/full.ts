// What experts would cost as models of their own, in our own runtime: each has a backbone and a head that it shares with nobody. They
// run in a thread of their own and let go of what runs leave behind, as our engine does.
import { once } from "node:events";
import { join } from "node:path";
import { parentPort, Worker } from "node:worker_threads";
import { Sequence } from "../../../server/engine/cache.ts";
import { openEmbedding } from "../../../server/engine/embedding.ts";
import { Garbage } from "../../../server/engine/garbage.ts";
import { openTrim } from "../../../server/engine/heap.ts";
import { resourceLimits } from "../../../server/engine/open.ts";
import { openRuntime } from "../../../server/engine/session.ts";
import { openStack } from "../../../server/engine/stack.ts";
import { switchOffTelemetry } from "../../../server/engine/telemetry.ts";
import { tokenizerOf } from "../pinned.ts";
import type { Crew, CrewOptions } from "./crew.ts";
import { plainCrew, type Serving } from "./plain.ts";

type Asked = Parameters<Crew["ask"]>;

/** Starts this bundle a second time, as a thread, see arm.ts. */
export async function openFull(options: CrewOptions): Promise<Crew> {
  switchOffTelemetry();
  const thread = new Worker(new URL(import.meta.url), { workerData: options, resourceLimits });
  await once(thread, "message");
  return {
    async ask(...asked) {
      thread.postMessage(asked satisfies Asked);
      await once(thread, "message");
    },
  };
}

/** What the thread does: loads the models, says so, then answers. */
export async function serveFull({ models, experts, threads, contextTokens }: CrewOptions): Promise<void> {
  const runtime = await openRuntime();
  const serving: Serving[] = [];
  for (const [i, folder] of models.entries()) {
    const backbone = await runtime.load(join(folder, "backbone"), threads);
    const upper = await runtime.load(join(folder, experts[i]!), threads);
    const head = await runtime.load(join(folder, "head"), threads);
    serving.push({
      upper,
      stack: openStack(runtime, backbone, head, openEmbedding(head)),
      sequence: new Sequence(backbone.part),
    });
  }
  const crew = plainCrew(serving, tokenizerOf(models[0]!), contextTokens);
  const garbage = new Garbage(openTrim(console.error));
  parentPort!.on("message", async (asked: Asked) => {
    garbage.busy();
    await crew.ask(...asked);
    garbage.idle();
    parentPort!.postMessage("done");
  });
  parentPort!.postMessage("ready");
}
