// Section of the benchmark on guessed tokens: documenting and rewriting functions with and without them, in turns.
import layouts from "../../experts/layouts.json" with { type: "json" };
import type { GenerateRequest } from "../../server/engine/engine.ts";
import { openEngine } from "../../server/engine/open.ts";
import { compose } from "../../server/prompt.ts";
import { finished } from "../../server/saying.ts";
import { median, table } from "./machine.ts";
import { pinnedCode } from "./pinned.ts";
import type { Prepared } from "./setup.ts";

const never = new AbortController().signal;
const functionLines = 60;

/** What is asked about a function; a change of one name makes the model write again what it has just read. */
const tasks = [
  { title: "documenting", expert: "docs", request: layouts.requests.document, tokens: 96 },
  {
    title: "rewriting with one change",
    expert: "general",
    request: "Write this function again with `let` for `var`.",
    tokens: 192,
  },
] as const;

interface Run {
  readonly ms: number;
  readonly tokens: number;
  readonly runs: number;
}

export async function draftingSection({ product, worker }: Prepared, count: number): Promise<string> {
  const engine = await openEngine({ model: product, worker, threads: 2, contextTokens: 1536, cacheBytes: 256e6 });
  const rows = [
    ["words only, the prompt has been read", "without, ms a token", "with", "times as fast", "tokens a run"],
  ];
  try {
    /** From a prompt that has been read. */
    const timed = async (request: GenerateRequest): Promise<Run> => {
      const started = performance.now();
      const { newTokens, runs } = await finished(engine.generate(request, never));
      return { ms: performance.now() - started, tokens: newTokens, runs };
    };
    for (const { title, expert, request, tokens } of tasks) {
      const [plain, drafted]: [Run[], Run[]] = [[], []];
      for (const [i, window] of functions(count).entries()) {
        const asked: GenerateRequest = {
          sequence: `${title} ${i}`,
          expert,
          prompt: compose("tasks", { path: "src/compiler.js", language: "javascript", window, request }),
          heal: false,
          maxTokens: tokens,
          stops: [],
          branches: 1,
          priority: "command",
        };
        for (const turn of i % 2 === 0 ? [false, true] : [true, false]) {
          // A sequence of its own each time: what was written before would be guessed from.
          const fresh = { ...asked, sequence: `${asked.sequence} ${turn}` };
          await timed({ ...fresh, maxTokens: 1 });
          if (turn) drafted.push(await timed(fresh));
          else plain.push(await timed({ ...fresh, drafting: false }));
        }
      }
      const each = (all: readonly Run[]) => median(all.map(({ ms, tokens: made }) => ms / made));
      const [without, withThem] = [each(plain), each(drafted)];
      const perRun = median(drafted.map(({ tokens: made, runs }) => made / Math.max(1, runs)));
      rows.push([title, without.toFixed(1), withThem.toFixed(1), (without / withThem).toFixed(2), perRun.toFixed(1)]);
    }
  } finally {
    await engine.close();
  }
  return table(rows);
}

/** Functions of 60 lines. */
function functions(count: number): string[] {
  const lines = pinnedCode().split("\n");
  const found: string[] = [];
  for (let start = 3000; found.length < count && start < lines.length; start++) {
    if (!/^function \w+\(/.test(lines[start]!)) continue;
    const length = lines.slice(start, start + 200).indexOf("}") + 1;
    if (Math.abs(length - functionLines) > 5) continue;
    found.push(lines.slice(start, start + length).join("\n"));
    start += 2000;
  }
  return found;
}
