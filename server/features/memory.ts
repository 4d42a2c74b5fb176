// coterie/memory: where the memory of the loaded model goes.
import type { Engine } from "../engine/engine.ts";
import type { MemoryParts } from "../protocol/health.ts";

/** Null when there is no engine. */
export async function memoryParts(engine: Engine | string): Promise<MemoryParts | null> {
  if (typeof engine === "string") return null;
  const { backbone, head, caches, experts: loaded } = await engine.memory();
  // One on another machine takes none.
  const here = engine.experts.filter(({ bytes }) => bytes > 0);
  const experts = here.map(({ id, bytes }) => ({ id, bytes, loaded: id in loaded }));
  return { backbone, head, experts, caches };
}
