// Section of the benchmark on editing: recorded traces played in the product with its default settings, at the speed of fingers.
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { type CancellationTokenSource, CancellationTokenSource as Source } from "vscode-languageserver-protocol/node";
import { rested } from "../../server/protocol.ts";
import { type Position, play, recorded, type Trace } from "../traces/trace.ts";
import { type Served, served } from "../wire/stdio.ts";
import { quantile, table } from "./machine.ts";
import type { Section } from "./section.ts";

/** Milliseconds between two keys, for which a user looks at what he has moved to, and at what is shown. */
const betweenKeys = 60;
const looks = 1_000;
const reads = 250;
/** Of what is typed in one go so many keys are; the others come at once, to save minutes. */
const keysTyped = 8;
/** Nothing that is read ahead takes longer. Seconds. */
const longestReading = 30;
/** For so long nobody does anything, to see what that costs. Milliseconds. */
const idle = 10_000;

interface Asked {
  readonly cold: boolean;
  /** Whether what is left of the last suggestion was the answer. */
  readonly through: boolean;
  readonly shown: boolean;
  /** From the key, or from opening the file, to the answer. */
  readonly ms: number;
  readonly promptTokens: number;
  readonly reusedTokens: number;
}

export const editing: Section = {
  name: "editing",
  title: "Editing",
  async measure(_, quick, note) {
    const trace = recorded();
    const played = quick ? { ...trace, events: trace.events.slice(0, 80) } : trace;
    const server = await served("file:///demo", { settings: {} });
    try {
      const asked = await playIn(server, played);
      note(`editing: ${asked.length} completions`);
      const cpu = cpuSeconds(server.process.pid!);
      await untilRead(server.process.pid!);
      const before = cpuSeconds(server.process.pid!);
      await pause(idle);
      const idleShare = (cpuSeconds(server.process.pid!) - before) / (idle / 1000);
      return { markdown: report(asked, cpu, idleShare), figures: { asked, cpu, idleShare } };
    } finally {
      await server.end();
    }
  },
};

async function playIn({ client, answers, reached }: Served, trace: Trace): Promise<Asked[]> {
  const versions = new Map<string, number>();
  const asked: Asked[] = [];
  const uriOf = (path: string) => `file:///demo/${path}`;
  const at = (position: Position) => JSON.stringify(position);
  /** The request that a key has brought about; the next key ends it, as the editor does. */
  let pending: {
    place: string;
    started: number;
    heard: number;
    items: Promise<readonly unknown[]>;
    cancel: CancellationTokenSource;
  } | null = null;
  const request = (path: string, position: Position) => {
    const cancel = new Source();
    const params = { textDocument: { uri: uriOf(path) }, position, context: { triggerKind: 2 } };
    const items = client.sendRequest<readonly unknown[]>("textDocument/inlineCompletion", params, cancel.token);
    return { place: path + at(position), started: performance.now(), heard: answers.length, items, cancel };
  };
  const letGo = () => {
    pending?.cancel.cancel();
    // Cancelled requests are answered with an error.
    pending?.items.catch(() => undefined);
    pending = null;
  };
  await play(
    trace,
    {
      async open(path, text) {
        letGo();
        versions.set(path, 1);
        const textDocument = { uri: uriOf(path), languageId: "typescript", version: 1, text };
        await client.sendNotification("textDocument/didOpen", { textDocument });
        await reached("ready");
      },
      async rest(path, position) {
        letGo();
        await client.sendNotification(rested, { uri: uriOf(path), position });
        await pause(looks);
      },
      async edit(path, range, text) {
        await pause(betweenKeys);
        letGo();
        const version = versions.get(path)! + 1;
        versions.set(path, version);
        const textDocument = { uri: uriOf(path), version };
        await client.sendNotification("textDocument/didChange", { textDocument, contentChanges: [{ range, text }] });
        const { line, character } = range.start;
        const cursor = text === "\n" ? { line: line + 1, character: 0 } : { line, character: character + text.length };
        pending = request(path, cursor);
      },
      async ask(path, position, cold) {
        if (pending?.place !== path + at(position)) {
          letGo();
          pending = request(path, position);
        }
        const { items, started, heard } = pending!;
        const shown = (await items).length > 0;
        const ms = performance.now() - started;
        const answer = answers.slice(heard).at(-1);
        const { promptTokens = 0, reusedTokens = 0 } = answer ?? {};
        asked.push({ cold, shown, through: shown && answer === undefined, ms, promptTokens, reusedTokens });
        await pause(reads);
      },
    },
    keysTyped,
  );
  letGo();
  return asked;
}

/** Waits for a second in which next to nothing was computed: what is read ahead belongs to the editing. */
async function untilRead(pid: number): Promise<void> {
  for (let seconds = 0; seconds < longestReading; seconds++) {
    const before = cpuSeconds(pid);
    await pause(1_000);
    if (cpuSeconds(pid) - before < 0.05) return;
  }
}

/** Seconds that a process has computed. Linux: the fields behind the name, in ticks of 1/100 s. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function report(asked: readonly Asked[], cpu: number, idleShare: number): string {
  const row = (title: string, kept: readonly Asked[]) => {
    const shown = kept.filter((each) => each.shown).map(({ ms }) => ms);
    const all = kept.map(({ ms }) => ms);
    const at = (values: readonly number[], share: number) =>
      values.length === 0 ? "none" : quantile(values, share).toFixed(0);
    const tokens = kept.reduce((sum, each) => sum + each.promptTokens, 0);
    const reused = kept.reduce((sum, each) => sum + each.reusedTokens, 0);
    return [
      title,
      `${kept.length}`,
      `${shown.length}`,
      ...[0.5, 0.95].map((share) => at(shown, share)),
      ...[0.5, 0.95].map((share) => at(all, share)),
      tokens === 0 ? "none read" : `${((100 * reused) / tokens).toFixed(1)} %`,
    ];
  };
  const computed = asked.filter(({ through }) => !through);
  return `${asked.length} completions of a recorded trace (commits of this repository, typed, deleted and moved through as they were made), the language server
with its default settings, a key every ${betweenKeys} ms, each key asks and ends the request before it. Times in milliseconds from the key, the pause
for typing included. Cold: the file has just been opened. The process computed for ${cpu.toFixed(1)} s in all, ${((1000 * cpu) / asked.length).toFixed(0)} ms a completion, and ${(100 * idleShare).toFixed(2)} % of a
core in the ${idle / 1000} s after the last one, with nothing to do.

${table([
  ["", "completions", "shown", "ghost text, p50", "p95", "any answer, p50", "p95", "tokens reused"],
  row(
    "warm",
    computed.filter(({ cold }) => !cold),
  ),
  row(
    "cold",
    computed.filter(({ cold }) => cold),
  ),
  row(
    "typed as suggested",
    asked.filter(({ through }) => through),
  ),
])}`;
}
