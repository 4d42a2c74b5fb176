// Taking back: a file goes back to what it was, byte for byte; what the user has changed elsewhere in it since stays.
import { decode, encode } from "./bytes.ts";
import { same } from "./desk.ts";
import { applyEdits, editsBetween } from "./edits.ts";

/**
 * What a file has to hold so that the change from `before` to `after` is taken back; null bytes: no file. Refused where the
 * user has edited the same place since, or the file is not what the run left.
 */
export function takenBack(
  before: Buffer | null,
  after: Buffer | null,
  now: Buffer | null,
): { readonly bytes: Buffer | null } | { readonly why: string } {
  if (same(now, after) || same(now, before)) return { bytes: before };
  if (now === null) return { why: "it was deleted since" };
  if (after === null || before === null) return { why: "you have edited it since" };
  const [was, left, current] = [decode(before), decode(after), decode(now)];
  const back = editsBetween(left.text, was.text);
  const own = editsBetween(left.text, current.text);
  // Neighbours count as the same place: what was inserted at an edge belongs to both.
  if (back.some((one) => own.some((other) => one.start <= other.end && other.start <= one.end))) {
    return { why: "you have edited the same place since" };
  }
  const merged = applyEdits(left.text, [...back, ...own]);
  return { bytes: encode({ text: merged, bom: current.bom }) };
}

/**
 * The same for all that a run did to a file, in its order: each change is taken back from what the one behind it leaves, so that
 * what the user wrote between two steps stays too.
 */
export function allTakenBack(
  changes: readonly { readonly before: Buffer | null; readonly after: Buffer | null }[],
  now: Buffer | null,
): ReturnType<typeof takenBack> {
  let bytes = now;
  for (const { before, after } of [...changes].reverse()) {
    const result = takenBack(before, after, bytes);
    if ("why" in result) return result;
    bytes = result.bytes;
  }
  return { bytes };
}
