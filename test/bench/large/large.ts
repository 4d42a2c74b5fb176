// `npm run bench:large`: a random model of 1.5 billion parameters, imported and run, beside node-llama-cpp with the same weights.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { installed } from "../../../server/installation.ts";
import { lookAt } from "../../../server/packs/importing.ts";
import { modelsIn } from "../../../server/packs/models.ts";
import cases from "../complete.json" with { type: "json" };
import { machine, median, table } from "../machine.ts";
import { installPeer } from "../setup.ts";
import type { LargeOptions, LargeResult } from "./arm.ts";
import { formats, writeGguf } from "./gguf.ts";
import { writeRandom } from "./random.ts";

const here = import.meta.dirname;
const root = join(here, "..", "..", "..");
const rounds = Number(process.argv[2] ?? 3);
/** 3.1 GB of weights, 3.1 GB compiled and 2.5 GB of GGUF files; removed in the end. */
const work = join(process.env["COTERIE_LARGE"] ?? tmpdir(), "coterie-large");
const model = join(work, "random-1.5b");
const home = join(work, "home");
const note = (text: string) => process.stderr.write(`${text}\n`);

if (process.platform !== "linux") throw new Error("this benchmark reads /proc: run it on Linux");
run("node", ["esbuild.mjs", "--no-weights"], root);
const bench = join(here, "..");
installPeer();
rmSync(work, { recursive: true, force: true });
mkdirSync(home, { recursive: true });
try {
  note("writing the model ...");
  writeRandom(model);
  const q8 = join(work, "q8.gguf");
  const q4 = join(work, "q4.gguf");
  writeGguf(model, q8, formats.Q8_0);
  writeGguf(model, q4, formats.Q4_0);
  const imports = [await importWith(8), await importWith(4)];

  const arm = join(bench, ".cache", "large-arm.mjs");
  await build({
    ...{ entryPoints: [join(here, "arm.ts")], outfile: arm, bundle: true, platform: "node", format: "esm" },
    ...{ target: "node20", logLevel: "warning" },
  });
  const worker = join(root, "dist", "engine.js");
  const { models } = modelsIn(join(home, ".coterie", "models"));
  const ours = (bits: string) => models.find(({ precision }) => precision === bits)!;
  const engines = [
    { name: "Coterie, 8 bits", engine: "coterie", model: ours("q8").folder, expert: ours("q8").id },
    { name: "node-llama-cpp, Q8_0", engine: "llama", model: q8, expert: "" },
    { name: "Coterie, 4 bits", engine: "coterie", model: ours("q4").folder, expert: ours("q4").id },
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
      each.results.push(JSON.parse(run("node", [arm, JSON.stringify(options)], root)) as LargeResult);
    }
    note(`round ${i + 1} of ${rounds}`);
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
  const [eight, four] = imports;
  const text = `# A larger model

Made by \`npm run bench:large\` on ${machine()}: a random model of the shape of Qwen2.5-Coder 1.5B (1.54 billion parameters, bfloat16
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
  ["seconds", eight!.seconds.toFixed(0), four!.seconds.toFixed(0)],
  ["most private memory, MB", (eight!.private / 1e6).toFixed(0), (four!.private / 1e6).toFixed(0)],
  ["memory that was said before, MB", (eight!.said / 1e6).toFixed(0), (four!.said / 1e6).toFixed(0)],
])}
`;
  writeFileSync(join(bench, "large.md"), text);
  console.log(text);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Imports the model by the command line, and watches its memory. */
async function importWith(bits: 4 | 8) {
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
  const file = `/proc/${pid}/smaps_rollup`;
  if (!existsSync(file)) return 0;
  const pages = [...readFileSync(file, "utf8").matchAll(/^Private_\w+:\s+(\d+) kB$/gm)];
  return 1024 * pages.reduce((sum, [, kilobytes]) => sum + Number(kilobytes), 0);
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
