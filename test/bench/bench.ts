// `npm run bench`: our engine and the product against node-llama-cpp, in one run, arms taking turns, medians.
import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { engineOptions, installed } from "../../server/installation.ts";
import { readDefaults } from "../../server/settings.ts";
import type { Ask } from "./arm.ts";
import { ask as askChild, end, start } from "./child.ts";
import { crewSections } from "./crews.ts";
import { draftingSection } from "./drafting.ts";
import { machine, median, table } from "./machine.ts";
import { type Memory, type Round, timed } from "./measures.ts";
import type { PeerOptions } from "./peer.ts";
import { type ServerRound, serverRound } from "./served.ts";
import { prepare } from "./setup.ts";

const quick = process.argv.includes("--quick");
const rounds = quick ? 1 : 3;
const threadCounts = [1, 2] as const;

const prepared = await prepare();
const { arm, worker, compiled, q4, q8, texts } = prepared;
const installation = installed();
const { contextTokens, cacheBytes } = engineOptions(installation, readDefaults(installation.packageJson));

const engines: readonly { name: string; engine: PeerOptions["engine"]; model: string }[] = [
  { name: "Coterie, 8 bits", engine: "coterie", model: compiled },
  { name: "node-llama-cpp, Q8_0", engine: "llama", model: q8 },
  { name: "node-llama-cpp, Q4_1 as shipped", engine: "llama", model: q4 },
];
const arms = engines.flatMap(({ name, engine, model }) =>
  threadCounts.map((threads) => ({
    name,
    threads,
    options: { engine, threads, model, worker, contextTokens, cacheBytes },
    loads: [] as number[],
    memories: [] as Memory[],
    rounds: [] as Round[],
  })),
);

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

const ask = (child: ChildProcess, what: Ask["what"]) => askChild(child, { what, texts } satisfies Ask);

// First each engine alone, since pages that two processes share are private to neither.
const served: ServerRound[] = [];
for (let i = 0; i < rounds; i++) {
  for (const each of arms) {
    let child: ChildProcess | null = null;
    const load = await timed(async () => {
      child = await start(arm, each.options);
    });
    each.loads.push(load);
    each.memories.push((await ask(child!, "memory")) as Memory);
    await end(child!);
  }
  served.push(await serverRound(texts.full, texts.typed));
  note(`loading and memory, round ${i + 1} of ${rounds}`);
}

// Then all are there and take turns.
const children = await Promise.all(arms.map(({ options }) => start(arm, options)));
for (const child of children) await ask(child, "warm");
for (let i = 0; i < rounds; i++) {
  for (const [place, each] of arms.entries()) each.rounds.push((await ask(children[place]!, "round")) as Round);
  note(`speed, round ${i + 1} of ${rounds}`);
}
for (const child of children) await end(child);
const crews = await crewSections(prepared, quick ? { documents: 2, texts: 3 } : { documents: 20, texts: 9 }, note);
const drafting = await draftingSection(prepared, quick ? 3 : 10);

type Arm = (typeof arms)[number];
interface Row {
  readonly title: string;
  readonly of: (arm: Arm) => number;
  readonly best: "least" | "most";
  readonly digits?: number;
}
const megabytes = 1024 * 1024;
const over = (field: keyof Round) => (each: Arm) => median(each.rounds.map((round) => round[field]));
const rows: readonly Row[] = [
  { title: "start of the process to the first token, ms", of: ({ loads }) => median(loads), best: "least" },
  { title: "prefill of 1,000 tokens, tokens/s", of: (each) => 1e6 / over("prefill")(each), best: "most" },
  { title: "decode at 1,000 tokens, tokens/s", of: over("decode"), best: "most", digits: 1 },
  { title: "change of expert at 1,000 tokens, ms", of: over("change"), best: "least" },
  {
    title: "the same, share of a full prefill",
    of: (each) => over("change")(each) / over("prefill")(each),
    best: "least",
    digits: 2,
  },
  { title: "completion of 8 tokens after a key at 1,000 tokens, ms", of: over("key"), best: "least" },
  { title: "cancelled prefill to the next request's token, ms", of: over("cancel"), best: "least" },
  { title: "longest stall of the event loop in a prefill, ms", of: over("stall"), best: "least" },
  {
    title: "private memory at 1,024 tokens, MB",
    of: ({ memories }) => median(memories.map((each) => each.private)) / megabytes,
    best: "least",
  },
  {
    title: "resident memory at 1,024 tokens, MB",
    of: ({ memories }) => median(memories.map((each) => each.resident)) / megabytes,
    best: "least",
  },
];

/** The better of the thread counts, which stands in brackets. */
function cell({ of, best, digits = 0 }: Row, name: string): string {
  const ours = arms.filter((each) => each.name === name).map((each) => ({ value: of(each), threads: each.threads }));
  const sorted = ours.sort((a, b) => (best === "least" ? a.value - b.value : b.value - a.value));
  return `${sorted[0]!.value.toFixed(digits)} (${sorted[0]!.threads})`;
}

const server = (of: (round: ServerRound) => number | null, digits = 0) => {
  const values = served.map(of).filter((value) => value !== null);
  return values.length === 0 ? "nothing was suggested" : median(values).toFixed(digits);
};
const report = `${table([
  ["", ...engines.map(({ name }) => name)],
  ...rows.map((row) => [row.title, ...engines.map(({ name }) => cell(row, name))]),
])}

The language server with its default settings, as an editor meets it:

${table([
  ["", "median"],
  ["start of the process to ready, ms", server(({ ready }) => ready)],
  ["first completion in a document, ms", server(({ cold }) => cold)],
  ["tokens of its prompt", server(({ coldTokens }) => coldTokens)],
  ["completion after a key, ms", server(({ key }) => key)],
  ["tokens of the prompt by then", server(({ keyTokens }) => keyTokens)],
  ["typed-through completion, ms", server(({ through }) => through, 1)],
  ["slowest answer to another request while it computes, ms", server(({ busy }) => busy, 1)],
  ["private memory after these, MB", server((round) => round.private / megabytes)],
])}

Several experts in one process, 2 threads, 8 bits, as much memory for caches in every arm. The adapters are of rank 16 on all
linear layers, random. In the mixed stream a few characters are typed before each request of 8 tokens, 16 requests a document of
1,000 tokens.

${crews}

Several guessed tokens checked in one run:

${drafting}`;

console.log(report);
// Every single figure, for whoever wants to look closer; an ignored folder.
writeFileSync(join(import.meta.dirname, ".cache", "last.json"), JSON.stringify({ arms, served }, null, 1));
writeFileSync(
  join(import.meta.dirname, "results.md"),
  `# Benchmark

Made by \`npm run bench\` on ${machine()}. Medians of ${rounds} rounds in which the engines take turns; each figure is the
better of 1 and 2 threads (in brackets). All engines run the same weights and the same text in processes of their own. Two
models in node-llama-cpp share nothing, so there a change of expert is a prefill.

${report}
`,
);
