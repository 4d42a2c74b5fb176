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
  const read = (into: Uint8Array, offset: number) => {
    if (readSync(file, into, 0, into.length, offset) !== into.length) throw new Error("the embedding table ends early");
  };
  /** Writes a token's row, [hidden]. */
  const fill = table.type === "float32" ? exact(table.offset) : rounded(table);
  function exact(first: number) {
    return (row: Float32Array, token: number) => read(bytesOf(row), first + token * hidden * 4);
  }
  function rounded({ offset, scales: firstScale, block }: Extract<typeof table, { type: "uint8" }>) {
    const quants = new Uint8Array(hidden);
    const scales = new Float32Array(hidden / block);
    return (row: Float32Array, token: number) => {
      read(quants, offset + token * hidden);
      read(bytesOf(scales), firstScale + token * scales.length * 4);
      for (let i = 0; i < hidden; i++) row[i] = (quants[i]! - 128) * scales[Math.floor(i / block)]!;
    };
  }

  return {
    rows(tokens) {
      const rows = new Float32Array(tokens.length * hidden);
      for (const [i, token] of tokens.entries()) {
        if (token < 0 || token >= vocabulary) throw new RangeError(`token ${token} is outside the vocabulary`);
        fill(rows.subarray(i * hidden, (i + 1) * hidden), token);
      }
      return rows;
    },
    close: () => closeSync(file),
  };
}

const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
