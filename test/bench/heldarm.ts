// The process of held.ts: opens an engine, says so, then answers.
import type { EngineOptions } from "../../server/engine/engine.ts";
import { collector } from "../../server/engine/garbage.ts";
import { openEngine } from "../../server/engine/open.ts";
import { finished } from "../../server/saying.ts";
import type { HeldQuestion, Made } from "./held.ts";
import { measureLimits } from "./limits.ts";
import { memoryOf } from "./measures.ts";

const collect = collector();
const empty = memoryOf("self");
const options = JSON.parse(process.argv[2]!) as EngineOptions;
const engine = await openEngine({ ...options, onTrouble: console.error });

async function answerTo(question: HeldQuestion): Promise<unknown> {
  if (question.what === "memory") {
    // First, since for its report the engine lets go of what is not in use; this thread would collect a few MB much later.
    collect();
    const report = await engine.memory();
    return { empty, now: memoryOf("self"), report };
  }
  if (question.what === "limits") return measureLimits(question.folder, question.threads);
  const { request, cancelAfter } = question;
  const cancel = new AbortController();
  let cancelled: number | null = null;
  const timer =
    cancelAfter === null
      ? undefined
      : setTimeout(() => {
          cancelled = performance.now();
          cancel.abort();
        }, cancelAfter);
  const started = performance.now();
  const { continuations: _, ...counts } = await finished(engine.generate(request, cancel.signal));
  clearTimeout(timer);
  const ended = performance.now();
  return { ...counts, ms: ended - started, freed: cancelled === null ? null : ended - cancelled } satisfies Made;
}

process.on("message", async (question: HeldQuestion) => void process.send!(await answerTo(question)));
// Nobody is left to measure for.
process.on("disconnect", () => process.exit());
process.send!("ready");
