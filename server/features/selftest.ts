// coterie/selfTest: whether everything that an answer needs is there and works, found out by using it.
import type { Engine, GenerateRequest, Generation } from "../engine/engine.ts";
import type { FileProblems } from "../json.ts";
import type { Check, OfflineReport } from "../protocol/health.ts";
import { finished } from "../saying.ts";

/** What the self-test looks at. */
export interface Testable {
  /** The engine, loaded if need be, or in words why there is none. */
  engine(): Promise<Engine | string>;
  /** Ids of the packs whose rules count. */
  readonly packs: readonly string[];
  /** What is wrong with rule files and packs. */
  readonly problems: readonly FileProblems[];
  offline(): OfflineReport;
  /** Why an expert that is there does not answer at the moment, in words; null for all others. */
  absent(expert: string): string | null;
  /** The other machine that an expert is on, or null. */
  host(expert: string): string | null;
}

/** Text whose continuation every model knows, so that an expert that works has something to say. */
const sample = "// Adds two numbers.\nfunction add(a, b) {\n  return";

/** Asks each expert, looks at rules, memory and sockets. Never rejects for what it finds: that is its result. */
export async function selfTest({ engine: load, packs, problems, offline, absent, host }: Testable): Promise<Check[]> {
  const engine = await load();
  if (typeof engine === "string") {
    return [{ what: "The model", passed: false, found: engine }, rules(problems), network(offline())];
  }
  const checks: Check[] = [];
  for (const { id } of engine.experts) {
    const machine = host(id);
    checks.push(await (machine === null ? expert(engine, id) : remoteExpert(engine, id, machine)));
  }
  const missing = packs.filter((id) => !engine.experts.some((each) => each.id === id));
  for (const id of missing) {
    const found = absent(id) ?? "has a pack, but the engine does not know it: restart";
    checks.push({ what: `Expert ${id}`, passed: false, found: `it ${found}` });
  }
  const { process } = await engine.memory();
  const found = `${Math.round(process / 1024 / 1024)} MB for the language server with all experts above`;
  return [...checks, { what: "Memory", passed: true, found }, rules(problems), network(offline())];
}

/** Asks one expert twice: the second time from its caches, which must not change the text. */
async function expert(engine: Engine, id: string): Promise<Check> {
  const what = `Expert ${id}`;
  const started = performance.now();
  const first = await complete(engine, id);
  const second = await complete(engine, id);
  const ms = Math.round((performance.now() - started) / 2);
  const [text, again] = [first, second].map(({ continuations }) => continuations[0]?.text ?? "");
  if (text !== again) return { what, passed: false, found: "the same question got two answers: restart the server" };
  if (!text) return { what, passed: false, found: "it has nothing to say to a question that it should know" };
  return { what, passed: true, found: `continues "return" with "${text.trim()}", ${ms} ms` };
}

/** Asks one on another machine, which need not say the same twice. */
async function remoteExpert(engine: Engine, id: string, machine: string): Promise<Check> {
  const what = `Expert ${id} on ${machine}`;
  try {
    const { continuations } = await complete(engine, id);
    return { what, passed: true, found: `continues "return" with "${continuations[0]?.text.trim() ?? ""}"` };
  } catch (error) {
    return { what, passed: false, found: error instanceof Error ? error.message : String(error) };
  }
}

async function complete(engine: Engine, expert: string): Promise<Generation> {
  const request: GenerateRequest = {
    sequence: "self-test",
    expert,
    prompt: [sample],
    heal: true,
    maxTokens: 8,
    stops: ["\n"],
    branches: 1,
    priority: "command",
  };
  return finished(engine.generate(request, new AbortController().signal));
}

function rules(problems: readonly FileProblems[]): Check {
  const wrong = problems.flatMap(({ uri, problems: all }) =>
    all.filter(({ severity }) => severity === "error").map(({ message }) => `${uri}: ${message}`),
  );
  return { what: "Rules", passed: wrong.length === 0, found: wrong[0] ?? "all files of rules and packs are in order" };
}

function network({ internet, made, hosts }: OfflineReport): Check {
  if (hosts) {
    const found = `your settings name experts on ${hosts.join(", ")}; ${internet.length} sockets are open, ${made} were made`;
    return { what: "Network", passed: true, found };
  }
  const passed = internet.length === 0 && made === 0;
  const found = passed ? "no socket is open, none was made since the start" : `${internet.length} open, ${made} made`;
  return { what: "Network", passed, found };
}
