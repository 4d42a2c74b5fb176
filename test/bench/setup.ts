// What the benchmark needs before it can start; everything lands in ignored folders.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { engineOptions, installed } from "../../server/installation.ts";
import { readDefaults } from "../../server/settings.ts";
import { embeddedModel } from "../engine/models.ts";
import cases from "./complete.json" with { type: "json" };
import { writeAdapter } from "./crew/adapter.ts";
import { rank, withAdapters } from "./crew/unmerged.ts";
import { writeLimits } from "./limits.ts";
import type { Texts } from "./measures.ts";
import { tokenizerOf } from "./pinned.ts";
import { writeBits } from "./q8.ts";

const here = import.meta.dirname;
const root = join(here, "..", "..");
const cache = join(here, ".cache");

export interface Prepared {
  /** The bundled process of one engine. */
  readonly arm: string;
  readonly worker: string;
  /** Our compiled weights, with the general expert a second time as "twin". */
  readonly compiled: string;
  /** As shipped. */
  readonly q4: string;
  readonly q8: string;
  /** Made from the shipped ones. */
  readonly q40: string;
  /** The bundled process of a crew, see crew/. */
  readonly crewArm: string;
  /** What the extension ships, compiled. */
  readonly product: string;
  /** The compiled weights with inputs for adapters. */
  readonly unmerged: string;
  /** The bundled process of held.ts. */
  readonly heldArm: string;
  /** Copies of the product's weights: a whole model for each of code, docs, math and general. */
  readonly full: readonly string[];
  /** Four further experts: copies of "general" under other ids. */
  readonly extras: readonly string[];
  /** See limits.ts. */
  readonly limits: string;
  /** The product's budget for caches, bytes. */
  readonly cacheBytes: number;
  /** A LoRA adapter for q8 for each of four experts. */
  readonly adapters: readonly string[];
  readonly texts: Texts;
}

export async function prepare(): Promise<Prepared> {
  run("node", ["esbuild.mjs"], root);
  installPeer();
  const q4 = join(root, "experts", "backbone", "SmolLM2-135M-Instruct.Q4_1.gguf");
  const q8 = join(cache, "SmolLM2-135M-Instruct.Q8_0.gguf");
  if (!existsSync(q8)) writeBits(q4, q8, 8);
  const q40 = join(cache, "SmolLM2-135M-Instruct.Q4_0.gguf");
  if (!existsSync(q40)) writeBits(q4, q40, 4);
  const arm = join(cache, "arm.mjs");
  const crewArm = join(cache, "crew.mjs");
  await bundle(join(here, "arm.ts"), arm);
  await bundle(join(here, "crew", "arm.ts"), crewArm);
  const compiled = embeddedModel();
  const unmerged = join(cache, "unmerged");
  withAdapters(compiled, unmerged);
  const adapters = Array.from({ length: 4 }, (_, seed) => {
    const path = join(cache, `adapter-${seed}.gguf`);
    writeAdapter(q8, path, rank, seed);
    return path;
  });
  const product = join(root, "dist", "model");
  const limits = join(cache, "limits");
  writeLimits(join(product, "head"), limits);
  const heldArm = join(cache, "held.mjs");
  await bundle(join(here, "heldarm.ts"), heldArm);
  const installation = installed();
  return {
    heldArm,
    full: ["code", "docs", "math", "general"].map((expert) => wholeModel(product, expert)),
    extras: [1, 2, 3, 4].map((number) => extraExpert(product, `extra-${number}`)),
    limits,
    cacheBytes: engineOptions(installation, readDefaults(installation.packageJson)).cacheBytes,
    arm,
    worker: join(root, "dist", "engine.js"),
    compiled,
    q4,
    q8,
    q40,
    crewArm,
    product,
    unmerged,
    adapters,
    texts: textsFor(compiled),
  };
}

/** Files of its own, since pages of one file that is mapped twice would be resident once. */
function wholeModel(product: string, expert: string): string {
  const out = join(cache, "full", expert);
  for (const part of ["backbone", "head", expert]) {
    const [from, to] = [join(product, part), join(out, part)];
    const description = (folder: string) => readFileSync(join(folder, "part.json"), "utf8");
    if (existsSync(join(to, "part.json")) && description(from) === description(to)) continue;
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true });
  }
  return out;
}

function extraExpert(product: string, id: string): string {
  const out = join(cache, "extras", id);
  rmSync(out, { recursive: true, force: true });
  cpSync(join(product, "general"), out, { recursive: true });
  const part = JSON.parse(readFileSync(join(out, "part.json"), "utf8"));
  writeFileSync(
    join(out, "part.json"),
    JSON.stringify({ ...part, id, key: createHash("sha256").update(id).digest("hex") }),
  );
  return out;
}

async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
    external: ["onnxruntime-node", "koffi"],
    banner: {
      js: 'import { createRequire as requiring } from "node:module"; const require = requiring(import.meta.url);',
    },
  });
}

/** Installs node-llama-cpp; not by `npm ci`, which wants the binaries of other systems in the lock file. */
export function installPeer(): void {
  if (existsSync(join(here, "node_modules", "node-llama-cpp"))) return;
  console.error("Installing node-llama-cpp into test/bench (several hundred MB) ...");
  run("npm", ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"], here);
}

/** The completion cases one after another: code that does not change with this repository. */
function textsFor(model: string): Texts {
  const tokenizer = tokenizerOf(model);
  const code = cases.map(({ before, right, after }) => before + right[0] + after).join("\n");
  const ids = tokenizer.encode(code);
  const cut = (tokens: number): string => {
    // Not every start of a token list is the encoding of its own text: drop leading tokens until it is.
    for (let skip = 0; skip < 100; skip++) {
      const text = tokenizer.decode(ids.slice(skip, skip + tokens));
      if (tokenizer.encode(text).length === tokens) return text;
    }
    throw new Error(`no text of ${tokens} tokens found`);
  };
  return { thousand: cut(1000), full: cut(1024), typed: "\nconst total = " };
}

function run(command: string, args: readonly string[], folder: string): void {
  const { status } = spawnSync(command, args, { cwd: folder, stdio: ["ignore", 2, 2], shell: command === "npm" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed in ${folder}, see above`);
}
