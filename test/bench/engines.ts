// Section of the benchmark on one model: speed and memory of our engine and of the product against node-llama-cpp.
import type { ChildProcess } from "node:child_process";
import type { Ask } from "./arm.ts";
import { ask as askChild, end, start } from "./child.ts";
import { median, megabytes, table } from "./machine.ts";
import { type Memory, type Round, timed } from "./measures.ts";
import type { PeerOptions } from "./peer.ts";
import type { Section } from "./section.ts";
import { type ServerRound, serverRound } from "./served.ts";
import type { Prepared } from "./setup.ts";

const threadCounts = [1, 2] as const;
const contextTokens = 1280;

interface Arm {
  readonly name: string;
  readonly threads: number;
  readonly options: PeerOptions;
  readonly loads: number[];
  readonly memories: Memory[];
  readonly rounds: Round[];
}

export const engines: Section = {
  name: "engines",
  title: "One model",
  async measure(prepared, quick, note) {
    const rounds = quick ? 1 : 3;
    const arms = armsOf(prepared);
    const served = await measureAlone(arms, prepared, rounds, note);
    await measureByTurns(arms, prepared, rounds, note);
    return { markdown: report(arms, served, rounds), figures: { arms, served } };
  },
};

function armsOf({ worker, compiled, q4, q8, q40, cacheBytes }: Prepared): Arm[] {
  const models: readonly { name: string; engine: PeerOptions["engine"]; model: string }[] = [
    { name: "Coterie, 8 bits", engine: "coterie", model: compiled },
    { name: "node-llama-cpp, Q8_0", engine: "llama", model: q8 },
    { name: "node-llama-cpp, Q4_1 as shipped", engine: "llama", model: q4 },
    { name: "node-llama-cpp, Q4_0", engine: "llama", model: q40 },
  ];
  return models.flatMap(({ name, engine, model }) =>
    threadCounts.map((threads) => ({
      ...{ name, threads, loads: [], memories: [], rounds: [] },
      options: { engine, threads, model, worker, contextTokens, cacheBytes },
    })),
  );
}

const ask = (child: ChildProcess, what: Ask["what"], { texts }: Prepared) =>
  askChild(child, { what, texts } satisfies Ask);

/** Each engine alone, since pages that two processes share are private to neither. */
async function measureAlone(arms: readonly Arm[], prepared: Prepared, rounds: number, note: (text: string) => void) {
  const served: ServerRound[] = [];
  for (let i = 0; i < rounds; i++) {
    for (const each of arms) {
      let child: ChildProcess | null = null;
      const load = await timed(async () => {
        child = await start(prepared.arm, each.options);
      });
      each.loads.push(load);
      each.memories.push((await ask(child!, "memory", prepared)) as Memory);
      await end(child!);
    }
    served.push(await serverRound(prepared.texts.full, prepared.texts.typed));
    note(`loading and memory, round ${i + 1} of ${rounds}`);
  }
  return served;
}

/** All are there and take turns, anew for each round: from what was written in another one our engine would guess. */
async function measureByTurns(arms: readonly Arm[], prepared: Prepared, rounds: number, note: (text: string) => void) {
  for (let i = 0; i < rounds; i++) {
    const children: ChildProcess[] = [];
    try {
      for (const { options } of arms) children.push(await start(prepared.arm, options));
      for (const child of children) await ask(child, "warm", prepared);
      for (const [place, each] of arms.entries()) {
        each.rounds.push((await ask(children[place]!, "round", prepared)) as Round);
      }
    } finally {
      for (const child of children) await end(child);
    }
    note(`speed, round ${i + 1} of ${rounds}`);
  }
}

interface Row {
  readonly title: string;
  readonly of: (arm: Arm) => number;
  readonly best: "least" | "most";
  readonly digits?: number;
}
const over = (field: keyof Round) => (each: Arm) => median(each.rounds.map((round) => round[field]));
const rows: readonly Row[] = [
  { title: "start of the process to the first token, ms", of: ({ loads }) => median(loads), best: "least" },
  { title: "prefill of 1,000 tokens, tokens/s", of: (each) => 1e6 / over("prefill")(each), best: "most" },
  { title: "decode at 1,000 tokens, each token in a run, tokens/s", of: over("decode"), best: "most", digits: 1 },
  { title: "the same, Coterie with guessed tokens, tokens/s", of: over("guessed"), best: "most", digits: 1 },
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
function cell({ of, best, digits = 0 }: Row, name: string, arms: readonly Arm[]): string {
  const ours = arms.filter((each) => each.name === name).map((each) => ({ value: of(each), threads: each.threads }));
  const sorted = ours.sort((a, b) => (best === "least" ? a.value - b.value : b.value - a.value));
  return `${sorted[0]!.value.toFixed(digits)} (${sorted[0]!.threads})`;
}

function report(arms: readonly Arm[], served: readonly ServerRound[], rounds: number): string {
  const names = [...new Set(arms.map(({ name }) => name))];
  const server = (of: (round: ServerRound) => number | null, digits = 0) => {
    const values = served.map(of).filter((value) => value !== null);
    return values.length === 0 ? "nothing was suggested" : median(values).toFixed(digits);
  };
  return `Medians of ${rounds} rounds in which the engines take turns; each figure is the better of 1 and 2 threads (in brackets). All engines
run the same weights and the same text in processes of their own. Two models in node-llama-cpp share nothing, so there a change of
expert is a prefill.

${table([["", ...names], ...rows.map((row) => [row.title, ...names.map((name) => cell(row, name, arms))])])}

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
])}`;
}
