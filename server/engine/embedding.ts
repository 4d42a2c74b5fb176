// Rows of the embedding table, read from the head's weights file: the table is resident once, in the head.
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { Session } from "./session.ts";

export interface EmbeddingTable {
  /** Rows of `tokens`, [tokens.length, hidden] float32. */
  rows(tokens: readonly number[]): Float32Array;
  close(): void;
}

/** @throws Error when the head's part.json names no table. */
export function openEmbedding(head: Session): EmbeddingTable {
  const table = head.part.embedding;
  if (table === undefined) throw new Error(`${head.folder}: part.json names no embedding table`);
  const { hidden, vocabulary } = head.part.shape;
  const file = openSync(join(head.folder, "weights.bin"), "r");
  const read = (offset: number, bytes: number) => {
    const buffer = Buffer.allocUnsafeSlow(bytes);
    if (readSync(file, buffer, 0, bytes, offset) !== bytes) throw new Error("the embedding table ends early");
    return buffer.buffer;
  };

  const row = (token: number): Float32Array => {
    if (token < 0 || token >= vocabulary) throw new RangeError(`token ${token} is outside the vocabulary`);
    if (table.type === "float32") return new Float32Array(read(table.offset + token * hidden * 4, hidden * 4));
    const blocks = hidden / table.block;
    const quants = new Uint8Array(read(table.offset + token * hidden, hidden));
    const scales = new Float32Array(read(table.scales + token * blocks * 4, blocks * 4));
    return Float32Array.from(quants, (quant, i) => (quant - 128) * scales[Math.floor(i / table.block)]!);
  };

  return {
    rows(tokens) {
      const rows = new Float32Array(tokens.length * hidden);
      tokens.forEach((token, i) => {
        rows.set(row(token), i * hidden);
      });
      return rows;
    },
    close: () => closeSync(file),
  };
}
