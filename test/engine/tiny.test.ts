// The engine with a tiny random model and two experts: what it streams, scores, refuses. That caching changes no text: same.test.ts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Engine, Token } from "../../server/engine/engine.ts";
import { uniforms } from "../../server/engine/sample.ts";
import { never, openModel, run, source, tinyModel } from "./models.ts";
import { assertSame } from "./same.ts";

let engine: Engine;
before(async () => {
  engine = await openModel(tinyModel(), { contextTokens: 512 });
});
after(() => engine.close());

test("the two experts differ, and the second reads nothing that the first has read", async () => {
  const asked = { prompt: [source.slice(0, 300)], sequence: "shared", maxTokens: 12 };
  const general = await run(engine, asked);
  const other = await run(engine, { ...asked, expert: "other" });
  assert.notEqual(general.continuations[0]!.text, other.continuations[0]!.text);
  assert.equal(other.reusedTokens, other.promptTokens);
});

test("sampling depends on the seed alone", async () => {
  const sample = async (seed: number) =>
    (await run(engine, { sampling: { temperature: 1.5, seed }, maxTokens: 16 })).continuations[0]!.text;
  const first = await sample(5);
  assert.equal(await sample(5), first);
  assert.notEqual(await sample(6), first);
});

test("what is streamed is the text, and a stop ends it", async () => {
  const free = await run(engine, { maxTokens: 24 });
  const text = free.continuations[0]!.text;
  assert.equal(free.streamed, text);
  const stop = text.slice(5, 7);
  const stopped = await run(engine, { maxTokens: 24, stops: [stop] });
  assert.equal(stopped.continuations[0]!.text, text.slice(0, text.indexOf(stop)));
  assert.equal(stopped.streamed, stopped.continuations[0]!.text);
  assert.equal(stopped.continuations[0]!.stop, "stop");
});

test("a text ends, as if it had become long, where a token or all together are too unlikely", async () => {
  const free = await run(engine, { maxTokens: 24 });
  const { tokens, text } = free.continuations[0]!;
  assert.equal(free.unsure, false);
  // Tokens without text, those of half a character, count for nobody.
  const likelihoods = tokens.map((each) => (each.text === "" ? 0 : each.logProbability));
  const second = tokens.findIndex((_, i) => likelihoods.slice(0, i + 1).filter((each) => each < 0).length === 2);
  const both = likelihoods.slice(0, second + 1).reduce((sum, each) => sum + each);
  // Two have come, and six more would have to be certain.
  const together = await run(engine, { maxTokens: 24, least: { mean: (both + 1e-3) / 8, ahead: 6 } });
  assert.equal(together.unsure, true);
  assert.deepEqual(together.continuations[0]!.tokens, tokens.slice(0, second + 1));
  assert.equal(together.continuations[0]!.stop, "length");
  assert.ok(text.startsWith(together.continuations[0]!.text.replace(/\ufffd$/, "")));
  const least = Math.min(...likelihoods);
  const one = await run(engine, { maxTokens: 24, least: { token: least + 1e-3 } });
  assert.deepEqual(one.continuations[0]!.tokens, tokens.slice(0, likelihoods.indexOf(least) + 1));
  assert.equal((await run(engine, { maxTokens: 24, least: { token: least } })).unsure, false);
  const all = likelihoods.reduce((sum, each) => sum + each);
  const mended = await run(engine, { maxTokens: 24, least: { mean: all / 24, ahead: 24 } });
  assert.equal(mended.unsure, false, "where all that may come would mend it, it is waited for");
});

test("branches part from earlier ones where the model was least sure; the first is the greedy text", async () => {
  const greedy = await run(engine, { maxTokens: 6 });
  const { continuations } = await run(engine, { maxTokens: 6, branches: 5 });
  assert.deepEqual(continuations[0], greedy.continuations[0]);
  assert.equal(new Set(continuations.map(({ tokens }) => tokens.map(({ id }) => id).join())).size, 5);
  const gaps = continuations.slice(1).map(({ tokens }, before) => {
    const same = (other: readonly Token[]) => tokens.findIndex(({ id }, at) => id !== other[at]?.id);
    const [parent, at] = continuations
      .slice(0, before + 1)
      .map((each) => [each, same(each.tokens)] as const)
      .reduce((one, other) => (other[1] > one[1] ? other : one));
    return parent.tokens[at]!.logProbability - tokens[at]!.logProbability;
  });
  for (const gap of gaps) assert.ok(gap >= 0 && gap <= Math.log(20), `${gap}`);
  // Each turn of the first branch that was less unlikely would have come before.
  assert.ok(gaps[0]! <= gaps[1]! + 1e-6);
});

test("a score is the sum of the tokens' log-probabilities", async () => {
  const { continuations } = await run(engine, { prompt: ["a = "], maxTokens: 6 });
  const { text, tokens } = continuations[0]!;
  const ask = {
    sequence: "s",
    expert: "general",
    prompt: ["a = "],
    heal: false,
    shortened: false,
    priority: "completion",
  } as const;
  const [whole, empty] = (await engine.score({ ...ask, texts: [text, ""] }, never))!;
  // Only where the text is spelled with the same tokens; a random model may have spelled it in another way.
  if (whole!.tokens === tokens.length) {
    const sum = tokens.reduce((total, { logProbability }) => total + logProbability, 0);
    assert.ok(Math.abs(whole!.logProbability - sum) < 1e-2);
  }
  assert.deepEqual(empty, { logProbability: 0, tokens: 0 });
  assert.ok(whole!.logProbability < 0);
});

test("texts that begin alike are scored together as they are one by one", async () => {
  const texts = [
    "return left;\n}\n",
    "return left",
    "",
    "return right;\n}\n",
    "return left;\n}\nnext();",
    "return left",
  ];
  const ask = (text: readonly string[], sequence: string) =>
    engine.score(
      {
        sequence,
        expert: "other",
        prompt: [source.slice(0, 200)],
        heal: true,
        shortened: false,
        priority: "completion",
        texts: text,
      },
      never,
    );
  const together = (await ask(texts, "together"))!;
  for (const [i, text] of texts.entries()) {
    const [alone] = (await ask([text], `alone ${i}`))!;
    assert.equal(together[i]!.tokens, alone!.tokens);
    assert.ok(Math.abs(together[i]!.logProbability - alone!.logProbability) < 1e-2, `"${text}"`);
  }
});

test("texts that are read in one run are as likely as each alone, and none stays behind", async () => {
  const uniform = uniforms(3);
  const below = (count: number) => Math.floor(uniform() * count);
  const words = ["return", " left", " right", "(", ");", "\n", "}", " const", " x", " = "];
  const text = (length: number) => Array.from({ length }, () => words[below(words.length)]).join("");
  const ask = { sequence: "several", expert: "other", heal: true, shortened: false, priority: "completion" } as const;
  for (let round = 0; round < 20; round++) {
    const prompt = [source.slice(0, 200 + below(60))];
    const front = text(below(4));
    const texts = Array.from({ length: 2 + below(9) }, () => front + text(below(12)));
    // What was generated before has been read already.
    if (below(2) === 0) await run(engine, { ...ask, prompt, maxTokens: 6, branches: 2 });
    const together = (await engine.score({ ...ask, prompt, texts }, never))!;
    for (const [i, each] of texts.entries()) {
      const [alone] = (await engine.score({ ...ask, sequence: `alone ${i}`, prompt, texts: [each] }, never))!;
      assert.equal(together[i]!.tokens, alone!.tokens);
      assert.ok(Math.abs(together[i]!.logProbability - alone!.logProbability) < 1e-2, `"${each}"`);
    }
    const request = { ...ask, prompt, maxTokens: 5 };
    const fresh = await run(engine, { ...request, sequence: `fresh ${round}` });
    assert.equal(assertSame(await run(engine, request), fresh, 1e-3), 0);
  }
});

test("texts of one token each need no run but that behind the prompt", async () => {
  const ask = { sequence: "short", expert: "other", prompt: ["let a ="], heal: false, shortened: false } as const;
  const scores = await engine.score({ ...ask, priority: "completion", texts: ["(", ")", "", ";"] }, never);
  assert.deepEqual(
    scores!.map(({ tokens }) => tokens),
    [1, 1, 0, 1],
  );
  assert.ok(scores!.every(({ logProbability, tokens }) => tokens === 0 || logProbability < 0));
});

test("an unknown expert and a context that is too small are told in words", async () => {
  await assert.rejects(run(engine, { expert: "poet" }), /no expert "poet"; installed: general, other/);
  await assert.rejects(run(engine, { maxTokens: 600 }), /600 new tokens do not fit into a context of 512/);
  const long = await run(engine, { prompt: [source.slice(0, 4000)] });
  assert.ok(long.promptTokens <= 504);
  const [score] = (await engine.score(
    {
      sequence: "l",
      expert: "general",
      prompt: [source],
      heal: true,
      shortened: false,
      priority: "command",
      texts: ["x".repeat(900)],
    },
    never,
  ))!;
  assert.ok(Number.isFinite(score!.logProbability));
});
