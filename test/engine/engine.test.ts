// The engine through its own worker thread: whatever was cached, chunked, interrupted or shared, the text is that of a fresh run.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Engine, GenerateRequest, Generation, Token } from "../../server/engine/engine.ts";
import { uniforms } from "../../server/engine/sample.ts";
import { embeddedModel, openModel, request, run, tinyModel } from "./models.ts";

const source = readFileSync(join(import.meta.dirname, "..", "..", "server", "engine", "cache.ts"), "utf8");

const never = new AbortController().signal;

/**
 * Two runs of one request agree: they give the same text, or where they part, the one's token is as likely as the other's
 * to within `tolerance` nats.
 */
async function assertSame(
  engine: Engine,
  asked: Partial<GenerateRequest>,
  { continuations: [one] }: Generation,
  { continuations: [other] }: Generation,
  tolerance: number,
): Promise<void> {
  const parting = one!.tokens.findIndex((token, i) => token.text !== other!.tokens[i]?.text);
  if (parting < 0) return assert.equal(one!.tokens.length, other!.tokens.length);
  const texts = [one!, other!].map(({ tokens }) => joined(tokens.slice(0, parting + 1)));
  const { sequence, expert, prompt, heal, priority } = request({ ...asked, sequence: "referee" });
  const scores = await engine.score({ sequence, expert, prompt, shortened: false, heal, priority, texts }, never);
  const gap = Math.abs(scores![0]!.logProbability - scores![1]!.logProbability);
  assert.ok(gap < tolerance, `"${texts[0]}" parts from "${texts[1]}" by ${gap} nats`);
}

const joined = (tokens: readonly Token[]) => tokens.map(({ text }) => text).join("");

describe("the tiny model with two experts", () => {
  let engine: Engine;
  before(async () => {
    engine = await openModel(tinyModel(), { contextTokens: 512 });
  });
  after(() => engine.close());

  test("random edits, experts and cancellations leave the text of a fresh run", async () => {
    const uniform = uniforms(1);
    const pick = (count: number) => Math.floor(uniform() * count);
    let reused = 0;
    for (let i = 0; i < 120; i++) {
      const document = source.slice(pick(3) * 40, 200 + pick(250));
      const asked = {
        prompt: [{ special: "<file_sep>" }, document],
        expert: pick(2) ? "general" : "other",
        heal: pick(2) === 1,
      };
      const sequence = `document ${pick(3)}`;
      if (pick(4) === 0) {
        const cancel = new AbortController();
        const cancelled = run(engine, { ...asked, sequence, maxTokens: 30 }, cancel.signal);
        setTimeout(() => cancel.abort(), pick(8));
        await cancelled;
        continue;
      }
      const cached = await run(engine, { ...asked, sequence });
      const fresh = await run(engine, { ...asked, sequence: `fresh ${i}` });
      assert.equal(fresh.reusedTokens, 0);
      await assertSame(engine, asked, cached, fresh, 1e-3);
      for (const [at, { logProbability }] of cached.continuations[0]!.tokens.entries()) {
        const gap = Math.abs(logProbability - fresh.continuations[0]!.tokens[at]!.logProbability);
        assert.ok(gap < 1e-3, `token ${at} differs by ${gap} nats`);
      }
      reused += cached.reusedTokens;
    }
    assert.ok(reused > 1000, `the cache was used (${reused} tokens)`);
  });

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

  test("branches start with the likeliest tokens; the first is the greedy text", async () => {
    const greedy = await run(engine, { maxTokens: 6 });
    const { continuations } = await run(engine, { maxTokens: 6, branches: 3 });
    assert.deepEqual(continuations[0]!.text, greedy.continuations[0]!.text);
    const starts = continuations.map(({ tokens }) => tokens[0]!.logProbability);
    assert.deepEqual(
      starts,
      starts.toSorted((a, b) => b - a),
    );
    assert.equal(new Set(continuations.map(({ tokens }) => tokens[0]!.text)).size, continuations.length);
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
});

describe("the embedded model", () => {
  let engine: Engine;
  before(async () => {
    engine = await openModel(embeddedModel());
  });
  after(() => engine.close());

  test("typing on, deleting and changing expert give the text of a fresh run", async () => {
    for (const [i, length] of [700, 703, 710, 690, 1500, 1498].entries()) {
      const asked = { prompt: [{ special: "<file_sep>" }, `cache.ts\n${source.slice(0, length)}`], heal: true };
      const expert = i % 2 === 0 ? "general" : "twin";
      const cached = await run(engine, { ...asked, expert, sequence: "typed" });
      const fresh = await run(engine, { ...asked, expert: "general", sequence: `fresh ${length}` });
      await assertSame(engine, asked, cached, fresh, 0.05);
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

  test("a cold request asks the shorter prompt; the whole one is read when there is nothing else to do", async () => {
    const asked = {
      prompt: [source.slice(0, 3000)],
      shorter: [source.slice(2800, 3000)],
      sequence: "cold",
      heal: true,
    };
    const cold = await run(engine, asked);
    assert.ok(cold.shortened && cold.promptTokens < 100);
    let warm = cold;
    while (warm.shortened) warm = await run(engine, { ...asked, maxTokens: 1 });
    assert.ok(warm.promptTokens > 500);
    const fresh = await run(engine, { ...asked, prompt: asked.prompt, sequence: "not cold", shorter: asked.prompt });
    await assertSame(engine, asked, await run(engine, asked), fresh, 0.05);
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
    await assertSame(engine, story, await command, alone, 0.05);
  });

  test("the memory report names its parts", async () => {
    const { backbone, experts, head, caches, process: total } = await engine.memory();
    assert.ok(backbone > 80e6 && head > 20e6 && caches > 1e6);
    assert.deepEqual(Object.keys(experts), ["general", "twin"]);
    assert.ok(total > caches);
  });
});

test("the runtime leaves nothing in the home folder and the temporary one", () => {
  const home = mkdtempSync(join(tmpdir(), "coterie-home-"));
  const file = join(home, "work", "a.ts");
  mkdirSync(join(home, "work"));
  writeFileSync(file, "export const one = 1;\nexport const two = ");
  const cli = join(import.meta.dirname, "..", "..", "dist", "cli.js");
  const { ORT_DISABLE_TELEMETRY: _, ...env } = process.env;
  const asked = ["complete", `${file}:2:20`, "--json"];
  const { stdout } = spawnSync(process.execPath, [cli, ...asked], {
    env: { ...env, HOME: home, TMPDIR: home },
    encoding: "utf8",
  });
  assert.match(stdout, /"expert":"general"/);
  assert.deepEqual(readdirSync(home, { recursive: true }).sort(), ["work", join("work", "a.ts")]);
  rmSync(home, { recursive: true });
});

describe("files that are not as they were built", () => {
  const folder = mkdtempSync(join(tmpdir(), "coterie-"));
  after(() => rmSync(folder, { recursive: true }));

  /** Opens a copy of the tiny model after something was done to it. */
  async function opened(harm: (model: string) => void): Promise<void> {
    const model = mkdtempSync(join(folder, "model-"));
    cpSync(tinyModel(), model, { recursive: true });
    harm(model);
    await (await openModel(model)).close();
  }

  test("a whole copy opens", () => opened(() => undefined));

  test("missing, cut short, changed by a byte: said in words", async () => {
    await assert.rejects(
      opened((model) => rmSync(join(model, "head"), { recursive: true })),
      /head.*npm run build/s,
    );
    await assert.rejects(
      opened((model) => rmSync(join(model, "general", "weights.bin"))),
      /weights\.bin is missing/,
    );
    await assert.rejects(
      opened((model) => truncateSync(join(model, "backbone", "weights.bin"), 1000)),
      /has 1000 bytes instead of/,
    );
    await assert.rejects(
      opened((model) => {
        const path = join(model, "backbone", "weights.bin");
        const bytes = readFileSync(path);
        bytes[bytes.length >> 1]! ^= 1;
        writeFileSync(path, bytes);
      }),
      /was changed/,
    );
    await assert.rejects(
      opened((model) => writeFileSync(join(model, "head", "part.json"), "{}")),
      /not a part description/,
    );
  });

  test("a runtime binary that does not load", async () => {
    const dist = join(import.meta.dirname, "..", "..", "dist");
    const copy = mkdtempSync(join(folder, "dist-"));
    for (const name of ["engine.js", "package.json", "node_modules"])
      cpSync(join(dist, name), join(copy, name), { recursive: true });
    const binding = ["bin", "napi-v6", process.platform, process.arch, "onnxruntime_binding.node"];
    writeFileSync(join(copy, "node_modules", "onnxruntime-node", ...binding), "made for another machine");
    await assert.rejects(
      openModel(tinyModel(), { worker: join(copy, "engine.js") }),
      /does not load .*Install Coterie/s,
    );
  });
});
