// Decoding held to names: the index allows exactly those tokens that a walk over the whole vocabulary finds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { avoiding, healing, indexTokens } from "../../server/engine/constraint.ts";
import { naming } from "../../server/engine/names.ts";
import { type Allowed, likeliest } from "../../server/engine/sample.ts";
import type { Tokenizer } from "../../server/engine/tokenizer.ts";

/** Token 0 is a control token; "fi" is there twice. */
const vocabulary = [
  "",
  "f",
  "fi",
  "fil",
  "filter",
  "filters",
  "filter(",
  "(",
  "lter",
  "ter(",
  "é",
  "m",
  "map",
  "ma",
  "a",
  "x",
  " ",
  "fi",
];
const tokenizer = {
  size: vocabulary.length,
  eos: 0,
  bytes: (id: number) => Buffer.from(vocabulary[id]!),
} as unknown as Tokenizer;
const index = indexTokens(tokenizer);

/** The ids that are allowed, of so many, in order. */
const listed = ({ among, isBarred }: Allowed, size: number) =>
  [...(among ?? Array.from({ length: size }, (_, id) => id))].filter((id) => !isBarred?.(id)).sort((a, b) => a - b);

/** Whether some name begins with `text`, or `text` with a name behind which no letter of one follows. */
const fits = (text: string, names: readonly string[]) =>
  names.some((name) => name.startsWith(text) || (text.startsWith(name) && !/^[\w$é]/.test(text.slice(name.length))));

for (const names of [["filter", "map"], ["filter", "filters"], ["", "ter"], ["é"], []]) {
  test(`of ${JSON.stringify(names)}`, () => {
    const constraint = naming(new Uint8Array(0), names, tokenizer, index);
    for (const soFar of [[], [1], [2], [3], [4], [5], [13], [10]]) {
      const written = soFar.map((id) => vocabulary[id]).join("");
      const allowed = constraint(soFar);
      if (allowed === null) {
        assert.ok(
          names.some((name) => written.startsWith(name) && written !== name),
          `free behind "${written}"`,
        );
        continue;
      }
      const expected = vocabulary.flatMap((token, id) => (token !== "" && fits(written + token, names) ? [id] : []));
      const mayEnd = names.includes(written) ? [0] : [];
      const found = names.some((name) => name.startsWith(written)) ? [...expected, ...mayEnd] : [];
      assert.deepEqual(
        listed(allowed, vocabulary.length),
        found.sort((a, b) => a - b),
        `behind "${written}"`,
      );
    }
  });
}

test("a text does not begin with what is to be avoided, behind what was typed and blanks", () => {
  const marked = ["", "\n  ", "#", " #", "##", "\n  #", "x", " x", "  ", "\n  x"];
  const spelled = { ...tokenizer, size: marked.length, bytes: (id: number) => Buffer.from(marked[id]!) } as Tokenizer;
  const all = indexTokens(spelled);
  const hold = (typed: string) => {
    const bytes = Buffer.from(typed);
    return avoiding(healing(bytes, spelled, all), bytes, ["#", "//"], spelled);
  };
  const sorted = (allowed: Allowed | null) => allowed && listed(allowed, marked.length);
  // Where nothing is to be healed, all others are free, and the text may end.
  assert.deepEqual(sorted(hold("")([])), [0, 1, 6, 7, 8, 9]);
  assert.deepEqual(sorted(hold("")([8])), [0, 1, 6, 7, 8, 9]);
  assert.equal(hold("")([6]), null);
  assert.deepEqual(sorted(hold("\n  ")([])), [1, 9]);
  assert.deepEqual(sorted(hold("\n  ")([1])), [0, 1, 6, 7, 8, 9]);
  assert.equal(hold("\n  ")([9]), null);
  assert.equal(hold("\n  ")([1, 6]), null);
});

test("a mark in several tokens is avoided too, and what only begins like one is not", () => {
  const marked = ["", "<", "!", "--", "DOCTYPE", "-", "p", " /", "**", "/>"];
  const spelled = { ...tokenizer, size: marked.length, bytes: (id: number) => Buffer.from(marked[id]!) } as Tokenizer;
  const none = new Uint8Array(0);
  const hold = (...marks: string[]) => avoiding(healing(none, spelled, indexTokens(spelled)), none, marks, spelled);
  const left = (held: ReturnType<typeof hold>, ...soFar: number[]) =>
    held(soFar) &&
    listed(held(soFar)!, marked.length)
      .map((id) => marked[id])
      .sort();
  const html = hold("<!--");
  assert.deepEqual(left(html, 1, 2), ["", "!", "**", "-", "/>", "<", "DOCTYPE", " /", "p"].sort());
  assert.ok(!left(html, 1, 2, 5)!.includes("-"));
  assert.equal(left(html, 1, 2, 4), null);
  assert.equal(left(html, 1, 6), null);
  const script = hold("/*", "//");
  assert.ok(left(script)!.includes(" /"), "a path or a pattern may begin so");
  assert.ok(!left(script, 7)!.includes("**") && left(script, 7)!.includes("p"));
});

test("what is barred is asked of the likeliest alone", () => {
  const size = 20_000;
  // Every second token begins a comment; the likeliest do.
  const spelled = { size, eos: 0, bytes: (id: number) => Buffer.from(id % 2 === 0 ? `#${id}` : `x${id}`) };
  const none = new Uint8Array(0);
  const index = indexTokens(spelled as unknown as Tokenizer);
  const held = avoiding(
    healing(none, spelled as unknown as Tokenizer, index),
    none,
    ["#"],
    spelled as unknown as Tokenizer,
  );
  const { among, isBarred } = held([])!;
  let asked = 0;
  const counting = (id: number) => {
    asked++;
    return isBarred!(id);
  };
  const row = Float32Array.from({ length: size }, (_, id) => -((id * 7919) % size));
  row[4] = 2;
  row[6] = 1;
  const [first] = likeliest(row, { among, isBarred: counting }, 1);
  const [second] = likeliest(
    row.map((value, id) => (id % 2 === 0 ? -size : value)),
    null,
    1,
  );
  assert.equal(first, second);
  assert.ok(asked < size / 100, `asked about ${asked} tokens`);
});

test("the index finds what a walk over the vocabulary finds", () => {
  const walk = (passes: (token: string) => boolean) =>
    vocabulary.flatMap((token, id) => (token !== "" && passes(token) ? [id] : []));
  const sorted = (ids: Uint32Array) => [...ids].sort((a, b) => a - b);
  const latin1 = (text: string) => Buffer.from(text).toString("latin1");
  for (const wanted of ["f", "fi", "filter", "filter(x", "é", "ma", " ", "none", ""]) {
    const bytes = latin1(wanted);
    assert.deepEqual(
      sorted(index.beginning(bytes)),
      walk((token) => token.startsWith(wanted)),
    );
    assert.deepEqual(
      sorted(index.exactly(bytes)),
      walk((token) => token === wanted),
    );
    assert.equal(index.any(bytes), walk((token) => token.startsWith(wanted)).length > 0);
    // Of two tokens that are spelled alike the first one stands for a beginning.
    const compatible = walk((token) => token.startsWith(wanted) || (wanted.startsWith(token) && token !== wanted));
    const once = compatible.filter((id) => id !== 17 || "fi".startsWith(wanted));
    assert.deepEqual(sorted(index.compatible(bytes)), once);
  }
});
