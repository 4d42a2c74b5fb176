// `npm run bench:large`: a random model of 1.5 billion parameters, imported and run, beside node-llama-cpp with the same weights.
// A stopped one goes on where it was: `npm run bench:large -- 1 --minutes 3`, several times, measures one round. With fewer
// `--layers` it is a trial, which is printed and not kept.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import * as z from "zod";
import { installed } from "../../../server/installation.ts";
import { COMPILER } from "../../../server/model/compiled.ts";
import { lookAt } from "../../../server/packs/importing.ts";
import { modelsIn } from "../../../server/packs/models.ts";
import cases from "../complete.json" with { type: "json" };
import { Journal } from "../journal.ts";
import { machine, median, table } from "../machine.ts";
import { memoryOf } from "../measures.ts";
import { installPeer } from "../setup.ts";
import type { LargeOptions, LargeResult } from "./arm.ts";
import { formats, writeGguf } from "./gguf.ts";
import { allLayers, writeRandom } from "./random.ts";

const here = import.meta.dirname;
const root = join(here, "..", "..", "..");
const bench = join(here, "..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: "string", default: "60" }, layers: { type: "string", default: String(allLayers) } },
});
const rounds = Number(positionals[0] ?? 3);
const layers = Number(values.layers);
const end = Date.now() + 60_000 * Number(values.minutes);
/** 3.1 GB of weights, 3.1 GB compiled and 2.5 GB of GGUF files; removed once the table is written. */
const work = join(process.env["COTERIE_LARGE"] ?? tmpdir(), `coterie-large-${layers}`);
const model = join(work, "random-1.5b");
const worker = join(root, "dist", "engine.js");
const note = (text: string) => process.stderr.write(`${text}\n`);

if (process.platform !== "linux") throw new Error("this benchmark reads /proc: run it on Linux");
if (!(rounds >= 1 && end > Date.now() && layers > 1 && layers <= allLayers)) {
  throw new Error("usage: npm run bench:large -- [ROUNDS] [--minutes MINUTES] [--layers 2 TO 28]");
}
run("node", ["esbuild.mjs", "--no-weights"], root);
installPeer();
mkdirSync(work, { recursive: true });
const code = createHash("sha256").update(readFileSync(worker)).update(String(COMPILER)).digest("hex");
const journal = new Journal(join(work, "journal.jsonl"), code);

const importSchema = z.object({ seconds: z.number(), private: z.number(), said: z.number() });
const resultSchema: z.ZodType<LargeResult> = z.object({
  ...{ tokens: z.number(), load: z.number(), read: z.number(), write: z.number() },
  ...{ private: z.number(), resident: z.number() },
});

/** Does a step unless it was done before; what it leaves is complete, or it is done anew. Ends the process when time is up. */
async function step<T>(what: string, schema: z.ZodType<T>, measure: () => T | Promise<T>): Promise<T> {
  const done = await journal.remember(what, schema, async () => {
    if (Date.now() > end) {
      note(`stopped after ${values.minutes} minutes before: ${what}. The same command goes on from there.`);
      process.exit();
    }
    note(what);
    return measure();
  });
  if (done === null) throw new TypeError(`${what} was not measured`);
  return done;
}

const parameters = await step("write the model", z.number(), () => writeRandom(model, layers));
const q8 = join(work, "q8.gguf");
const q4 = join(work, "q4.gguf");
for (const [path, format] of [[q8, "Q8_0"] as const, [q4, "Q4_0"] as const]) {
  await step(`write it as ${format}`, z.literal(true), () => {
    writeGguf(model, path, formats[format]);
    return true as const;
  });
}
const eight = await step("import at 8 bits", importSchema, () => importWith(8));
const four = await step("import at 4 bits", importSchema, () => importWith(4));

const arm = join(bench, ".cache", "large-arm.mjs");
await build({
  ...{ entryPoints: [join(here, "arm.ts")], outfile: arm, bundle: true, platform: "node", format: "esm" },
  ...{ target: "node20", logLevel: "warning" },
});
const ours = (bits: 4 | 8) => modelsIn(join(homeOf(bits), ".coterie", "models")).models[0]!;
const engines = [
  { name: "Coterie, 8 bits", engine: "coterie", model: ours(8).folder, expert: ours(8).id },
  { name: "node-llama-cpp, Q8_0", engine: "llama", model: q8, expert: "" },
  { name: "Coterie, 4 bits", engine: "coterie", model: ours(4).folder, expert: ours(4).id },
  { name: "node-llama-cpp, Q4_0", engine: "llama", model: q4, expert: "" },
] as const;
const texts = [textOf(0), textOf(1)] as const;
const threads = [1, 2];
const arms = engines.flatMap((engine) =>
  threads.map((count) => ({ engine, threads: count, results: [] as LargeResult[] })),
);
for (let i = 0; i < rounds; i++) {
  for (const each of arms) {
    const { name: _, ...engine } = each.engine;
    const options: LargeOptions = { ...engine, worker, threads: each.threads, texts };
    const what = `round ${i + 1}: ${each.engine.name}, threads: ${each.threads}`;
    each.results.push(
      await step(what, resultSchema, () => JSON.parse(run("node", [arm, JSON.stringify(options)], root))),
    );
  }
}
const of = (name: string, value: (result: LargeResult) => number, best: "least" | "most", digits = 0) => {
  const mine = arms.filter(({ engine }) => engine.name === name);
  const found = mine.map(({ threads: count, results }) => ({ count, value: median(results.map(value)) }));
  found.sort((one, other) => (best === "least" ? one.value - other.value : other.value - one.value));
  return `${found[0]!.value.toFixed(digits)} (${found[0]!.count})`;
};
const row = (title: string, value: (result: LargeResult) => number, best: "least" | "most", digits = 0) => [
  title,
  ...engines.map(({ name }) => of(name, value, best, digits)),
];
const { tokens } = arms[0]!.results[0]!;
const text = `# A larger model

Made by \`npm run bench:large\` on ${machine()}: a random model of the shape of Qwen2.5-Coder 1.5B (${shapeOf()}, bfloat16
safetensors), imported by \`coterie import\` and run beside node-llama-cpp with the same weights. Medians of ${rounds} rounds; each figure is the
better of 1 and 2 threads (in brackets), in processes of their own. The prompt has ${tokens} tokens.

${table([
  ["", ...engines.map(({ name }) => name)],
  row("load to the first token, s", ({ load }) => load / 1000, "least", 1),
  row("reading, tokens/s", ({ read }) => 1000 / read, "most", 1),
  row("writing, tokens/s", ({ write }) => 1000 / write, "most", 1),
  row("private memory, MB", (each) => each.private / 1e6, "least"),
  row("resident memory, MB", (each) => each.resident / 1e6, "least"),
])}

${table([
  ["importing", "8 bits", "4 bits"],
  ["seconds", eight.seconds.toFixed(0), four.seconds.toFixed(0)],
  ["most private memory, MB", (eight.private / 1e6).toFixed(0), (four.private / 1e6).toFixed(0)],
  ["memory that was said before, MB", (eight.said / 1e6).toFixed(0), (four.said / 1e6).toFixed(0)],
])}
`;
if (layers === allLayers) writeFileSync(join(bench, "large.md"), text);
console.log(text);
rmSync(work, { recursive: true });

/** Its size, and whether it is the whole of it. */
function shapeOf(): string {
  const billions = `${(parameters / 1e9).toFixed(2)} billion parameters`;
  return layers === allLayers ? billions : `a trial with ${layers} of ${allLayers} layers, ${billions}`;
}

function homeOf(bits: 4 | 8): string {
  return join(work, `home-${bits}`);
}

/** Imports the model by the command line into a home of its own, and watches its memory. */
async function importWith(bits: 4 | 8) {
  const home = homeOf(bits);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home);
  const child = spawn("node", [join(root, "dist", "cli.js"), "import", model, "--bits", String(bits)], {
    env: { ...process.env, HOME: home },
    stdio: ["ignore", 2, 2],
  });
  const started = performance.now();
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, privateOf(child));
  }, 100);
  const code = await new Promise((ended) => child.on("exit", ended));
  clearInterval(watch);
  if (code !== 0) throw new Error(`the import ended with ${code}, see above`);
  const said = lookAt(model, { ...installed(), userModels: join(home, ".coterie", "models") });
  const { memory } = said.choices.find((choice) => choice.bits === bits)!;
  return { seconds: (performance.now() - started) / 1000, private: most, said: memory };
}

/** Private memory of a process, bytes; 0 once it is gone. */
function privateOf({ pid }: ChildProcess): number {
  try {
    return memoryOf(pid!).private;
  } catch (error) {
    // ESRCH: its entry is there until somebody has heard of its end.
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return 0;
    throw error;
  }
}

/** About 500 tokens of code, from another case each time. */
function textOf(first: number): string {
  const code = cases.slice(first).map(({ before, right, after }) => before + right[0] + after);
  return code.join("\n").slice(0, 900);
}

function run(command: string, args: readonly string[], folder: string): string {
  const { status, stdout } = spawnSync(command, args, {
    cwd: folder,
    stdio: ["ignore", "pipe", 2],
    encoding: "utf8",
    shell: command === "npm",
  });
  if (status !== 0) throw new Error(`${command} ${args[0]} failed in ${folder}, see above`);
  return stdout;
}
