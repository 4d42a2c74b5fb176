// Every reason for which a text of the model is not shown reaches the record, in words, through the whole server.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Engine } from "../../server/engine/engine.ts";
import { playedEngine } from "./engine.ts";
import { Pair } from "./pair.ts";

/** `at` marks the cursor by a bar. */
const cases: readonly { readonly why: string; readonly at: string; readonly written: string; language?: string }[] = [
  { why: "the model has nothing to add here", at: "const a = |\n", written: "" },
  { why: "the model wrote a control token", at: "const a = |\n", written: '"<|im_end|>";' },
  { why: "the model wrote half a character", at: "const a = |\n", written: '"\ufffd";' },
  { why: "it would repeat the rest of the line", at: "f(g(|)\n", written: ")" },
  { why: "it would run into the word after the cursor", at: "return |total;\n", written: "some" },
  { why: "it would repeat the next line", at: "first();\n|\nsecond();\n", written: "second();" },
  { why: "it would repeat the line above", at: "first(one);\n|\n", written: "first(one);" },
  {
    why: "the model repeats itself",
    at: "Words: |\n",
    written: "or so or so or so or so or so",
    language: "plaintext",
  },
  { why: "it would leave a bracket open", at: "const a = |;\n", written: "f(b" },
  { why: "it would close a bracket twice", at: "f(|);\n", written: "a[0]))" },
  { why: "it would add a syntax error", at: "const a = |\n", written: "b c d;" },
  { why: "the cursor is inside a word", at: "const ab|cd = 1;\n", written: "x" },
  { why: 'nothing open here knows the name "zorble"', at: "const a = |\n", written: "zorble;" },
];

/** The engine that always writes the same, as likely as it is told: the whole text, or each of its tokens. */
function writes(text: string, likely: number | readonly (readonly [string, number])[]): Engine {
  const tokens = (typeof likely === "number" ? [[text, likely] as const] : likely).map((token) => {
    return { id: 0, text: token[0], logProbability: token[1] };
  });
  return {
    ...playedEngine(["general"]),
    async *generate() {
      yield text;
      const continuations = [{ text, tokens, stop: "stop" as const }];
      return { continuations, shortened: false, promptTokens: 1, reusedTokens: 0, newTokens: 1, runs: 1 };
    },
    // Having nothing there is less likely than what was written: nothing is chosen in its place.
    score: async ({ texts }) => texts.map((each) => ({ logProbability: each.startsWith(text) ? -1 : -9, tokens: 1 })),
  };
}

for (const { why, at, written, language = "typescript" } of cases) {
  test(`a text is withheld, since ${why}`, async () => {
    // "zorble" alone is likely enough: only what an unknown name costs takes it below the threshold.
    const pair = await Pair.open({ open: async () => writes(written, -0.1), settings: { suggestions: "few" } });
    const uri = pair.uri(language === "typescript" ? "a.ts" : "a.txt");
    const before = at.slice(0, at.indexOf("|")).split("\n");
    await pair.openDocument(uri, at.replace("|", ""), language);
    await pair.ready();
    const position = { line: before.length - 1, character: before.at(-1)!.length };
    assert.deepEqual(await pair.complete(uri, position), []);
    assert.deepEqual(
      pair.answers.map(({ hidden }) => hidden),
      [why],
    );
    await pair.close();
  });
}

test("what is not likely enough is withheld, and so is all where an engine is missing", async () => {
  for (const [open, why] of [
    [async () => writes("f(1);", -2), /^the model is not sure enough$/],
    [async () => Promise.reject(new Error("no weights")), /no weights/],
  ] as const) {
    const pair = await Pair.open({ open });
    await pair.openDocument(pair.uri("a.ts"), "const a = \n");
    await pair.until(() => pair.statuses.some(({ state }) => state === "ready" || state === "failed"));
    for (let i = 0; i < 2; i++) await pair.complete(pair.uri("a.ts"), { line: 0, character: 10 });
    const told = pair.answers.map(({ hidden }) => hidden ?? "shown");
    assert.match(told[0]!, why);
    assert.ok(
      told.every((each) => each === told[0]),
      told.join(),
    );
    await pair.close();
  }
});

test("of a line of prose the words come that the model is sure of; none where it is sure of none; who asks sees all", async () => {
  const line = " of the total, more or less";
  const half = [[" of the", -0.2] as const, [" total,", -0.3] as const, [" more or less", -2] as const];
  const none = [[line, -2] as const];
  for (const [likely, shown, asked] of [
    [half, " of the total,", line],
    [none, undefined, line],
  ] as const) {
    const pair = await Pair.open({ open: async () => writes(line, likely) });
    const uri = pair.uri("a.ts");
    await pair.openDocument(uri, "// the sum\n");
    await pair.ready();
    const at = { line: 0, character: 10 };
    assert.equal((await pair.complete(uri, at))[0]?.insertText, shown);
    assert.equal(pair.answers[0]?.hidden ?? null, shown === undefined ? "the model is not sure enough" : null);
    assert.equal((await pair.complete(uri, at, { invoked: true }))[0]?.insertText, asked);
    await pair.close();
  }
});
