// What experts would cost as models of their own, in our own runtime: each has a backbone and a head that it shares with nobody.
import { join } from "node:path";
import { Sequence } from "../../../server/engine/cache.ts";
import { openEmbedding } from "../../../server/engine/embedding.ts";
import { openRuntime } from "../../../server/engine/session.ts";
import { openStack } from "../../../server/engine/stack.ts";
import { tokenizerOf } from "../pinned.ts";
import type { Crew, CrewOptions } from "./crew.ts";
import { plainCrew, type Serving } from "./plain.ts";

export async function openFull({ models, experts, threads, contextTokens }: CrewOptions): Promise<Crew> {
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
  return plainCrew(serving, tokenizerOf(models[0]!), contextTokens);
}
