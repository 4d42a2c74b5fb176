// Where the memory goes.
import { existsSync, readFileSync } from "node:fs";
import type { MemoryReport } from "./engine.ts";
import { partBytes } from "./experts.ts";
import type { Loaded } from "./loaded.ts";

/**
 * Bytes by part; with the rest of the process they add up to its memory. Weights count as their files' size: the runtime packs them
 * anew in private memory and lets go of the mapped pages. Caches count as allocated.
 */
export function memoryReport(loaded: Loaded): MemoryReport {
  const parts = {
    backbone: partBytes(loaded.backbone.part.files),
    experts: loaded.experts.bytes,
    head: partBytes(loaded.head.part.files),
    caches: loaded.cache.bytes,
  };
  const experts = Object.values(parts.experts).reduce((sum, bytes) => sum + bytes, 0);
  const process = privateBytes();
  return { ...parts, rest: process - parts.backbone - experts - parts.head - parts.caches, process };
}

const mappings = "/proc/self/smaps_rollup";

/** Private memory of this process where the system tells it (Linux, but for some sandboxes), else its resident size; bytes. */
function privateBytes(): number {
  if (!existsSync(mappings)) return process.memoryUsage().rss;
  const rollup = readFileSync(mappings, "utf8");
  let kibibytes = 0;
  for (const [, amount] of rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)) kibibytes += Number(amount);
  return kibibytes * 1024;
}
