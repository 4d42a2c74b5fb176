// The cursor rests: what would be asked there is read ahead, once, by whom the rules name, and nobody waits for it.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { Engine } from "../../server/engine/engine.ts";
import { rested } from "../../server/protocol.ts";
import { openModel, source, tinyModel } from "../engine/models.ts";
import { playedEngine } from "./engine.ts";
import { Pair, type PairOptions } from "./pair.ts";

async function started(options: PairOptions, text = source) {
  const pair = await Pair.open(options);
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, text);
  await pair.ready();
  return { pair, uri };
}

const rest = (pair: Pair, uri: string, line: number) =>
  pair.client.sendNotification(rested, { uri, position: { line, character: 0 } });

test("A first completion after a rest reads what is new to it alone, with the whole window as prompt", async () => {
  const warmed: Promise<void>[] = [];
  const open = async (): Promise<Engine> => {
    const engine = await openModel(tinyModel());
    const warm = (...asked: Parameters<Engine["warm"]>) => {
      const reading = engine.warm(...asked);
      warmed.push(reading);
      return reading;
    };
    // Its getters must stay.
    return new Proxy(engine, { get: (target, key) => (key === "warm" ? warm : Reflect.get(target, key)) });
  };
  const { pair, uri } = await started({ open });
  const line = 100;
  await rest(pair, uri, line);
  while (warmed.length < 2) await pair.route(uri, { line, character: 0 });
  await warmed[1];
  await pair.type(uri, { line, character: 0 }, "  const");
  await pair.complete(uri, { line, character: 7 }, { invoked: true });
  const { promptTokens, reusedTokens } = pair.answers.at(-1)!;
  assert.ok(promptTokens > 300, `${promptTokens}`);
  assert.ok(reusedTokens > promptTokens - 8, `${reusedTokens} of ${promptTokens}`);
  await pair.close();
});

test("Resting on in one place is read ahead once, shows nothing and reports nothing", async () => {
  const engine = playedEngine(["general", "code"], "f(1);");
  const { pair, uri } = await started({ open: async () => engine });
  const statuses = pair.statuses.length;
  for (let i = 0; i < 5; i++) {
    await rest(pair, uri, 20);
    await pair.route(uri, { line: 20, character: 0 });
  }
  while (engine.warmed.length < 2) await pair.route(uri, { line: 20, character: 0 });
  for (let i = 0; i < 5; i++) await rest(pair, uri, 20);
  await pair.route(uri, { line: 20, character: 0 });
  assert.deepEqual(
    engine.warmed.map(({ expert, sequence, shorter }) => [expert, sequence, shorter !== undefined]),
    // What would be asked now first, then all of it.
    [
      ["code", uri, true],
      ["code", uri, false],
    ],
  );
  assert.equal(engine.started.length, 0);
  assert.equal(pair.statuses.length, statuses);
  assert.deepEqual([pair.answers, pair.logged], [[], []]);
  await pair.close();
});

test("A while later the expert that the rules name next follows, unless the text has changed", async () => {
  const engine = playedEngine(["general", "code", "docs"], "f(1);");
  const { pair, uri } = await started({ open: async () => engine });
  mock.timers.enable({ apis: ["setTimeout"] });
  const readBy = async (count: number) => {
    while (engine.warmed.length < count) await pair.route(uri, { line: 20, character: 0 });
    // Round trips, so that what follows the reading is under way.
    for (let i = 0; i < 3; i++) await pair.route(uri, { line: 20, character: 0 });
  };
  try {
    await rest(pair, uri, 20);
    await readBy(2);
    mock.timers.tick(1_500);
    await readBy(3);
    assert.deepEqual(
      engine.warmed.map(({ expert }) => expert),
      ["code", "code", "docs"],
    );
    await rest(pair, uri, 30);
    await readBy(5);
    await pair.type(uri, { line: 30, character: 0 }, "x");
    await readBy(5);
    mock.timers.tick(10_000);
    await readBy(5);
    assert.equal(engine.warmed.length, 5);
  } finally {
    mock.timers.reset();
  }
  await pair.close();
});

test("Where nothing may be completed, or only when asked for, nothing is read ahead", async () => {
  const engine = playedEngine(["general"], "f(1);");
  const { pair, uri } = await started({ open: async () => engine, settings: { automatic: false } });
  await rest(pair, uri, 3);
  await rest(pair, pair.uri("closed.ts"), 3);
  for (let i = 0; i < 5; i++) await pair.route(uri, { line: 3, character: 0 });
  assert.deepEqual(engine.warmed, []);
  await pair.close();
  const secret = await started({ open: async () => engine });
  const env = secret.pair.uri(".env");
  await secret.pair.openDocument(env, "TOKEN=1\n");
  await rest(secret.pair, env, 1);
  for (let i = 0; i < 5; i++) await secret.pair.route(env, { line: 1, character: 0 });
  assert.deepEqual(engine.warmed, []);
  await secret.pair.close();
});
