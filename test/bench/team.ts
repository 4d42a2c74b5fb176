// Section of the benchmark on memory: four experts on one backbone beside four whole models in the same runtime, and where it goes.
import { setTimeout as pause } from "node:timers/promises";
import { ask, end, start } from "./child.ts";
import { completion } from "./coterie.ts";
import type { CrewOptions, Question, Reply } from "./crew/crew.ts";
import { hold } from "./held.ts";
import { megabytes, table } from "./machine.ts";
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
    const apart: CrewOptions = { ...whole, kind: "apart" };
    const children: Child[] = [];
    const begin = async (options: CrewOptions) => {
      const child = await start(crewArm, options);
      children.push(child);
      return child;
    };
    try {
      const ours = await begin(cut);
      const alone = await read(ours, texts.full);
      const models = await begin(whole);
      const beside = { whole: await read(models, texts.full), cut: await read(ours, texts.full) };
      await end(ours);
      const wholeAlone = await read(models, texts.full);
      await end(models);
      const engines = await begin(apart);
      const apartAlone = await read(engines, texts.full);
      await end(engines);
      note("memory of four experts and of four models");
      const rows: Row[] = [
        { title: "each alone", name: ours4, reply: alone, ours: null },
        { title: "", name: whole4, reply: wholeAlone, ours: alone },
        { title: "", name: apart4, reply: apartAlone, ours: alone },
        { title: "beside each other", name: ours4, reply: beside.cut, ours: null },
        { title: "", name: whole4, reply: beside.whole, ours: beside.cut },
      ];
      return { markdown: `${report(rows)}\n\n${await reportOf(prepared)}`, figures: rows };
    } catch (error) {
      for (const child of children) child.kill();
      throw error;
    }
  },
};

type Child = Awaited<ReturnType<typeof start>>;

/** Every expert reads the text; memory is looked at once the process has rested. */
async function read(child: Child, text: string): Promise<Reply> {
  const question: Question = { document: 1, text: `${text}\n`, expert: 0, tokens: 1 };
  for (const expert of experts.keys()) await ask(child, { ...question, expert });
  await pause(rest);
  return (await ask(child, question)) as Reply;
}

const ours4 = "Coterie, four experts";
const whole4 = "four whole models, one engine";
const apart4 = "four whole models, an engine each";

interface Row {
  readonly title: string;
  readonly name: string;
  readonly reply: Reply;
  /** What it is held against. */
  readonly ours: Reply | null;
}

const increment = ({ now, empty }: Reply) => now.private - empty.private;

function report(rows: readonly Row[]): string {
  const cells = ({ title, name, reply, ours }: Row) => [
    title,
    name,
    mb(reply.now.private),
    mb(increment(reply)),
    mb(reply.now.resident),
    mb(reply.now.mapped),
    ours === null ? "" : `${(100 * (1 - increment(ours) / increment(reply))).toFixed(1)} %`,
  ];
  return `Code, docs, math and general have each read the same 1,024 tokens, 8 bits, in one process: on one backbone, and as four whole models
with files of their own, which share a thread, its tokenizer and all that is not weights or keys and values, or are served by four of our
engines. MB; the increment is over the same process before anything was loaded, in which the language server is no larger than its own
program.

${table([
  ["", "", "private", "increment", "resident", "of it mapped from files", "Coterie takes less by"],
  ...rows.map(cells),
])}`;
}

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
