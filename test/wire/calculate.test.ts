// Calculating over the wire: who answers, who does not, what is refused, and an end to what takes too long.
import assert from "node:assert/strict";
import { test } from "node:test";
import { algebra } from "../../server/algebra/thread.ts";
import { installed } from "../../server/installation.ts";
import { calculate } from "../../server/protocol.ts";
import { playedEngine } from "./engine.ts";
import { Pair } from "./pair.ts";

const start = { line: 0, character: 0 };

async function opened(experts: readonly string[], reply: string) {
  const engine = playedEngine(experts, reply);
  const pair = await Pair.open({ open: async () => engine });
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, "17 * 23");
  await pair.ready();
  const ask = (text: string, steps = true) =>
    pair.client.sendRequest(calculate, { text, place: { uri, position: start }, steps });
  return { pair, engine, ask };
}

test("the expert's steps come with the verdicts of algebra, and the result is that of algebra", async () => {
  const { pair, engine, ask } = await opened(["general", "math"], "17 * 3 = 51\n17 * 20 = 350\nAnswer: 401");
  const done = await ask("17 * 23");
  assert.equal(done.result, "391");
  assert.equal(done.expert, "math");
  assert.deepEqual(
    done.steps.map(({ verified }) => verified),
    [true, false, false],
  );
  assert.deepEqual(engine.started[0]?.request.priority, "command");
  await pair.until(() => pair.answers.some(({ task }) => task === "calculate"));
  const answer = pair.answers.find(({ task }) => task === "calculate")!;
  assert.deepEqual([answer.expert, answer.text, answer.hidden], ["math", "391", null]);
  await pair.close();
});

test("without the math expert nobody invents steps", async () => {
  const { pair, engine, ask } = await opened(["general"], "nonsense");
  const done = await ask("17 * 23");
  assert.deepEqual([done.result, done.expert, done.rule, done.steps], ["391", null, null, []]);
  assert.equal(engine.started.length, 0);
  await pair.until(() => pair.answers.some(({ task }) => task === "calculate"));
  assert.equal(pair.answers.find(({ task }) => task === "calculate")!.expert, "algebra");
  await pair.close();
});

test("who wants no steps is not kept waiting for them", async () => {
  const { pair, engine, ask } = await opened(["general", "math"], "nonsense");
  const done = await ask("17 * 23", false);
  assert.deepEqual([done.result, done.expert, engine.started.length], ["391", null, 0]);
  await pair.close();
});

test("what is no formula is answered with why, and the reason is in the ledger", async () => {
  const { pair, ask } = await opened(["general", "math"], "");
  const done = await ask("hello there");
  assert.equal(done.result, null);
  assert.match(done.why ?? "", /not understood/);
  await pair.until(() => pair.answers.some(({ hidden }) => hidden?.startsWith("nothing was calculated") === true));
  await pair.close();
});

test("a formula without end is given up, and the server goes on", async () => {
  const work = algebra(installed().algebra, 1_500);
  const endless = await work({ text: "factorial(99999999)", reply: null });
  assert.equal(endless.kind, "not understood");
  const next = await algebra(installed().algebra)({ text: "2 + 2", reply: null });
  assert.equal(next.kind === "worked" && next.result, "4");
});
