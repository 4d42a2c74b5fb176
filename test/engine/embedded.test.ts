// The engine with the embedded weights at 8 bits: typing, healing, cancelling, interrupting, cold and warm prompts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Engine } from "../../server/engine/engine.ts";
import { embeddedModel, openModel, run, source } from "./models.ts";
import { assertSame, nearTie } from "./same.ts";

let engine: Engine;
/** Without room for a second sequence it reads every text anew. */
let referee: Engine;
before(async () => {
  engine = await openModel(embeddedModel());
  referee = await openModel(embeddedModel(), { cacheBytes: 0 });
});
after(async () => {
  await engine.close();
  await referee.close();
});

test("typing on, deleting and changing expert give the text of a fresh run", async () => {
  for (const [i, length] of [700, 703, 710, 690, 1500, 1498].entries()) {
    const asked = { prompt: [{ special: "<file_sep>" }, `cache.ts\n${source.slice(0, length)}`], heal: true };
    const expert = i % 2 === 0 ? "general" : "twin";
    const cached = await run(engine, { ...asked, expert, sequence: "typed" });
    const fresh = await run(referee, { ...asked, expert: "general", sequence: `fresh ${length}` });
    assertSame(cached, fresh, nearTie.q8);
    if (i > 0 && length !== 1500) assert.ok(cached.reusedTokens > cached.promptTokens - 8, `${cached.reusedTokens}`);
  }
});

test("healing repeats what was typed and goes on from there", async () => {
  const text = "function add(left, right) {\n  return left + right;\n}\n\nconsole.log(ad";
  const { continuations } = await run(engine, { prompt: [text], heal: true, stops: ["\n"] });
  assert.match(continuations[0]!.text, /^d\(/);
});

test("cancelling in the middle of reading a long prompt stops there, and what was read is kept", async () => {
  const cancel = new AbortController();
  const asked = { prompt: [source.slice(0, 4000)], sequence: "long" };
  const before = await engine.memory();
  const cancelled = run(engine, asked, cancel.signal);
  // The cache grows when the prompt begins to be read.
  while ((await engine.memory()).caches === before.caches) await new Promise(setImmediate);
  cancel.abort();
  const { continuations } = await cancelled;
  assert.equal(continuations[0]!.stop, "cancelled");
  const again = await run(engine, { ...asked, maxTokens: 1 });
  assert.ok(again.reusedTokens < again.promptTokens, `${again.reusedTokens} of ${again.promptTokens}`);
});

test("a cold request asks the shorter prompt; the whole one can be read for the next time, ranking or not", async () => {
  const asked = {
    // No other test has read a text that begins so.
    prompt: [`// Cold.\n${source.slice(0, 3000)}`],
    shorter: [source.slice(2800, 3000)],
    sequence: "cold",
    heal: true,
  };
  const cold = await run(engine, asked);
  assert.ok(cold.shortened && cold.promptTokens < 100);
  const { shorter, ...whole } = asked;
  const reading = { expert: "general", priority: "completion", maxTokens: 24, ...whole } as const;
  const read = engine.warm(reading, new AbortController().signal);
  // A ranking goes on from the request before, and takes nobody's place.
  const ranked = { ...reading, prompt: shorter, shortened: true, texts: ["a", "b"] };
  assert.equal((await engine.score(ranked, new AbortController().signal))?.length, 2);
  await read;
  const warm = await run(engine, { ...asked, maxTokens: 1 });
  assert.ok(!warm.shortened && warm.promptTokens > 500);
  const fresh = await run(referee, { ...asked, sequence: "not cold", shorter: asked.prompt });
  assertSame(await run(engine, asked), fresh, nearTie.q8);
});

test("what heals a prompt is read with it, so that the first word behind it takes no run of its own", async () => {
  const asked = {
    prompt: [`${source.slice(0, 900)}\nfunction add(a: number, b: number) {\n  `],
    heal: true,
    maxTokens: 2,
  };
  const [drafted, plain] = [
    await run(engine, asked),
    await run(engine, { ...asked, drafting: false, sequence: "plain" }),
  ];
  assert.deepEqual([drafted.runs, plain.runs], [0, 1]);
  assert.ok(drafted.continuations[0]!.text.trim() !== "");
  assertSame(drafted, plain, nearTie.q8);
});

test("a request that is given up before it begins loads nobody and forgets nothing", async () => {
  const asked = { prompt: [`// Kept.\n${source.slice(0, 2000)}`], sequence: "kept" };
  const first = await run(engine, asked);
  const gone = await run(engine, { ...asked, prompt: ["other"], expert: "math" }, AbortSignal.abort());
  assert.equal(gone.continuations[0]!.stop, "cancelled");
  assert.ok(!("math" in (await engine.memory()).experts));
  assert.equal((await run(engine, asked)).reusedTokens, first.promptTokens);
});

test("a newer completion takes the place of an older one; a command waits and goes on", async () => {
  const story = {
    prompt: [
      { special: "<|im_start|>" },
      "user\nTell a story.",
      { special: "<|im_end|>" },
      "\n",
      { special: "<|im_start|>" },
      "assistant\n",
    ],
    sequence: "story",
    priority: "command" as const,
    maxTokens: 40,
  };
  const alone = await run(engine, story);
  const command = run(engine, { ...story, sequence: "again" });
  const older = run(engine, { prompt: [source.slice(0, 3000)], sequence: "older" });
  const newer = run(engine, { prompt: ["let a = 1;\nlet b = "], sequence: "newer", maxTokens: 3 });
  const order: string[] = [];
  await Promise.all([
    command.then(() => order.push("command")),
    older.then(() => order.push("older")),
    newer.then(() => order.push("newer")),
  ]);
  assert.deepEqual(order, ["older", "newer", "command"]);
  assert.equal((await older).continuations[0]!.stop, "cancelled");
  assertSame(await command, alone, nearTie.q8);
});

test("the memory report names its parts, which add up to the process", async () => {
  const { backbone, experts, head, caches, rest, process: total } = await engine.memory();
  assert.ok(backbone > 80e6 && head > 20e6 && caches > 1e6);
  assert.deepEqual(Object.keys(experts), ["general", "twin"]);
  assert.equal(backbone + experts["general"]! + experts["twin"]! + head + caches + rest, total);
  // The other engine of this process is in the rest.
  const other = await referee.memory();
  const own = rest - (other.process - other.rest);
  // Node, what tests load, and the runtime's packed copies; how much the allocator keeps differs from run to run.
  assert.ok(own > 0 && own < 600e6, `the rest is a program and a runtime: ${own}`);
});
