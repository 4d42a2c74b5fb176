// What a step would do: its changes with the contents that they were made for, held against caps and against a preview.
import { decode, encode } from "./bytes.ts";
import { type Put, same } from "./desk.ts";
import { applyEdits, type Change } from "./edits.ts";
import { caps } from "./plan.ts";

/** What a step would do, with the contents that it was made for. */
export interface Prepared {
  readonly step: string;
  readonly changes: readonly Change[];
  readonly puts: readonly Put[];
}

/** @throws Error in words where a step is over the caps. */
export function within(puts: readonly Put[]): void {
  for (const { file, before, after } of puts) {
    if (Math.max(before?.length ?? 0, after?.length ?? 0) > caps.fileBytes) {
      throw new Error(`${file} is too large: plans edit files of at most ${caps.fileBytes / 1e6} MB.`);
    }
  }
}

/** Whether what was previewed is still what the step would change. */
export function fits(prepared: Prepared, now: Prepared): boolean {
  return (
    prepared.puts.length === now.puts.length &&
    prepared.puts.every(({ file, before }, i) => file === now.puts[i]!.file && same(before, now.puts[i]!.before))
  );
}

/** Whether a step's edits are those that the user has chosen from; places may have moved. */
export function sameEdits(seen: readonly Change[], now: readonly Change[]): boolean {
  const shown = (changes: readonly Change[]) =>
    JSON.stringify(changes.map(({ file, edits }) => [file, edits.map(({ text, was = "" }) => [text, was])]));
  return shown(seen) === shown(now);
}

/** The step without some of its edits. */
export function without({ step, changes, puts }: Prepared, leave: ReadonlySet<string>): Prepared {
  const kept = changes.map((change) => ({
    ...change,
    edits: change.edits.filter((_edit, i) => !leave.has(`${change.file}#${i}`)),
  }));
  const pairs = kept.flatMap((change, i) => (change.edits.length === 0 ? [] : [{ change, put: puts[i]! }]));
  if (pairs.length === 0) throw new Error("No edit of it is chosen.");
  return {
    step,
    changes: pairs.map(({ change }) => change),
    puts: pairs.map(({ change, put }) => {
      const { text, bom } = put.before === null ? { text: "", bom: false } : decode(put.before);
      return { ...put, after: encode({ text: applyEdits(text, change.edits), bom }) };
    }),
  };
}

/** The text of a file. @throws Error in words where it has none that could be written back. */
export function decoded(file: string, bytes: Buffer): ReturnType<typeof decode> {
  try {
    return decode(bytes);
  } catch (error) {
    throw new Error(`${file} is not edited: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
