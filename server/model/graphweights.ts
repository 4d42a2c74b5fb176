// A graph in the making: its nodes, the products of its layers in each precision, and which tensor goes where in its weights file.
import type { Llama } from "./llama.ts";
import { OnnxBuilder } from "./onnx.ts";
import { BLOCK, spreading } from "./quantize.ts";

/**
 * Of the layers' matrices. "q8": products of bytes, weights with a scale a row, activations with a scale a token. "q4": blocks of
 * weights; the head and the embedding keep 8 bits, which cost least where they help most.
 */
export type Precision = "q8" | "q4" | "f32";

/** What must be written at a place of weights.bin; offsets in bytes. */
export type Slot =
  /** float32; they follow each other. */
  | { readonly what: "vector"; readonly tensors: readonly string[]; readonly offset: number }
  | { readonly what: "rope"; readonly cos: number; readonly sin: number; readonly rows: number }
  | {
      readonly what: "matrix";
      /** Their rows follow each other. */
      readonly tensors: readonly string[];
      /** Quants when `scales` is given, else float32 values. */
      readonly offset: number;
      /** `zeros`: where the zero points of 4-bit quants go; absent: the quants have 8 bits. */
      readonly scales?: { readonly offset: number; readonly block: number; readonly zeros?: number };
    }
  | {
      /** 8-bit quants of the transpose [columns, rows] of the stacked tensors, with a float32 scale for each of their rows. */
      readonly what: "transposed";
      readonly tensors: readonly string[];
      readonly offset: number;
      readonly scales: number;
      readonly rows: number;
      readonly columns: number;
      /** Whether the blocks of each row are transformed before they are rounded. */
      readonly spread: boolean;
    };

export interface Graph {
  readonly model: Uint8Array;
  readonly slots: readonly Slot[];
  /** Size of weights.bin. */
  readonly bytes: number;
  readonly parameters: number;
}

/** Positions that the rotary tables cover; a longer context than this is never used. */
export const MAX_CONTEXT = 8192;
export const WEIGHTS_FILE = "weights.bin";

/** Names of a product's input as bytes [1, n, columns], and of the scale of each row [1, n, 1]. */
interface Rounded {
  readonly quants: string;
  readonly scales: string;
}

/** A graph in the making together with the list of what its weights file must hold. */
export class GraphWeights {
  readonly onnx = new OnnxBuilder(WEIGHTS_FILE);
  readonly llama: Llama;
  readonly #precision: Precision;
  readonly #slots: Slot[] = [];
  /** Inputs of products that have been rounded to bytes. */
  readonly #rounded = new Map<string, Rounded>();
  #parameters = 0;

  constructor(llama: Llama, precision: Precision) {
    this.llama = llama;
    this.#precision = precision;
  }

  vector(tensor: string): string {
    return this.#vectors(tensor, [tensor], this.llama.hidden);
  }

  /** input [1, n, size] plus the tensors behind each other [size] -> `output`. */
  sum(input: string, tensors: readonly string[], size: number, output: string): string {
    this.onnx.node("Add", [input, this.#vectors(`${output}.bias`, tensors, size)], [output]);
    return output;
  }

  #vectors(name: string, tensors: readonly string[], size: number): string {
    const offset = this.onnx.weight(name, "float32", [size]);
    this.#slots.push({ what: "vector", tensors, offset });
    this.#parameters += size;
    return name;
  }

  /** Room for a table [rows, columns] that no node reads: in the file, but not in the graph. */
  table(tensor: string, rows: number, columns: number): void {
    this.#parameters += rows * columns;
    if (this.#precision === "f32") {
      this.#slots.push({ what: "matrix", tensors: [tensor], offset: this.onnx.reserve(rows * columns * 4) });
      return;
    }
    const offset = this.onnx.reserve(rows * columns);
    const scales = { offset: this.onnx.reserve((rows * columns * 4) / BLOCK), block: BLOCK };
    this.#slots.push({ what: "matrix", tensors: [tensor], offset, scales });
  }

  /** Names `cos` and `sin`, the rotary tables [context, headSize / 2]. */
  rope(): void {
    const rows = Math.min(this.llama.context, MAX_CONTEXT);
    const shape = [rows, this.llama.headSize / 2];
    const cos = this.onnx.weight("cos", "float32", shape);
    this.#slots.push({ what: "rope", cos, sin: this.onnx.weight("sin", "float32", shape), rows });
  }

  /** input [1, n, columns] times the transpose of the stacked tensors [rows, columns] -> `output` [1, n, rows]. */
  product(input: string, tensors: readonly string[], rows: number, columns: number, output: string): string {
    this.#parameters += rows * columns;
    if (this.#precision === "f32") {
      const name = `${output}.weight`;
      const offset = this.onnx.weight(name, "float32", [rows, columns]);
      this.#slots.push({ what: "matrix", tensors, offset });
      this.onnx.contrib("FusedMatMul", [input, name], [output], { transB: 1 });
    } else if (this.#precision === "q4") this.#ofBlocks(input, tensors, rows, columns, output, 4);
    else this.#ofBytes(input, tensors, rows, columns, output);
    return output;
  }

  /** The same with the output projection, which shares its table with the embedding. */
  projection(input: string, tensor: string, rows: number, columns: number, output: string): void {
    if (this.#precision === "f32") this.product(input, [tensor], rows, columns, output);
    else {
      this.#parameters += rows * columns;
      this.#ofBlocks(input, [tensor], rows, columns, output, 8);
    }
  }

  /** A product with blocks of weights, each of which has its own scale; the runtime rounds the input by blocks too. */
  #ofBlocks(
    input: string,
    tensors: readonly string[],
    rows: number,
    columns: number,
    output: string,
    bits: 4 | 8,
  ): void {
    const name = `${output}.weight`;
    const blocks = columns / BLOCK;
    const offset = this.onnx.weight(name, "uint8", [rows, blocks, (BLOCK * bits) / 8]);
    const scales = this.onnx.weight(`${name}.scales`, "float32", [rows * blocks]);
    const inputs = [input, name, `${name}.scales`];
    const slot = { what: "matrix" as const, tensors, offset };
    if (bits === 4) {
      const zeros = this.onnx.weight(`${name}.zeros`, "uint8", [rows * Math.ceil(blocks / 2)]);
      inputs.push(`${name}.zeros`);
      this.#slots.push({ ...slot, scales: { offset: scales, block: BLOCK, zeros } });
    } else {
      this.#slots.push({ ...slot, scales: { offset: scales, block: BLOCK } });
    }
    const attributes = { K: columns, N: rows, bits, block_size: BLOCK, accuracy_level: 4 };
    this.onnx.contrib("MatMulNBits", inputs, [output], attributes);
  }

  /**
   * A product of bytes: sums of integers are exact, and the runtime makes them two to three times as fast as those of blocks on
   * processors without instructions for them (AVX2). What stands out in a row, and would take the scale from all others, is spread
   * first; the heads' outputs are alike and need it not.
   */
  #ofBytes(input: string, tensors: readonly string[], rows: number, columns: number, output: string): void {
    const name = `${output}.weight`;
    const spread = !tensors[0]!.endsWith("attn_output.weight");
    const offset = this.onnx.weight(name, "uint8", [columns, rows]);
    const scales = this.onnx.weight(`${name}.scales`, "float32", [rows]);
    this.#slots.push({ what: "transposed", tensors, offset, scales, rows, columns, spread });
    const rounded = this.#round(input, columns, spread);
    const inputs = [rounded.quants, name, "unscaled", `${name}.scales`, "zero_point", "zero_point"];
    this.onnx.contrib("MatMulIntegerToFloat", inputs, [`${output}.of_quants`]);
    this.onnx.node("Mul", [`${output}.of_quants`, rounded.scales], [output]);
  }

  /** input [1, n, columns], once, as bytes with a scale for each of the n rows: its largest magnitude becomes 127. */
  #round(input: string, columns: number, spread: boolean): Rounded {
    const { onnx } = this;
    const known = this.#rounded.get(input);
    if (known !== undefined) return known;
    if (this.#rounded.size === 0) this.#roundingConstants();
    const values = spread ? this.#spread(input, columns) : input;
    const rounded = { quants: `${input}.quants`, scales: `${input}.scales` };
    onnx.node("Abs", [values], [`${input}.magnitudes`]);
    onnx.node("ReduceMax", [`${input}.magnitudes`, "last_axis"], [`${input}.largest`], { keepdims: 1 });
    onnx.node("Mul", [`${input}.largest`, "step"], [rounded.scales]);
    onnx.node("Reshape", [rounded.scales, "in_a_row"], [`${input}.scales_in_a_row`]);
    onnx.node("QuantizeLinear", [values, `${input}.scales_in_a_row`, "zero_points"], [rounded.quants], { axis: 1 });
    this.#rounded.set(input, rounded);
    return rounded;
  }

  /** input [1, n, columns] with each block of its rows transformed as `spread` does. */
  #spread(input: string, columns: number): string {
    this.onnx.node("Reshape", [input, "in_blocks"], [`${input}.blocks`]);
    this.onnx.node("MatMul", [`${input}.blocks`, "spreading"], [`${input}.spread_blocks`]);
    this.onnx.node("Reshape", [`${input}.spread_blocks`, `rows_of_${columns}`], [`${input}.spread`]);
    return `${input}.spread`;
  }

  /** `n` int64 [1], the rows of this run, is the graph's own. */
  #roundingConstants(): void {
    const { onnx } = this;
    onnx.uint8("zero_point", 128);
    onnx.node("Expand", ["zero_point", "n"], ["zero_points"]);
    onnx.float32("unscaled", [1]);
    onnx.float32("step", [1 / 127]);
    onnx.float32("spreading", spreading(), [BLOCK, BLOCK]);
    onnx.int64("in_blocks", [-1, BLOCK]);
    // What is spread comes from a norm or from the feed-forward layer.
    for (const columns of new Set([this.llama.hidden, this.llama.feedForward])) {
      onnx.int64(`rows_of_${columns}`, [1, -1, columns]);
    }
    onnx.int64("in_a_row", [-1]);
    onnx.int64("last_axis", [-1]);
  }

  finish(name: string): Graph {
    const model = this.onnx.finish(name);
    return { model, slots: this.#slots, bytes: this.onnx.bytes, parameters: this.#parameters };
  }
}
