// Compiles a backbone and its experts into folders that the runtime loads: out/backbone, out/head and out/<expert>.
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { WeightsError } from "./cursor.ts";
import { Gguf } from "./gguf.ts";
import { type Graph, headGraph, layersGraph, type Precision } from "./graph.ts";
import { checkTensors, type Llama, layerTensors, modelTensors, readLlama, type Shape2 } from "./llama.ts";
import type { Part } from "./manifest.ts";
import { type ExpertPack, readBackbonePack, readExpertPack, verifyWeights, type WeightsFile } from "./pack.ts";
import { clearFolder, isCompiled, type PartAbout, writePart } from "./part.ts";
import { ggufTokenizer } from "./vocabulary.ts";

/** Raise it with every change that makes different files out of the same weights. */
const COMPILER = 6;

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
  readonly about: PartAbout;
  readonly source: () => Gguf;
  readonly graph: (model: Llama) => Graph;
}

/**
 * Compiles every part that is not there yet and removes parts that belong to none of the packs. Source weights are checked
 * against their digests first. Throws WeightsError with a one-line message that says what to do.
 */
export function compileModel(options: CompileOptions): Compiled[] {
  const { precision, out } = options;
  const pack = readBackbonePack(options.backbone);
  const files = new Sources();
  try {
    const whole = () => files.open(pack.folder, pack.weights);
    const backbone = pack.weights.sha256;
    const plan = (part: Pick<Part, "kind" | "id" | "layers">, source: string) =>
      describePart(part, source, backbone, precision);
    const { cut } = pack;
    const plans: PartPlan[] = [
      {
        about: plan({ kind: "backbone", id: "backbone", layers: [0, cut] }, backbone),
        source: whole,
        graph: (model) => layersGraph(model, 0, cut, false, precision),
      },
      {
        about: plan({ kind: "head", id: "head", layers: [0, 0] }, backbone),
        source: whole,
        graph: (model) => headGraph(model, precision),
      },
      ...options.experts.map((folder): PartPlan => {
        const expert = readExpertPack(folder);
        checkFits(expert, backbone, cut);
        const { id, layers, weights } = expert;
        const [first, end] = layers;
        return {
          about: plan({ kind: "expert", id, layers }, "from" in weights ? backbone : weights.sha256),
          source: "from" in weights ? whole : () => files.open(folder, weights),
          graph: (model) => layersGraph(model, first, end, true, precision),
        };
      }),
    ];
    const ids = plans.map(({ about }) => about.id);
    const twice = ids.find((id, i) => ids.indexOf(id) !== i);
    if (twice !== undefined) throw new WeightsError(`two packs are called "${twice}"; remove one of them`);
    mkdirSync(out, { recursive: true });
    clearFolder(out, ids);
    return plans.map(({ about, source, graph }) => {
      const folder = join(out, about.id);
      const fresh = !isCompiled(folder, about.key);
      if (fresh) {
        const model = wholeModel(whole(), cut);
        if (about.kind === "expert") checkUpperLayers(source(), model, about.layers);
        const tokenizer = () => JSON.stringify(ggufTokenizer(whole(), model.vocabulary));
        writePart(folder, about, { graph: graph(model), source: source(), model, tokenizer });
      }
      return { id: about.id, folder, fresh };
    });
  } finally {
    files.close();
  }
}

/** A part with the key that everything which decides its files goes into. `source`: digest of the weights. */
export function describePart(
  part: Pick<Part, "kind" | "id" | "layers">,
  source: string,
  backbone: string,
  precision: Precision,
): PartAbout {
  const key = createHash("sha256")
    .update(JSON.stringify([COMPILER, backbone, source, part, precision]))
    .digest("hex");
  return { ...part, key, backbone, precision };
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

/** Checks and opens each file once, and closes all. */
class Sources {
  readonly #open = new Map<string, Gguf>();

  open(folder: string, weights: WeightsFile): Gguf {
    const path = join(folder, weights.file);
    const known = this.#open.get(path);
    if (known !== undefined) return known;
    const gguf = Gguf.open(verifyWeights(folder, weights));
    this.#open.set(path, gguf);
    return gguf;
  }

  close(): void {
    for (const gguf of this.#open.values()) gguf.close();
  }
}
