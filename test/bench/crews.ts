// Sections of the benchmark on several experts: what a change costs, and how many requests of a mixed stream are served.
import type { ChildProcess } from "node:child_process";
import { copyFileSync, existsSync } from "node:fs";
import { ask, end, start } from "./child.ts";
import type { CrewOptions, Question, Reply } from "./crew/crew.ts";
import { median, quantile, table } from "./machine.ts";
import { slices } from "./pinned.ts";
import type { Chart } from "./plot.ts";
import type { Measured, Section } from "./section.ts";
import type { Prepared } from "./setup.ts";

const experts = ["code", "docs", "math", "general"];
const threads = 2;
const contextTokens = 2304;
/** What the peers' four contexts take, 30 layers of half-precision keys and values of 192 numbers: ours may take as much. */
const cacheBytes = experts.length * contextTokens * 30 * 2 * 192 * 2;

const contextLengths = [250, 1000, 2000] as const;
/** After how many requests the expert changes. */
const changes = [1, 4, 16] as const;
const documentTokens = 1000;
/** Requests to a document before the next one is turned to. */
const stay = 8;
const completionTokens = 8;

interface Arm {
  readonly name: string;
  readonly child: ChildProcess;
  /** Guesses tokens, which no other arm does: it is shown, and nobody is held against it. */
  readonly guesses: boolean;
}

/** No section may take longer, so that all of them fit into half an hour: then fewer texts are asked. Minutes. */
const most = { change: 3, mixed: 10 };

export const crews: Section = {
  name: "crews",
  title: "Several experts",
  async measure(prepared, quick, note) {
    const arms = await openArms(prepared);
    try {
      const change = await changeSection(
        arms.filter(({ guesses }) => !guesses),
        prepared.product,
        quick ? 1 : 7,
        note,
      );
      const mixed = await mixedSection(arms, prepared.product, quick ? 1 : 20, note);
      return {
        markdown: `Several experts in one process, 2 threads, 8 bits, as much memory for caches in every arm. The adapters are of rank 16 on all linear
layers, random. No arm guesses tokens but the one that is named for it. In the mixed stream a few characters are typed before each request of ${completionTokens} tokens, ${stay} requests a document of
${documentTokens.toLocaleString("en")} tokens.

${change.markdown}

${mixed.markdown}`,
        charts: [...(change.charts ?? []), ...(mixed.charts ?? [])],
        figures: { change: change.figures, mixed: mixed.figures },
      };
    } finally {
      for (const { child } of arms) await end(child);
    }
  },
};

/** All arms, in processes of their own; they take turns, text by text. */
async function openArms(prepared: Prepared): Promise<Arm[]> {
  const { crewArm, worker, product, unmerged, q8, adapters } = prepared;
  const common = { experts, worker, threads, contextTokens, cacheBytes };
  const kinds: readonly { name: string; options: CrewOptions }[] = [
    { name: "Coterie", options: { ...common, kind: "cut", models: [product], adapters: [], guesses: false } },
    { name: "unmerged LoRA, same runtime", options: { ...common, kind: "unmerged", models: [unmerged], adapters: [] } },
    { name: "node-llama-cpp, LoRA", options: { ...common, kind: "adapters", models: [own(q8, 0)], adapters } },
    {
      name: "node-llama-cpp, four models",
      options: { ...common, kind: "models", models: experts.map((_, i) => own(q8, i + 1)), adapters: [] },
    },
    { name: guessing, options: { ...common, kind: "cut", models: [product], adapters: [], guesses: true } },
  ];
  const arms: Arm[] = [];
  try {
    for (const { name, options } of kinds) {
      arms.push({ name, child: await start(crewArm, options), guesses: name === guessing });
    }
    return arms;
  } catch (error) {
    for (const { child } of arms) await end(child);
    throw error;
  }
}

const guessing = "Coterie, guessing tokens";

/** A copy of a model's file: pages of one that is mapped twice are private to nobody, and would not be counted. */
function own(model: string, copy: number): string {
  const path = model.replace(/\.gguf$/, `.${copy}.gguf`);
  if (!existsSync(path)) copyFileSync(model, path);
  return path;
}

async function request({ child }: Arm, question: Question): Promise<Reply> {
  return (await ask(child, question)) as Reply;
}

/** The first token of an expert on a text that another one has just answered on. */
async function changeSection(
  arms: readonly Arm[],
  product: string,
  texts: number,
  note: (text: string) => void,
): Promise<Measured> {
  const times = contextLengths.map(() => arms.map((): number[] => []));
  const slicesOf = contextLengths.map((length, place) => slices(product, texts, length, 0, 4 + place));
  const started = performance.now();
  for (let i = 0; i < texts; i++) {
    for (const [place, length] of contextLengths.entries()) {
      const text = slicesOf[place]![i]!.begins;
      for (const [a, arm] of arms.entries()) {
        const document = 1000 * (place + 1) + i;
        await request(arm, { document, text, expert: 3, tokens: 1 });
        const { ms } = await request(arm, { document, text, expert: i % 3, tokens: 1 });
        times[place]![a]!.push(ms);
      }
      note(`change of expert at ${length} tokens, text ${i + 1} of ${texts}`);
    }
    if (performance.now() - started > most.change * 60_000) break;
  }
  const rows: string[][] = [["change of expert, ms", ...arms.map(({ name }) => name), "best other / Coterie"]];
  const medians = times.map((ofArms) => ofArms.map(median));
  for (const [place, length] of contextLengths.entries()) {
    const each = medians[place]!;
    const ratio = Math.min(...each.slice(1)) / each[0]!;
    rows.push([`${length} tokens`, ...each.map((ms) => ms.toFixed(0)), ratio.toFixed(1)]);
  }
  const chart: Chart = {
    title: "Change of expert, ms, by tokens of context",
    kind: "bars",
    labels: contextLengths.map((length) => `${length}`),
    series: arms.map(({ name }, a) => ({ name, values: medians.map((each) => each[a]!) })),
  };
  return { markdown: `${table(rows)}\n\nMedians of ${times[0]![0]!.length} texts.`, charts: [chart], figures: times };
}

/** Documents of 1,000 tokens; before each request a few characters are typed; the expert changes every so many requests. */
async function mixedSection(
  arms: readonly Arm[],
  product: string,
  documents: number,
  note: (text: string) => void,
): Promise<Measured> {
  const texts = changes.map((_, c) => slices(product, documents, documentTokens, 3 * stay, 9 + c));
  const times = changes.map(() => arms.map((): number[] => []));
  const memory = arms.map(() => 0);
  const started = performance.now();
  let done = 0;
  while (done < documents && (done === 0 || performance.now() - started < most.mixed * 60_000)) {
    for (const [c, every] of changes.entries()) {
      const { begins, follows } = texts[c]![done]!;
      for (const [a, arm] of arms.entries()) {
        for (let key = 0; key < stay; key++) {
          const text = begins + follows.slice(0, 3 * (key + 1));
          const expert = Math.floor((done * stay + key) / every) % experts.length;
          const reply = await request(arm, { document: every * 100 + done, text, expert, tokens: completionTokens });
          times[c]![a]!.push(reply.ms);
          memory[a] = reply.now.private;
        }
      }
    }
    note(`mixed stream: document ${++done} of ${documents}`);
  }
  const rows: string[][] = [["mixed stream", "", ...arms.map(({ name }) => name)]];
  const rate = (each: number[]) => (1000 * each.length) / each.reduce((sum, ms) => sum + ms, 0);
  for (const [c, every] of changes.entries()) {
    const title = every === 1 ? "expert changes every request" : `every ${every} requests`;
    const ofArms = times[c]!;
    rows.push([title, "requests/s", ...ofArms.map((each) => rate(each).toFixed(2))]);
    const faster = ofArms.map((each) => (rate(ofArms[0]!) / rate(each)).toFixed(2));
    rows.push(["", "Coterie is so many times as fast", ...faster]);
    rows.push(["", "p50, ms", ...ofArms.map((each) => quantile(each, 0.5).toFixed(0))]);
    rows.push(["", "p95, ms", ...ofArms.map((each) => quantile(each, 0.95).toFixed(0))]);
  }
  rows.push(["private memory afterwards", "MB", ...memory.map((bytes) => (bytes / 1024 / 1024).toFixed(0))]);
  const chart: Chart = {
    title: "Mixed stream, requests a second, by requests between changes",
    kind: "bars",
    labels: changes.map((every) => `${every}`),
    series: arms.map(({ name }, a) => ({ name, values: times.map((ofArms) => rate(ofArms[a]!)) })),
  };
  return { markdown: `${table(rows)}\n\n${done} documents.`, charts: [chart], figures: times };
}
