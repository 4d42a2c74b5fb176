// Compiles a backbone and its experts into folders that the runtime loads: out/backbone, out/head and out/<expert>.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WeightsError } from "./cursor.ts";
import { Gguf } from "./gguf.ts";
import { type Graph, headGraph, layersGraph, MAX_CONTEXT, type Precision, WEIGHTS_FILE } from "./graph.ts";
import { checkTensors, type Llama, layerTensors, modelTensors, readLlama, type Shape2 } from "./llama.ts";
import { type Embedding, type Part, partSchema } from "./manifest.ts";
import { digestOf, type ExpertPack, readBackbonePack, readExpertPack, verifyWeights } from "./pack.ts";
import { BLOCK } from "./quantize.ts";
import { tokenizerJson } from "./vocabulary.ts";
import { writeWeights } from "./weights.ts";

/** Raise it with every change that makes different files out of the same weights. */
const COMPILER = 3;

export interface CompileOptions {
  /** Folder of the backbone's pack. */
  readonly backbone: string;
  /** Folders of experts' packs. */
  readonly experts: readonly string[];
  /** Folder that gets one folder a part; made if it is not there. */
  readonly out: string;
  readonly precision: Precision;
}

/** A part's folder, and whether it had to be compiled or was there already. */
export interface Compiled {
  readonly id: string;
  readonly folder: string;
  readonly fresh: boolean;
}

interface PartPlan {
  readonly part: Pick<Part, "kind" | "id" | "key" | "backbone" | "precision" | "layers">;
  readonly source: () => Gguf;
  readonly graph: (model: Llama) => Graph;
}

/**
 * Compiles every part that is not there yet, each written beside its folder and renamed. Source weights are checked against
 * their digests first. Throws WeightsError with a one-line message that says what to do.
 */
export function compileModel(options: CompileOptions): Compiled[] {
  const { precision, out } = options;
  const pack = readBackbonePack(options.backbone);
  const files = new Sources();
  try {
    const whole = () => files.open(() => verifyWeights(pack.folder, pack.weights));
    const backbone = pack.weights.sha256;
    const plan = (part: Pick<Part, "kind" | "id" | "layers">, source: string): PartPlan["part"] => {
      const key = createHash("sha256")
        .update(JSON.stringify([COMPILER, backbone, source, part, precision]))
        .digest("hex");
      return { ...part, key, backbone, precision };
    };
    const { cut } = pack;
    const plans: PartPlan[] = [
      {
        part: plan({ kind: "backbone", id: "backbone", layers: [0, cut] }, backbone),
        source: whole,
        graph: (model) => layersGraph(model, 0, cut, false, precision),
      },
      {
        part: plan({ kind: "head", id: "head", layers: [0, 0] }, backbone),
        source: whole,
        graph: (model) => headGraph(model, precision),
      },
      ...options.experts.map((folder): PartPlan => {
        const expert = readExpertPack(folder);
        checkFits(expert, backbone, cut);
        const { id, layers, weights } = expert;
        const [first, end] = layers;
        return {
          part: plan({ kind: "expert", id, layers }, "from" in weights ? backbone : weights.sha256),
          source: "from" in weights ? whole : () => files.open(() => verifyWeights(folder, weights)),
          graph: (model) => layersGraph(model, first, end, true, precision),
        };
      }),
    ];
    mkdirSync(out, { recursive: true });
    return plans.map((each) => {
      const folder = join(out, each.part.id);
      const fresh = !isCompiled(folder, each.part.key);
      if (fresh) compilePart(each, folder, wholeModel(whole(), cut));
      return { id: each.part.id, folder, fresh };
    });
  } finally {
    files.close();
  }
}

/** Whether `folder` holds the part with this key, complete by name and size. */
function isCompiled(folder: string, key: string): boolean {
  const path = join(folder, "part.json");
  if (!existsSync(path)) return false;
  const part = partSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (!part.success || part.data.key !== key) return false;
  return Object.entries(part.data.files).every(
    ([name, { bytes }]) => statSync(join(folder, name), { throwIfNoEntry: false })?.size === bytes,
  );
}

function compilePart(plan: PartPlan, folder: string, model: Llama): void {
  const beside = `${folder}.${process.pid}.new`;
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside);
  try {
    const source = plan.source();
    const { kind } = plan.part;
    if (kind === "expert") checkUpperLayers(source, model, plan.part.layers);
    const graph = plan.graph(model);
    writeWeights(join(beside, WEIGHTS_FILE), graph, source, model);
    writeFileSync(join(beside, "graph.onnx"), graph.model);
    const names = ["graph.onnx", WEIGHTS_FILE];
    if (kind === "head") {
      writeFileSync(join(beside, "tokenizer.json"), tokenizerJson(source, model.vocabulary));
      names.push("tokenizer.json");
    }
    const { hidden, heads, kvHeads, headSize, vocabulary } = model;
    const part: Part = {
      format: 1,
      ...plan.part,
      shape: { hidden, heads, kvHeads, headSize, vocabulary, context: Math.min(model.context, MAX_CONTEXT) },
      parameters: graph.parameters,
      files: Object.fromEntries(
        names.map((name) => {
          const path = join(beside, name);
          return [name, { bytes: statSync(path).size, sha256: digestOf(path) }];
        }),
      ),
      ...(kind === "head" ? { embedding: embeddingOf(graph) } : {}),
    };
    writeFileSync(join(beside, "part.json"), `${JSON.stringify(partSchema.parse(part), null, 2)}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(beside, folder);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

function embeddingOf(head: Graph): Embedding {
  const slot = head.slots[0];
  if (slot?.what !== "matrix") throw new TypeError("a head's first weights are the embedding table");
  const { offset, scales } = slot;
  return scales === undefined ? { type: "float32", offset } : { type: "uint8", offset, scales, block: BLOCK };
}

function wholeModel(gguf: Gguf, cut: number): Llama {
  const model = readLlama(gguf);
  checkTensors(gguf, modelTensors(model));
  if (cut >= model.layers) {
    throw new WeightsError(
      `${gguf.path}: ${model.layers} layers cannot be cut at ${cut}; correct "cut" in expert.json`,
    );
  }
  return model;
}

function checkFits(expert: ExpertPack, backbone: string, cut: number): void {
  if (expert.backbone !== backbone) {
    throw new WeightsError(
      `${expert.folder}: made for another backbone, ${expert.backbone}; install the pack that fits`,
    );
  }
  const [first, end] = expert.layers;
  if (first !== cut || end <= first) {
    throw new WeightsError(
      `${expert.folder}: holds layers ${first} to ${end}, the cut is at ${cut}; install the pack that fits`,
    );
  }
}

/** An expert must end where the model ends; its file holds a whole model, or its layers and nothing else. */
function checkUpperLayers(source: Gguf, model: Llama, [first, end]: Part["layers"]): void {
  if (end !== model.layers) {
    throw new WeightsError(
      `${source.path}: layers end at ${end}, the model's at ${model.layers}; install the pack that fits`,
    );
  }
  if (source.tensors.has("token_embd.weight")) {
    checkTensors(source, modelTensors(model));
    return;
  }
  const expected = new Map<string, Shape2>([["output_norm.weight", [1, model.hidden]]]);
  for (let layer = first; layer < end; layer++) {
    for (const [name, shape] of layerTensors(model, layer)) expected.set(name, shape);
  }
  checkTensors(source, expected);
}

/** Opens each file once and closes all. */
class Sources {
  readonly #open = new Map<string, Gguf>();

  open(verified: () => string): Gguf {
    const path = verified();
    const known = this.#open.get(path);
    if (known !== undefined) return known;
    const gguf = Gguf.open(path);
    this.#open.set(path, gguf);
    return gguf;
  }

  close(): void {
    for (const gguf of this.#open.values()) gguf.close();
  }
}
