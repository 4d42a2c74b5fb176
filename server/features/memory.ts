// coterie/memory: where the memory of the loaded model goes.
import type { Engine } from "../engine/engine.ts";
import type { MemoryParts } from "../protocol/health.ts";

/** Null when there is no engine. `isOwn`: whether an expert belongs to a model of the user's own. */
export async function memoryParts(
  engine: Engine | string,
  isOwn: (expert: string) => boolean,
): Promise<MemoryParts | null> {
  if (typeof engine === "string") return null;
  const { backbone, head, caches, experts: loaded } = await engine.memory();
  // One on another machine takes none; of a model that is not loaded the backbone is not counted either.
  const here = engine.experts.filter(({ id, bytes }) => bytes > 0 && (id in loaded || !isOwn(id)));
  const experts = here.map(({ id, bytes }) => ({ id, bytes, loaded: id in loaded }));
  return { backbone, head, experts, caches, isShared: !here.some(({ id }) => isOwn(id)) };
}
