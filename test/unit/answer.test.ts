// The pipeline's own decisions: when a block is enough, and whether anything is missing before the text behind the cursor.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answer } from "../../server/answer.ts";
import type { Engine, GenerateRequest, ScoreRequest } from "../../server/engine/engine.ts";
import { marked, newSyntax } from "./syntax.ts";

const limits = { maxTokens: 24, contextTokens: 1024, suggestions: "balanced" as const };
const usage = { shortened: false, promptTokens: 1, reusedTokens: 0, newTokens: 1, runs: 1 };
const rest = {
  experts: [],
  stale: false,
  setAdded: async () => undefined,
  warm: async () => undefined,
  memory: async () => ({ backbone: 1, experts: {}, head: 1, caches: 1, rest: 0, process: 1 }),
  close: async () => undefined,
};

/** The finished record of a completion at the mark. */
async function complete(text: string, engine: Engine, signal = new AbortController().signal, chosen = "") {
  const syntax = newSyntax();
  const { document, offset } = marked("typescript", text);
  const scope = { ...(await syntax.scope(document, document.positionAt(offset), null)), chosen };
  const addedFaults = (put: string) => syntax.addedFaults(document, offset, put);
  const steps = answer("complete", scope, { engine, rules: [], installed: ["general"], addedFaults }, limits, signal);
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
  }
}

/** An engine that writes lines until it is told to stop. */
function endless(lines: (n: number) => string) {
  const written: string[] = [];
  const engine: Engine = {
    ...rest,
    async *generate(_, signal) {
      for (let n = 0; n < 1_000 && !signal.aborted; n++) {
        written.push(lines(n));
        yield lines(n);
      }
      return { continuations: [{ text: written.join(""), tokens: [], stop: "cancelled" }], ...usage };
    },
    score: () => assert.fail("nothing stands behind the cursor"),
  };
  return { engine, written };
}

test("generation ends where the block ends, and that is no cancellation", async () => {
  const { engine, written } = endless((n) => (n < 2 ? `a${n}();\n  ` : n === 2 ? "return a;\n" : "}\nnext();\n"));
  const { text, stop, hidden } = await complete("function f() {\n  |\n}\n", engine);
  assert.deepEqual({ text, stop, hidden }, { text: "a0();\n  a1();\n  return a;", stop: "stop", hidden: null });
  assert.equal(written.length, 4);
});

test("one that is cancelled from outside is", async () => {
  const cancel = new AbortController();
  const { engine } = endless((n) => {
    if (n === 3) cancel.abort();
    return `a${n}();\n  `;
  });
  const { stop, hidden } = await complete("function f() {\n  |\n}\n", engine, cancel.signal);
  assert.deepEqual({ stop, hidden }, { stop: "cancelled", hidden: "a newer request took its place" });
});

/** An engine that writes a text and finds those that are ranked as likely as `likely` says. */
function ranking(written: string, likely: (text: string) => number, sure: number | null = null) {
  const asked: ScoreRequest[] = [];
  const engine: Engine = {
    ...rest,
    async *generate() {
      yield written;
      const tokens = sure === null ? [] : [{ id: 1, text: written, logProbability: sure }];
      return { continuations: [{ text: written, tokens, stop: "stop" }], ...usage };
    },
    async score(request) {
      asked.push(request);
      return request.texts.map((text) => ({ logProbability: likely(text), tokens: 1 }));
    },
  };
  return { engine, asked };
}

test("before more than closers nothing is put in that does not make them likelier", async () => {
  const text = "const a = load(|b, c);\n";
  const { engine, asked } = ranking("x, ", (each) => (each.startsWith("b, c") ? -1 : -2));
  const kept = await complete(text, engine);
  assert.equal(kept.hidden, "the model has nothing to add here");
  assert.ok(asked[0]?.texts.some((each) => each.startsWith("b, c);")));
  const filled = await complete(text, ranking("x, ", (each) => (each.startsWith("b, c") ? -2 : -1)).engine);
  assert.deepEqual([filled.text, filled.hidden], ["x, ", null]);
});

test("before closers something is likely to be missing, so nothing is no candidate", async () => {
  const { engine, asked } = ranking("b, c)", () => -1);
  const { text, hidden } = await complete("const a = load(|);\n", engine);
  assert.deepEqual({ text, hidden }, { text: "b, c", hidden: null });
  assert.ok(asked[0]?.texts.every((each) => !each.startsWith(");")));
});

test("texts are ranked only where one of them could be shown", async () => {
  const never = new AbortController().signal;
  const text = "const a = load(|b, c);\n";
  const unsure = ranking("x, ", () => -1, -2);
  assert.equal((await complete(text, unsure.engine)).hidden, "the model is not sure enough");
  assert.deepEqual(unsure.asked, []);
  // What the list has chosen may yet make it sure.
  const chosen = ranking("x, ", () => -1, -2);
  await complete("const a = load(PORT|, c);\n", chosen.engine, never, "PORT");
  assert.deepEqual([chosen.asked.length, chosen.asked[1]?.texts], [2, ["PORT"]]);
  const broken = ranking("\ufffd", () => -1, -0.1);
  assert.equal((await complete(text, broken.engine)).hidden, "the model wrote half a character");
  assert.deepEqual(broken.asked, []);
  const sure = ranking("x, ", () => -1, -0.1);
  await complete(text, sure.engine);
  assert.equal(sure.asked.length, 1);
});

test("what the editor's list has chosen counts as written: where the model would not have written it nothing is shown", async () => {
  const text = "const server = http.PORT|";
  const never = new AbortController().signal;
  const doubted = ranking(";", () => -9, -0.1);
  const { hidden, confidence } = await complete(text, doubted.engine, never, "PORT");
  assert.equal(hidden, 'the model does not expect "PORT", which the list of suggestions has chosen');
  assert.equal(confidence, (-9 - 0.1) / 2);
  const [asked] = doubted.asked;
  assert.deepEqual(asked?.texts, ["PORT"]);
  assert.match(String(asked?.prompt.at(-1)), /http\.$/);
  assert.equal((await complete(text, ranking(";", () => -0.3, -0.1).engine, never, "PORT")).hidden, null);
  const untouched = ranking(";", () => -9, -0.1);
  assert.equal((await complete(text, untouched.engine)).hidden, null);
  assert.deepEqual(untouched.asked, []);
});

test("a line is given up where nothing could be shown of it any more; where other texts than the first may be shown it is not", async () => {
  const asked: GenerateRequest[] = [];
  const giving = (written: string): Engine => ({
    ...rest,
    async *generate(request) {
      asked.push(request);
      yield written;
      const tokens = [{ id: 1, text: written, logProbability: -9 }];
      return { continuations: [{ text: written, tokens, stop: "length" }], ...usage, unsure: true };
    },
    score: async ({ texts }) => texts.map(() => ({ logProbability: -1, tokens: 1 })),
  });
  const unsure = "the model is not sure enough";
  assert.equal((await complete("const a = |", giving("f(b"))).hidden, unsure);
  assert.equal((await complete("const a = |", giving(""))).hidden, unsure);
  assert.equal((await complete("// The |", giving(" na"))).hidden, unsure);
  await complete("const a = f(|);", giving("b"));
  await complete("function f() {\n  |\n}\n", giving("a();"));
  await complete("const a = b.c|", giving("d"), new AbortController().signal, "c");
  const ofLine = { mean: -0.35, ahead: 6 };
  assert.deepEqual(
    asked.map(({ least }) => least),
    [ofLine, ofLine, { token: Math.log(0.5) }, ...Array(3).fill(undefined)],
  );
});
