// Section of the benchmark on memory: four experts on one backbone beside four whole models in the same runtime, and where it goes.
import { setTimeout as pause } from "node:timers/promises";
import { ask, end, start } from "./child.ts";
import { completion } from "./coterie.ts";
import type { CrewOptions, Question, Reply } from "./crew/crew.ts";
import { hold } from "./held.ts";
import { megabytes, table } from "./machine.ts";
import type { Memory } from "./measures.ts";
import type { Section } from "./section.ts";
import type { Prepared } from "./setup.ts";

const experts = ["code", "docs", "math", "general"];
const threads = 2;
const contextTokens = 1280;
/** After so long without a question both have let go of what was read with. Milliseconds. */
const rest = 1_000;
const mb = (bytes: number) => (bytes / megabytes).toFixed(0);

export const team: Section = {
  name: "team",
  title: "Memory of four experts",
  async measure(prepared, _, note) {
    const { crewArm, worker, product, full, cacheBytes, texts } = prepared;
    const common = { experts, worker, threads, contextTokens, cacheBytes, adapters: [] };
    const cut: CrewOptions = { ...common, kind: "cut", models: [product] };
    const whole: CrewOptions = { ...common, kind: "full", models: full };
    const child = { cut: await start(crewArm, cut), whole: null as Awaited<ReturnType<typeof start>> | null };
    const read = async (process: NonNullable<typeof child.whole>) => {
      const question: Question = { document: 1, text: `${texts.full}\n`, expert: 0, tokens: 1 };
      for (const expert of experts.keys()) await ask(process, { ...question, expert });
      await pause(rest);
      return (await ask(process, question)) as Reply;
    };
    const rows: { title: string; cut: Reply; whole: Reply }[] = [];
    try {
      const alone = await read(child.cut);
      child.whole = await start(crewArm, whole);
      const beside = { cut: await read(child.cut), whole: await read(child.whole) };
      // Asked once more, so that both are looked at while both are there.
      beside.cut = await read(child.cut);
      await end(child.cut);
      rows.push({ title: "each alone", cut: alone, whole: await read(child.whole) });
      rows.push({ title: "beside each other", ...beside });
      await end(child.whole);
      note("memory of four experts and of four models");
    } catch (error) {
      child.cut.kill();
      child.whole?.kill();
      throw error;
    }
    const parts = await reportOf(prepared);
    const cells = (now: Memory, empty: Memory) => [
      mb(now.private),
      mb(now.private - empty.private),
      mb(now.resident),
      mb(now.mapped),
    ];
    const less = ({ cut: ours, whole: theirs }: (typeof rows)[number]) => {
      const [one, other] = [ours, theirs].map(({ now, empty }) => now.private - empty.private);
      return `${(100 * (1 - one! / other!)).toFixed(1)} %`;
    };
    const markdown = `Code, docs, math and general have each read the same 1,024 tokens, 8 bits, in one process: on one backbone, and as four whole models
with files of their own, in a thread as our engine is. MB; the increment is over the same process before anything was loaded, in which the language server is no larger
than its own program.

${table([
  ["", "", "private", "increment", "resident", "of it mapped from files", "less than four models"],
  ...rows.flatMap((row) => [
    [row.title, "Coterie, four experts", ...cells(row.cut.now, row.cut.empty), less(row)],
    ["", "four whole models, same runtime", ...cells(row.whole.now, row.whole.empty), ""],
  ]),
])}

${parts}`;
    return { markdown, figures: rows };
  },
};

/** What the engine says of itself, after the same. */
async function reportOf({ heldArm, product, worker, cacheBytes, texts }: Prepared): Promise<string> {
  const held = await hold(heldArm, { model: product, worker, threads, contextTokens, cacheBytes });
  try {
    for (const expert of experts) {
      const asked = { sequence: "text", expert, text: texts.full, heal: false, maxTokens: 1 };
      await held.generate(completion(asked));
    }
    const { report } = await held.memory();
    const loaded = Object.entries(report.experts).map(([id, bytes]) => [`expert ${id}`, mb(bytes)]);
    return table([
      ["the engine's own report", "MB"],
      ["backbone", mb(report.backbone)],
      ["head", mb(report.head)],
      ...loaded,
      ["caches", mb(report.caches)],
      ["the rest of the process", mb(report.rest)],
      ["private memory of the process", mb(report.process)],
    ]);
  } finally {
    await held.end();
  }
}
