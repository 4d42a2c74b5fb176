// Section of the benchmark on growth: what longer contexts, more experts and more sequences cost, beside what the machine can do.
import type { EngineOptions } from "../../server/engine/engine.ts";
import { completion } from "./coterie.ts";
import { type Held, hold } from "./held.ts";
import type { Limits } from "./limits.ts";
import { median, megabytes, table } from "./machine.ts";
import { slices, tokenizerOf } from "./pinned.ts";
import type { Chart } from "./plot.ts";
import type { Measured, Section } from "./section.ts";
import type { Prepared } from "./setup.ts";

const threads = 2;
const contexts = [128, 256, 512, 1024, 2048, 4096] as const;
const experts = ["general", "code", "docs", "math", "extra-1", "extra-2", "extra-3", "extra-4"];
const sequences = [1, 2, 4, 8, 16, 32] as const;
const decoded = 32;
/** Tokens of a run. */
const runs = [1, 2, 4, 8, 16, 32, 64] as const;

export const growth: Section = {
  name: "growth",
  title: "Growth",
  async measure(prepared, quick, note) {
    const { product, worker, heldArm, extras } = prepared;
    const options: EngineOptions = {
      model: product,
      added: extras,
      worker,
      threads,
      contextTokens: 4352,
      cacheBytes: 4e9,
    };
    const held = await hold(heldArm, options);
    try {
      const limits = await held.limits(prepared.limits, threads);
      const byContext = await growContext(held, prepared, quick ? 1 : 3, note);
      const byRows = await growRows(held, prepared, quick ? 1 : 3, note);
      const bySequences = await growSequences(held, prepared, note);
      await held.end();
      const byExperts = await growExperts(prepared, options, note);
      return report(limits, byContext, byRows, byExperts, bySequences);
    } catch (error) {
      await held.end().catch(() => undefined);
      throw error;
    }
  },
};

interface AtContext {
  readonly tokens: number;
  /** Milliseconds. */
  readonly prefill: number;
  readonly token: number;
  readonly change: number;
}

async function growContext(held: Held, { product }: Prepared, rounds: number, note: (text: string) => void) {
  const found: AtContext[] = [];
  for (const [place, tokens] of contexts.entries()) {
    // Texts that no shorter context begins with: its rows would be shared.
    const texts = slices(product, (place + 1) * rounds, tokens, 0, 2).slice(-rounds);
    const times = { prefill: [] as number[], token: [] as number[], change: [] as number[] };
    for (const [round, { begins: text }] of texts.entries()) {
      const asked = { sequence: `context ${tokens} ${round}`, expert: "general", text, heal: false };
      const plain = (maxTokens: number) => held.generate({ ...completion({ ...asked, maxTokens }), drafting: false });
      times.prefill.push((await plain(1)).ms);
      const one = (await plain(1)).ms;
      const { ms, newTokens } = await plain(1 + decoded);
      if (newTokens > 1) times.token.push((ms - one) / (newTokens - 1));
      await held.generate(completion({ ...asked, expert: "code", text: "let x", sequence: "loaded", maxTokens: 1 }));
      times.change.push((await held.generate(completion({ ...asked, expert: "code", maxTokens: 1 }))).ms);
    }
    const [prefill, token, change] = [median(times.prefill), median(times.token), median(times.change)];
    found.push({ tokens, prefill, token, change });
    note(`growth: ${tokens} tokens of context`);
  }
  return found;
}

interface OfRows {
  readonly rows: number;
  readonly ms: number;
}

/** One run over so many new tokens behind 1,000 that have been read. */
async function growRows(held: Held, { product }: Prepared, rounds: number, note: (text: string) => void) {
  const { begins, follows } = slices(product, 1, 1000, 2000, 8)[0]!;
  const tokenizer = tokenizerOf(product);
  const more = tokenizer.encode(follows);
  const asked = { sequence: "rows", expert: "general", heal: false, maxTokens: 1 };
  const found: OfRows[] = [];
  for (const rows of runs) {
    const times: number[] = [];
    for (let i = 0; i < 2 * rounds + 1; i++) {
      await held.generate(completion({ ...asked, text: begins }));
      times.push(
        (await held.generate(completion({ ...asked, text: begins + tokenizer.decode(more.slice(0, rows)) }))).ms,
      );
    }
    found.push({ rows, ms: median(times) });
  }
  note("growth: tokens in a run");
  return found;
}

interface Grown {
  readonly count: number;
  /** Bytes. */
  readonly private: number;
  readonly ms: number;
}

/** One expert after the other is asked about a text that the backbone has read. */
async function growExperts({ heldArm, product }: Prepared, options: EngineOptions, note: (text: string) => void) {
  const held = await hold(heldArm, options);
  const found: Grown[] = [];
  try {
    const text = slices(product, 1, 1024, 0, 3)[0]!.begins;
    for (const [i, expert] of experts.entries()) {
      // Loading is not what is measured.
      await held.generate(completion({ sequence: "load", expert, text: "let x", heal: false, maxTokens: 1 }));
      const { ms } = await held.generate(completion({ sequence: "text", expert, text, heal: false, maxTokens: 1 }));
      const { now, empty } = await held.memory();
      found.push({ count: i + 1, private: now.private - empty.private, ms });
    }
    note("growth: experts");
  } finally {
    await held.end();
  }
  return found;
}

/** More and more documents are kept; each is typed in by turns. */
async function growSequences(held: Held, { product }: Prepared, note: (text: string) => void) {
  const texts = slices(product, Math.max(...sequences), 256, 8, 7);
  const found: Grown[] = [];
  for (const count of sequences) {
    const ask = (i: number, keys: number) => {
      const { begins, follows } = texts[i]!;
      const text = begins + follows.slice(0, keys);
      return held.generate(completion({ sequence: `typed ${i}`, expert: "general", text, heal: true, maxTokens: 1 }));
    };
    for (let i = 0; i < count; i++) await ask(i, 0);
    const times: number[] = [];
    // One key more in a document each time: several at once take longer, however many documents there are.
    const keys = new Array<number>(count).fill(0);
    for (let turn = 0; turn < 8; turn++) {
      const i = (turn * 5) % count;
      times.push((await ask(i, ++keys[i]!)).ms);
    }
    found.push({ count, private: (await held.memory()).now.private, ms: median(times) });
  }
  note("growth: sequences");
  return found;
}

/** Parameters that a token runs through, and bytes of weights that it reads. */
const parameters = 134.5e6;
const layers = 106.2e6;
const weightBytes = parameters * (1 + 4 / 64);

function report(
  limits: Limits,
  byContext: AtContext[],
  byRows: OfRows[],
  byExperts: Grown[],
  bySequences: Grown[],
): Measured {
  const { gflops, gigabytes } = limits;
  const contextRows = byContext.map(({ tokens, prefill, token, change }) => {
    // Attention: two products with every earlier token, in 30 layers of 576 numbers.
    const sums = 2 * layers + 2 * 2 * 30 * 576 * (tokens / 2);
    const reached = (sums * tokens) / prefill / 1e6;
    // Keys and values are kept in half precision.
    const bytes = (weightBytes + tokens * 30 * 2 * 192 * 2) / token / 1e6;
    return [
      `${tokens}`,
      ((1000 * tokens) / prefill).toFixed(0),
      `${reached.toFixed(0)} (${((100 * reached) / gflops).toFixed(0)} %)`,
      (1000 / token).toFixed(1),
      `${bytes.toFixed(1)} (${((100 * bytes) / gigabytes).toFixed(0)} %)`,
      change.toFixed(0),
      (change / prefill).toFixed(2),
    ];
  });
  const head = [
    "tokens of context",
    "prefill, tokens/s",
    "GFLOP/s, of the limit",
    "decode, tokens/s",
    "GB/s, of the limit",
    "change of expert, ms",
    "of its prefill",
  ];
  const grown = (title: string, rows: readonly Grown[]) =>
    table([
      [title, ...rows.map(({ count }) => `${count}`)],
      ["private memory, MB", ...rows.map((row) => (row.private / megabytes).toFixed(0))],
      ["ms", ...rows.map(({ ms }) => ms.toFixed(0))],
    ]);
  const charts: Chart[] = [
    {
      title: "Tokens a second by tokens of context",
      kind: "lines",
      labels: byContext.map(({ tokens }) => `${tokens}`),
      series: [
        { name: "prefill", values: byContext.map(({ tokens, prefill }) => (1000 * tokens) / prefill) },
        { name: "decode", values: byContext.map(({ token }) => 1000 / token) },
      ],
    },
    {
      title: "Private memory by experts, MB (increment)",
      kind: "lines",
      labels: byExperts.map(({ count }) => `${count}`),
      series: [{ name: "one backbone, experts", values: byExperts.map((row) => row.private / megabytes) }],
    },
  ];
  const markdown = `Greedy, without guesses, ${threads} threads. In the same run this machine reached ${gflops.toFixed(0)} GFLOP/s (float32
product of 1,024 x 1,024 matrices) and read ${gigabytes.toFixed(1)} GB/s (product of one row with a matrix of 256 MB) in the same runtime; our products are of 8 bits, so
more than float32's limit is possible.

${table([head, ...contextRows])}

A completion of one token behind so many new ones, at 1,000 tokens of context. Candidates are ranked in one run, in which each row sees its own text
alone: that takes about the column of all their tokens together, and some time for the head, which each of them asks.

${table([
  ["new tokens", ...byRows.map(({ rows }) => `${rows}`)],
  ["ms", ...byRows.map(({ ms }) => ms.toFixed(0))],
])}

Experts that have been asked about the same 1,024 tokens, one after the other: what the process has grown by, and the time of a change; the first
one's is that of reading the text.

${grown("experts", byExperts)}

Documents of 256 tokens that are kept in one process, beside the contexts above, typed in by turns, and the time of a completion of one token after a key.

${grown("sequences", bySequences)}`;
  return { markdown, charts, figures: { limits, byContext, byRows, byExperts, bySequences } };
}
