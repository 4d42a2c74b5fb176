// Sections of the benchmark on several experts: what a change costs, and how many requests of a mixed stream are served.
import type { ChildProcess } from "node:child_process";
import { ask, end, start } from "./child.ts";
import type { CrewOptions, Question, Reply } from "./crew/crew.ts";
import { median, quantile, table } from "./machine.ts";
import { pinnedCode, tokenizerOf } from "./pinned.ts";
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
const stay = 16;
const completionTokens = 8;

interface Arm {
  readonly name: string;
  readonly child: ChildProcess;
}

export interface CrewSize {
  /** Documents of the mixed stream, and texts of the change of expert at each length. */
  readonly documents: number;
  readonly texts: number;
}

/** Both sections as Markdown; all arms take turns, document by document. */
export async function crewSections(prepared: Prepared, { documents, texts }: CrewSize, note: (text: string) => void) {
  const { crewArm, worker, product, unmerged, q8, adapters } = prepared;
  const common = { experts, worker, threads, contextTokens, cacheBytes };
  const kinds: readonly { name: string; options: CrewOptions }[] = [
    { name: "Coterie", options: { ...common, kind: "cut", models: [product], adapters: [] } },
    { name: "unmerged LoRA, same runtime", options: { ...common, kind: "unmerged", models: [unmerged], adapters: [] } },
    { name: "node-llama-cpp, LoRA", options: { ...common, kind: "adapters", models: [q8], adapters } },
    {
      name: "node-llama-cpp, four models",
      options: { ...common, kind: "models", models: experts.map(() => q8), adapters: [] },
    },
  ];
  const arms: Arm[] = [];
  try {
    for (const { name, options } of kinds) arms.push({ name, child: await start(crewArm, options) });
    return `${await changeSection(arms, product, texts, note)}\n\n${await mixedSection(arms, product, documents, note)}`;
  } finally {
    for (const { child } of arms) await end(child);
  }
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
): Promise<string> {
  const rows: string[][] = [["change of expert, ms", ...arms.map(({ name }) => name), "best other / Coterie"]];
  for (const [place, length] of contextLengths.entries()) {
    const times = arms.map((): number[] => []);
    for (const [i, text] of slices(product, texts, length, 0, 1 + place).entries()) {
      for (const [a, arm] of arms.entries()) {
        const document = 1000 * (place + 1) + i;
        await request(arm, { document, text: text.begins, expert: 3, tokens: 1 });
        const { ms } = await request(arm, { document, text: text.begins, expert: i % 3, tokens: 1 });
        times[a]!.push(ms);
      }
    }
    const medians = times.map(median);
    const ratio = Math.min(...medians.slice(1)) / medians[0]!;
    rows.push([`${length} tokens`, ...medians.map((ms) => ms.toFixed(0)), ratio.toFixed(1)]);
    note(`change of expert at ${length} tokens`);
  }
  return table(rows);
}

/** Documents of 1,000 tokens; before each request a few characters are typed; the expert changes every so many requests. */
async function mixedSection(
  arms: readonly Arm[],
  product: string,
  documents: number,
  note: (text: string) => void,
): Promise<string> {
  const rows: string[][] = [["mixed stream", "", ...arms.map(({ name }) => name)]];
  const texts = slices(product, documents, documentTokens, 3 * stay, 9);
  let memory: number[] = [];
  for (const every of changes) {
    const times = arms.map((): number[] => []);
    let served = 0;
    for (const [i, { begins, follows }] of texts.entries()) {
      for (const [a, arm] of arms.entries()) {
        for (let key = 0; key < stay; key++) {
          const text = begins + follows.slice(0, 3 * (key + 1));
          const expert = Math.floor((served + key) / every) % experts.length;
          const reply = await request(arm, { document: every * 100 + i, text, expert, tokens: completionTokens });
          times[a]!.push(reply.ms);
          memory[a] = reply.private;
        }
      }
      served += stay;
      note(`mixed stream, expert changing every ${every}: document ${i + 1} of ${documents}`);
    }
    const title = every === 1 ? "expert changes every request" : `every ${every} requests`;
    const rate = (each: number[]) => (1000 * each.length) / each.reduce((sum, ms) => sum + ms, 0);
    rows.push([title, "requests/s", ...times.map((each) => rate(each).toFixed(2))]);
    rows.push([
      "",
      "Coterie is so many times as fast",
      ...times.map((each) => (rate(times[0]!) / rate(each)).toFixed(2)),
    ]);
    rows.push(["", "p50, ms", ...times.map((each) => quantile(each, 0.5).toFixed(0))]);
    rows.push(["", "p95, ms", ...times.map((each) => quantile(each, 0.95).toFixed(0))]);
  }
  memory = memory.map((bytes) => bytes / 1024 / 1024);
  rows.push(["private memory afterwards", "MB", ...memory.map((megabytes) => megabytes.toFixed(0))]);
  return table(rows);
}

/** Pieces of a large file of code, and how each goes on. */
function slices(model: string, count: number, tokens: number, characters: number, seed: number) {
  const code = pinnedCode();
  const tokenizer = tokenizerOf(model);
  return Array.from({ length: count }, (_, i) => {
    const start = code.indexOf("\n", (seed * 700 + i) * 1100);
    const begins = tokenizer.decode(tokenizer.encode(code.slice(start, start + tokens * 8)).slice(0, tokens));
    const at = start + begins.length;
    return { begins, follows: code.slice(at, at + characters) };
  });
}
