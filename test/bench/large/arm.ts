// One engine with the large model in a process of its own: opens it, measures itself, prints one line of JSON and ends.
import { openEngine } from "../../../server/engine/open.ts";
import { finished } from "../../../server/saying.ts";
import { completion } from "../coterie.ts";
import { openLlama } from "../llama.ts";
import { memoryOf } from "../measures.ts";
import type { Generated } from "../peer.ts";

export interface LargeOptions {
  readonly engine: "coterie" | "llama";
  /** Folder of compiled parts, or a GGUF. */
  readonly model: string;
  readonly expert: string;
  readonly worker: string;
  readonly threads: number;
  /** Read first; of another text of the same length the speed is measured. */
  readonly texts: readonly [string, string];
}

export interface LargeResult {
  /** Tokens of the prompt. */
  readonly tokens: number;
  readonly load: number;
  /** Milliseconds a token. */
  readonly read: number;
  readonly write: number;
  /** Bytes. */
  readonly private: number;
  readonly resident: number;
}

/** Tokens that are written to measure the speed. */
const written = 24;
const context = 2048;

const options = JSON.parse(process.argv[2]!) as LargeOptions;
const started = performance.now();
const generate = await (options.engine === "coterie" ? ours(options) : peer(options));
await generate("let x = ", 1);
const load = performance.now() - started;
await generate(options.texts[0], 1);
const [tokens, read] = await timed(
  () => generate(options.texts[1], 1),
  ({ promptTokens }) => promptTokens,
);
const [count, write] = await timed(
  () => generate(options.texts[1], 1 + written),
  ({ newTokens }) => newTokens,
);
if (count !== 1 + written) throw new Error(`${count} tokens were written, ${1 + written} are due`);
const memory = memoryOf("self");
const result: LargeResult = {
  tokens,
  load,
  read: read / tokens,
  // The text has been read by now, and its last token is read again.
  write: write / count,
  private: memory.private,
  resident: memory.resident,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit();

async function timed(work: () => Promise<Generated>, count: (done: Generated) => number): Promise<[number, number]> {
  const from = performance.now();
  const done = await work();
  return [count(done), performance.now() - from];
}

async function ours({ model, worker, threads, expert }: LargeOptions) {
  const engine = await openEngine({ model, worker, threads, contextTokens: context, cacheBytes: 256e6 });
  const asked = { sequence: "large", expert, heal: false };
  return async (text: string, maxTokens: number): Promise<Generated> => {
    return finished(engine.generate(completion({ ...asked, text, maxTokens }), new AbortController().signal));
  };
}

async function peer({ model, threads, worker }: LargeOptions) {
  const llama = await openLlama({
    ...{ engine: "llama", model, threads, worker },
    contextTokens: context,
    cacheBytes: 0,
  });
  return llama.generate;
}
