// The machine that a measurement was made on, and the figures that are made of many.
import { arch, availableParallelism, cpus, platform } from "node:os";

/** Processor, cores, system, Node and day, on one line. */
export function machine(): string {
  const processor = cpus()[0]?.model.trim() ?? "unknown processor";
  const day = new Date().toISOString().slice(0, 10);
  return `${processor}, ${availableParallelism()} cores, ${platform()} ${arch()}, Node ${process.versions.node}, ${day}`;
}

/** Bytes. */
export const megabytes = 1024 * 1024;

/** @throws RangeError of an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  if (low === undefined || high === undefined) throw new RangeError("no values to take the median of");
  return (low + high) / 2;
}

/** The value below which a share of the values lie, by nearest rank. @throws RangeError of an empty list. */
export function quantile(values: readonly number[], share: number): number {
  const value = [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)];
  if (value === undefined) throw new RangeError("no values to take a quantile of");
  return value;
}

/** Lines of a Markdown table, columns padded to equal width. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const [head, ...body] = rows;
  return [line(head!), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}
