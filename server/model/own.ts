// A model that a user brings: opened, planned so that its size is known before, and compiled into one backbone, head and expert.
import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describePart, isCompiled, type PartAbout } from "./compiled.ts";
import { readConfig } from "./config.ts";
import { WeightsError } from "./cursor.ts";
import { Gguf } from "./gguf.ts";
import { headGraph, layersGraph } from "./graph.ts";
import type { Graph, Precision } from "./graphweights.ts";
import { guarded, type HeaderTokens, headerOf, type InfillIds, type InfillTokens, infillOf } from "./infill.ts";
import { checkTensors, type Llama, modelTensors, readLlama } from "./llama.ts";
import type { Part, TokenizerFile } from "./manifest.ts";
import { digestOf } from "./pack.ts";
import { writePart } from "./part.ts";
import { Safetensors } from "./safetensors.ts";
import type { Source } from "./source.ts";
import { jsonTokenizer } from "./tokenizerjson.ts";
import { ggufTokenizer } from "./vocabulary.ts";
import type { Written } from "./weights.ts";

/** An open model, every header of it checked. Close `source` in the end. */
export interface Own {
  /** The file's or folder's name. */
  readonly title: string;
  readonly source: Source;
  readonly model: Llama;
  readonly tokenizer: TokenizerFile;
  /** The tokens with which it was trained to fill in, or null. */
  readonly infill: InfillTokens | null;
  /** The tokens with which it names files, or null. */
  readonly header: HeaderTokens | null;
  /** All that decides what is compiled. */
  readonly files: readonly string[];
}

/**
 * Opens a GGUF file, or a folder with a safetensors model or one of its files. Throws WeightsError with a line that says what to
 * do.
 */
export function openOwn(path: string): Own {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new WeightsError(`${path}: there is no such file or folder; correct the path`);
  if (stat.isFile() && path.toLowerCase().endsWith(".gguf")) return openGguf(path);
  const folder = stat.isDirectory() ? path : dirname(path);
  if (stat.isDirectory()) {
    const names = readdirSync(path);
    const ggufs = names.filter((name) => name.toLowerCase().endsWith(".gguf"));
    if (ggufs.length > 0 && !names.includes("config.json")) {
      if (ggufs.length === 1) return openGguf(join(path, ggufs[0]!));
      throw new WeightsError(`${path}: holds ${ggufs.length} GGUF files; give the path of one of them`);
    }
  } else if (!/\.(safetensors|json)$/.test(path)) {
    throw new WeightsError(`${path}: is no model; give a .gguf file or the folder of a safetensors model`);
  }
  return openFolder(folder);
}

function openGguf(path: string): Own {
  const source = Gguf.open(path);
  return closingOnError(source, () => {
    if (source.metadata.has("split.count") && source.metadata.get("split.count") !== 1) {
      throw new WeightsError(`${path}: is one part of several; join them (gguf-split --merge) and give the whole file`);
    }
    const model = readLlama(source);
    checkTensors(source, modelTensors(model));
    const title = basename(path).replace(/\.gguf$/i, "");
    const tokenizer = ggufTokenizer(source, model.vocabulary);
    return { title, source, model, ...prompting(tokenizer, infillIds(source)), files: [path] };
  });
}

function openFolder(folder: string): Own {
  const { model, eos } = readConfig(folder);
  const source = Safetensors.open(folder);
  return closingOnError(source, () => {
    // Some files hold the embedding table a second time, as the head.
    const head = model.tied ? new Map([["output.weight", [model.vocabulary, model.hidden] as const]]) : new Map();
    const here = source.tensors.has("output.weight") ? head : new Map();
    checkTensors(source, new Map([...modelTensors(model), ...here]));
    const beside = ["config.json", "tokenizer.json", "tokenizer_config.json"].map((name) => join(folder, name));
    const files = [...beside.filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile()), ...source.files];
    const tokenizer = jsonTokenizer(folder, model.vocabulary, eos);
    return { title: basename(folder), source, model, ...prompting(tokenizer), files };
  });
}

function prompting(tokenizer: TokenizerFile, ids?: InfillIds): Pick<Own, "tokenizer" | "infill" | "header"> {
  const infill = infillOf(tokenizer, ids);
  return { tokenizer: guarded(tokenizer, infill), infill, header: headerOf(tokenizer) };
}

/** Newer files say "fim_pre", older ones "prefix". */
function infillIds({ metadata }: Gguf): InfillIds {
  const id = (...names: string[]) => {
    const values = names.map((name) => metadata.get(`tokenizer.ggml.${name}_token_id`));
    return values.find((value) => typeof value === "number");
  };
  const [prefix, suffix, middle] = [id("fim_pre", "prefix"), id("fim_suf", "suffix"), id("fim_mid", "middle")];
  if (prefix === undefined || suffix === undefined || middle === undefined) return {};
  return { prefix, suffix, middle };
}

function closingOnError<T>(source: Source, read: () => T): T {
  try {
    return read();
  } catch (error) {
    source.close();
    throw error;
  }
}

/** What a model becomes: its parts, not compiled yet. */
export interface OwnPlan {
  readonly cut: number;
  readonly precision: Precision;
  readonly parts: readonly { readonly part: Pick<Part, "kind" | "id" | "layers">; readonly graph: Graph }[];
  readonly parameters: number;
  /** Of all files, nearly. */
  readonly bytes: number;
}

/**
 * Plans a model as one expert `id` on its own backbone. `cut`: layers [0, cut) are the backbone; absent: four fifths of them,
 * as in the embedded model. Throws WeightsError when the model cannot be cut there.
 */
export function planOwn({ model, source }: Own, id: string, precision: Precision, cut?: number): OwnPlan {
  const { layers } = model;
  const at = cut ?? Math.min(layers - 1, Math.max(1, Math.round(layers * 0.8)));
  if (!(at >= 1 && at < layers)) {
    const where = layers > 1 ? `between 1 and ${layers - 1}` : "nowhere";
    throw new WeightsError(`${source.path}: ${layers} layers cannot be cut at ${at}; cut it ${where}`);
  }
  const part = (kind: Part["kind"], name: string, range: Part["layers"], graph: Graph) => ({
    part: { kind, id: name, layers: range },
    graph,
  });
  const parts = [
    part("backbone", "backbone", [0, at], layersGraph(model, 0, at, false, precision)),
    part("head", "head", [0, 0], headGraph(model, precision)),
    part("expert", id, [at, layers], layersGraph(model, at, layers, true, precision)),
  ];
  const sum = (of: (graph: Graph) => number) => parts.reduce((total, { graph }) => total + of(graph), 0);
  return {
    cut: at,
    precision,
    parts,
    parameters: sum(({ parameters }) => parameters),
    bytes: sum(({ bytes, model: graph }) => bytes + graph.length),
  };
}

/** SHA-256 that names a model: of its file, or of all its files' names and digests. `read` hears of the bytes read. */
export function digestOwn({ files }: Own, read?: Written): string {
  const digests = files.map((file) => digestOf(file, read));
  if (digests.length === 1) return digests[0]!;
  const named = files.map((file, i) => [basename(file), digests[i]]);
  return createHash("sha256").update(JSON.stringify(named)).digest("hex");
}

/** What decides the files of a plan, as one name: models of the same name are the same. */
export function ownKey(plan: OwnPlan, digest: string): string {
  const keys = plan.parts.map(({ part }) => describePart(part, digest, digest, plan.precision).key);
  return createHash("sha256").update(keys.join()).digest("hex");
}

/**
 * Compiles what is not there yet into folders of `out`. `written` hears of the bytes twice, when they are written and when they
 * are checked; what it throws ends the work.
 */
export function compileOwn(own: Own, plan: OwnPlan, digest: string, out: string, written?: Written): void {
  const { source, model } = own;
  const tokenizer = () => JSON.stringify(own.tokenizer);
  for (const { part, graph } of plan.parts) {
    const about: PartAbout = describePart(part, digest, digest, plan.precision);
    const folder = join(out, part.id);
    if (isCompiled(folder, about.key)) written?.(2 * graph.bytes);
    else writePart(folder, about, { graph, source, model, tokenizer }, written);
  }
}
