// Where weights come from: a file, or several, with named tensors whose rows can be read one by one.
import type { BlockType } from "./quantize.ts";

export interface Tensor {
  /** GGUF's name for it, whatever the file calls it. */
  readonly name: string;
  readonly type: BlockType;
  /** Rows; the product of all outer dimensions. */
  readonly rows: number;
  /** Values in a row. */
  readonly columns: number;
  /** From the start of the file, in bytes. */
  readonly offset: number;
  readonly bytes: number;
}

/** An open model: its header has been checked. `read` stays valid until `close`. */
export interface Source {
  /** What messages call it. */
  readonly path: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
  /**
   * Whether the rows of each query and key head stand as neighbouring rotary pairs, as in a GGUF of the llama architecture, and
   * not half against half, as in all others.
   */
  readonly interleaved: boolean;
  /** The raw blocks of `count` rows from `first` on. */
  read(tensor: Tensor, first: number, count: number): Uint8Array;
  close(): void;
}
