// Section of the benchmark on guessed tokens: documenting and rewriting functions with and without them, in turns.
import layouts from "../../experts/layouts.json" with { type: "json" };
import type { Engine, GenerateRequest } from "../../server/engine/engine.ts";
import { openEngine } from "../../server/engine/open.ts";
import { compose } from "../../server/prompt.ts";
import { finished } from "../../server/saying.ts";
import { median, table } from "./machine.ts";
import { pinnedCode } from "./pinned.ts";
import type { Section } from "./section.ts";
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

export const drafting: Section = {
  name: "drafting",
  title: "Guessed tokens",
  async measure(prepared, quick) {
    return {
      markdown: `Several guessed tokens checked in one run; guessed from the prompt and from what the expert has written about the functions before:\n\n${await measured(prepared, quick ? 3 : 10)}`,
    };
  },
};

async function measured({ product, worker }: Prepared, count: number): Promise<string> {
  const open = () => openEngine({ model: product, worker, threads: 2, contextTokens: 1536, cacheBytes: 64e6 });
  // Two, since one that guesses does so from all that it has written, and would know the other's text.
  const [without, guessing] = [await open(), await open()];
  const rows = [
    ["words only, the prompt has been read", "without, ms a token", "with", "times as fast", "tokens a run"],
  ];
  try {
    /** From a prompt that has been read. */
    const timed = async (engine: Engine, request: GenerateRequest): Promise<Run> => {
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
          const engine = turn ? guessing : without;
          await timed(engine, { ...asked, maxTokens: 1 });
          if (turn) drafted.push(await timed(engine, asked));
          else plain.push(await timed(engine, { ...asked, drafting: false }));
        }
      }
      const each = (all: readonly Run[]) => median(all.map(({ ms, tokens: made }) => ms / made));
      const [alone, withThem] = [each(plain), each(drafted)];
      const perRun = median(drafted.map(({ tokens: made, runs }) => made / Math.max(1, runs)));
      rows.push([title, alone.toFixed(1), withThem.toFixed(1), (alone / withThem).toFixed(2), perRun.toFixed(1)]);
    }
  } finally {
    await without.close();
    await guessing.close();
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
