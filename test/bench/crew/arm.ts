// One crew in a process of its own: opens it, says so, then answers.
import { isMainThread, workerData } from "node:worker_threads";
import { memoryOf, timed } from "../measures.ts";
import type { Crew, CrewOptions, Question, Reply } from "./crew.ts";
import { openApart, openCut } from "./cut.ts";
import { openFull, serveFull } from "./full.ts";
import { openLlamas } from "./llama.ts";
import { openUnmerged } from "./unmerged.ts";

const open: Record<CrewOptions["kind"], (options: CrewOptions) => Promise<Crew>> = {
  cut: openCut,
  models: openLlamas,
  adapters: openLlamas,
  unmerged: openUnmerged,
  full: openFull,
  apart: openApart,
};

async function serve(): Promise<void> {
  const empty = memoryOf("self");
  const options = JSON.parse(process.argv[2]!) as CrewOptions;
  const crew = await open[options.kind](options);
  // Ready means that every expert has answered: what is mapped is read in by then.
  for (let expert = 0; expert < options.experts.length; expert++) await crew.ask(-1, "let x = ", expert, 1);

  process.on("message", async ({ document, text, expert, tokens }: Question) => {
    const ms = await timed(() => crew.ask(document, text, expert, tokens));
    process.send!({ ms, now: memoryOf("self"), empty } satisfies Reply);
  });
  // Nobody is left to measure for.
  process.on("disconnect", () => process.exit());
  process.send!("ready");
}

await (isMainThread ? serve() : serveFull(workerData as CrewOptions));
