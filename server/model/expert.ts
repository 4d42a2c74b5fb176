// One expert's part: whether a pack fits a backbone that is compiled already, and compiling it without the backbone's weights.
import { describePart, type PartAbout, readPart } from "./compiled.ts";
import { WeightsError } from "./cursor.ts";
import type { Gguf, Value } from "./gguf.ts";
import { layersGraph } from "./graph.ts";
import type { Precision } from "./graphweights.ts";
import { checkTensors, type Llama, layerTensors, modelTensors, type Shape2 } from "./llama.ts";
import type { ExpertPack } from "./pack.ts";
import { writePart } from "./part.ts";

/** What an expert is made for: a backbone's digest, the layers [0, cut) that it holds, and how it is compiled. */
export interface Base {
  readonly backbone: string;
  readonly cut: number;
  readonly precision: Precision;
}

/** What a compiled backbone says of itself: enough to compile experts for it. Throws WeightsError when it says too little. */
export function readBase(folder: string): Base & { readonly model: Llama } {
  const part = readPart(folder);
  if (part?.kind !== "backbone" || part.upper === undefined) {
    throw new WeightsError(`${folder}: holds no compiled backbone; install Coterie again`);
  }
  const { backbone, layers, precision, shape, upper } = part;
  return { backbone, cut: layers[1], precision, model: { ...shape, ...upper } };
}

/** The part that a pack is compiled to. Throws WeightsError when it was made for another backbone or another cut. */
export function describeExpert({ id, layers, weights, backbone, folder }: ExpertPack, base: Base): PartAbout {
  if (backbone !== base.backbone) {
    throw new WeightsError(
      `${folder}: made for another backbone, ${backbone}; import the model that it was made for, or install the pack that fits`,
    );
  }
  const [first, end] = layers;
  if (first !== base.cut || end <= first) {
    throw new WeightsError(
      `${folder}: holds layers ${first} to ${end}, the cut is at ${base.cut}; install the pack that fits`,
    );
  }
  const source = "from" in weights ? base.backbone : weights.sha256;
  return describePart({ kind: "expert", id, layers }, source, base.backbone, base.precision);
}

/**
 * Compiles an expert's layers into `folder`. `source` holds them: the pack's own file, in which nothing else may be, or the
 * backbone's. The sizes are `model`'s; what the file says of its own must agree. Throws WeightsError.
 */
export function compileExpert(folder: string, about: PartAbout, source: Gguf, model: Llama): void {
  const [first, end] = about.layers;
  if (end !== model.layers) {
    throw new WeightsError(
      `${source.path}: layers end at ${end}, the model's at ${model.layers}; install the pack that fits`,
    );
  }
  if (source.tensors.has("token_embd.weight")) {
    checkTensors(source, modelTensors(model));
  } else {
    checkLayers(source, model, about.layers, about.backbone);
  }
  writePart(folder, about, { graph: layersGraph(model, first, end, true, about.precision), source, model });
}

/** Checks that a file holds nothing but these layers of a model, the last with the final norm; `backbone` is the one below them. */
export function checkLayers(source: Gguf, model: Llama, layers: readonly [number, number], backbone?: string): void {
  const [first, end] = layers;
  checkHeader(
    source,
    model,
    backbone === undefined ? {} : { "coterie.cut": first, "coterie.backbone.sha256": backbone },
  );
  const expected = new Map<string, Shape2>(end === model.layers ? [["output_norm.weight", [1, model.hidden]]] : []);
  for (let layer = first; layer < end; layer++) {
    for (const [name, shape] of layerTensors(model, layer)) expected.set(name, shape);
  }
  checkTensors(source, expected);
}

/** Numbers in a header are float32 where they are no integers. What the header leaves out is taken from the model. */
function checkHeader({ metadata, path }: Gguf, model: Llama, more: Readonly<Record<string, Value>>): void {
  const { family } = model;
  const due: Readonly<Record<string, Value>> = {
    "general.architecture": family,
    [`${family}.block_count`]: model.layers,
    [`${family}.embedding_length`]: model.hidden,
    [`${family}.feed_forward_length`]: model.feedForward,
    [`${family}.attention.head_count`]: model.heads,
    [`${family}.attention.head_count_kv`]: model.kvHeads,
    [`${family}.attention.key_length`]: model.headSize,
    [`${family}.attention.layer_norm_rms_epsilon`]: Math.fround(model.epsilon),
    [`${family}.rope.freq_base`]: Math.fround(model.ropeBase),
    [`${family}.rope.dimension_count`]: model.headSize,
    [`${family}.rope.scaling.type`]: "none",
    ...more,
  };
  for (const [key, wanted] of Object.entries(due)) {
    const said = metadata.get(key) ?? wanted;
    const same = typeof said === "number" && key !== "coterie.cut" ? Math.fround(said) === wanted : said === wanted;
    if (same) continue;
    throw new WeightsError(
      `${path}: ${key} is ${JSON.stringify(said)}, the backbone's is ${wanted}; install the pack that fits`,
    );
  }
}
