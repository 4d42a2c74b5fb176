// Compiled models for the engine's tests, made once under dist/test: the tiny random one and the embedded weights.
import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine, EngineOptions, GenerateRequest, Generation } from "../../server/engine/engine.ts";
import { openEngine } from "../../server/engine/open.ts";
import { compileModel } from "../../server/model/compile.ts";

const root = join(import.meta.dirname, "..", "..");
const reference = join(import.meta.dirname, "reference");
/** A text for prompts: code, as users have it. */
export const source = readFileSync(join(reference, "source.txt"), "utf8");

export const never = new AbortController().signal;

const place = (name: string) => join(root, "dist", "test", name);

/** The tiny model in float32 with two experts that differ: "general" and "other". */
export function tinyModel(): string {
  const out = place("tiny-two");
  const experts = [join(reference, "tiny-general"), join(reference, "tiny-other")];
  compileModel({ backbone: join(reference, "tiny"), experts, out, precision: "f32" });
  return out;
}

/** The embedded weights at 8 bits, with the general expert a second time under the name "twin". */
export function embeddedModel(): string {
  const general = join(root, "experts", "general");
  const twin = place("twin-pack");
  cpSync(general, twin, { recursive: true });
  const pack = JSON.parse(readFileSync(join(general, "expert.json"), "utf8"));
  writeFileSync(join(twin, "expert.json"), JSON.stringify({ ...pack, id: "twin" }));
  const out = place("embedded-twins");
  compileModel({ backbone: join(root, "experts", "backbone"), experts: [general, twin], out, precision: "q8" });
  return out;
}

/** Upstream's model as it comes, at 8 bits: cut where the embedded one is, with its own upper layers as "general". */
export function upstreamModel(): string {
  const from = join(root, "experts", "backbone");
  const { adapted: _, ...said } = JSON.parse(readFileSync(join(from, "expert.json"), "utf8"));
  const [backbone, general] = [place("upstream-pack"), place("upstream-general")];
  for (const folder of [backbone, general]) mkdirSync(folder, { recursive: true });
  copyFileSync(join(from, said.weights.file), join(backbone, said.weights.file));
  writeFileSync(join(backbone, "expert.json"), JSON.stringify(said));
  const layers = [said.cut, 30];
  const pack = { id: "general", kind: "expert", backbone: said.weights.sha256, layers, weights: { from: "backbone" } };
  writeFileSync(join(general, "expert.json"), JSON.stringify(pack));
  const out = place("upstream");
  compileModel({ backbone, experts: [general], out, precision: "q8" });
  return out;
}

export function openModel(model: string, changes: Partial<EngineOptions> = {}): Promise<Engine> {
  const worker = join(root, "dist", "engine.js");
  const onTrouble = (message: string) => assert.fail(message);
  return openEngine({ model, worker, threads: 2, contextTokens: 1536, cacheBytes: 256e6, onTrouble, ...changes });
}

/** A request with everything that a test does not care about. */
export function request(changes: Partial<GenerateRequest> = {}): GenerateRequest {
  return {
    sequence: "test",
    expert: "general",
    prompt: ["let x = "],
    heal: false,
    maxTokens: 8,
    stops: [],
    branches: 1,
    priority: "completion",
    ...changes,
  };
}

/** Runs a generation to its end. */
export async function run(
  engine: Engine,
  changes: Partial<GenerateRequest>,
  signal: AbortSignal = never,
): Promise<Generation & { streamed: string }> {
  const steps = engine.generate(request(changes), signal);
  let streamed = "";
  for (;;) {
    const step = await steps.next();
    if (step.done) return { ...step.value, streamed };
    streamed += step.value;
  }
}
