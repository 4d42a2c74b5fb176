// Compiles a backbone and its experts into folders that the runtime loads: out/backbone, out/head and out/<expert>.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { clearFolder, describePart, isCompiled, type PartAbout } from "./compiled.ts";
import { WeightsError } from "./cursor.ts";
import { type Base, checkLayers, compileExpert, describeExpert } from "./expert.ts";
import { Gguf } from "./gguf.ts";
import { headGraph, layersGraph } from "./graph.ts";
import type { Precision } from "./graphweights.ts";
import { checkTensors, type Llama, modelTensors, readLlama } from "./llama.ts";
import { backboneDigest, readBackbonePack, readExpertPack, verifyWeights, type WeightsFile } from "./pack.ts";
import { writePart } from "./part.ts";
import { ggufTokenizer } from "./vocabulary.ts";

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

/**
 * Compiles every part that is not there yet and removes parts that belong to none of the packs. Source weights are checked
 * against their digests first. Throws WeightsError with a one-line message that says what to do.
 */
export function compileModel(options: CompileOptions): Compiled[] {
  const { precision, out } = options;
  const pack = readBackbonePack(options.backbone);
  const { cut } = pack;
  const base: Base = { backbone: backboneDigest(pack), cut, precision };
  const backbone = describePart(
    { kind: "backbone", id: "backbone", layers: [0, cut] },
    base.backbone,
    base.backbone,
    precision,
  );
  const head = describePart(
    { kind: "head", id: "head", layers: [0, 0] },
    pack.weights.sha256,
    base.backbone,
    precision,
  );
  const packs = options.experts.map(readExpertPack);
  const experts = packs.map((expert) => ({ expert, about: describeExpert(expert, base) }));
  const ids = [backbone, head, ...experts.map(({ about }) => about)].map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) throw new WeightsError(`two packs are called "${twice}"; remove one of them`);
  mkdirSync(out, { recursive: true });
  clearFolder(out, ids);

  const files = new Sources();
  const whole = () => files.open(pack.folder, pack.weights);
  /** Compiles a part unless it is there. */
  const made = (about: PartAbout, write: (folder: string, model: Llama) => void): Compiled => {
    const folder = join(out, about.id);
    const fresh = !isCompiled(folder, about.key);
    if (fresh) write(folder, wholeModel(whole(), cut));
    return { id: about.id, folder, fresh };
  };
  try {
    return [
      made(backbone, (folder, model) => {
        const source = pack.adapted === undefined ? whole() : files.open(pack.folder, pack.adapted);
        if (pack.adapted !== undefined) checkLayers(source, model, [0, cut]);
        writePart(folder, backbone, { graph: layersGraph(model, 0, cut, false, precision), source, model });
      }),
      made(head, (folder, model) => {
        const tokenizer = () => JSON.stringify(ggufTokenizer(whole(), model.vocabulary));
        writePart(folder, head, { graph: headGraph(model, precision), source: whole(), model, tokenizer });
      }),
      ...experts.map(({ expert: { weights, folder: from }, about }) =>
        made(about, (folder, model) =>
          compileExpert(folder, about, "from" in weights ? whole() : files.open(from, weights), model),
        ),
      ),
    ];
  } finally {
    files.close();
  }
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
