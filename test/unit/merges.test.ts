// Merging byte pairs by tables gives what merging by the definition gives, on random vocabularies and texts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Merges } from "../../server/engine/merges.ts";
import { uniforms } from "../../server/engine/sample.ts";

/** The most urgent pair anywhere is merged, of equals the leftmost, until none is left. */
function byDefinition(text: string, merges: readonly string[], ids: ReadonlyMap<string, number>): number[] {
  const parts = [...text];
  for (;;) {
    const ranks = parts.slice(1).map((right, i) => merges.indexOf(`${parts[i]} ${right}`));
    const known = ranks.filter((rank) => rank >= 0);
    if (known.length === 0) return parts.map((part) => ids.get(part)!);
    const at = ranks.indexOf(Math.min(...known));
    parts.splice(at, 2, parts[at]! + parts[at + 1]!);
  }
}

test("on 200 random vocabularies of three letters", () => {
  const uniform = uniforms(3);
  const pick = <T>(from: readonly T[]) => from[Math.floor(uniform() * from.length)]!;
  for (let round = 0; round < 200; round++) {
    const tokens = ["a", "b", "c"];
    const merges: string[] = [];
    for (let i = 0; i < 12; i++) {
      const [left, right] = [pick(tokens), pick(tokens)];
      if (tokens.includes(left + right) || left.length + right.length > 6) continue;
      merges.push(`${left} ${right}`);
      tokens.push(left + right);
    }
    const ids = new Map(tokens.map((token, id) => [token, id]));
    const table = Merges.of(merges, ids)!;
    for (let i = 0; i < 20; i++) {
      const text = Array.from({ length: Math.floor(uniform() * 30) }, () => pick(["a", "b", "c"])).join("");
      const found = table.apply([...text].map((letter) => ids.get(letter)!));
      assert.deepEqual(found, byDefinition(text, merges, ids), `${text} by ${merges.join(", ")}`);
    }
  }
});

test("a long run of one letter is merged in a moment, and merges of unknown tokens are refused", () => {
  const ids = new Map([
    ["a", 0],
    ["aa", 1],
    ["aaaa", 2],
  ]);
  const table = Merges.of(["a a", "aa aa"], ids)!;
  assert.deepEqual(table.apply(Array.from({ length: 50_002 }, () => 0)), [
    ...Array.from({ length: 12_500 }, () => 2),
    1,
  ]);
  assert.deepEqual(table.apply([]), []);
  assert.equal(Merges.of(["a b"], ids), null);
});
