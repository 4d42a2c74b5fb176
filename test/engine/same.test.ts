// Whatever was cached, shared, guessed, cut into chunks or cancelled before, the text is that of a fresh run without any of it.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Engine } from "../../server/engine/engine.ts";
import { uniforms } from "../../server/engine/sample.ts";
import { embeddedModel, openModel, run, source, tinyModel } from "./models.ts";
import { assertSame, nearTie, rowsAreAlike } from "./same.ts";

interface Subject {
  readonly name: string;
  readonly model: string;
  readonly experts: readonly [string, string];
  readonly requests: number;
  readonly contextTokens: number;
  /** How much two tokens may differ where texts part, nats. */
  readonly tolerance: number;
}

const subjects: readonly Subject[] = [
  {
    name: "the tiny model",
    model: tinyModel(),
    experts: ["general", "other"],
    requests: 2000,
    contextTokens: 512,
    tolerance: nearTie.f32,
  },
  {
    name: "the embedded model",
    model: embeddedModel(),
    experts: ["general", "twin"],
    requests: 100,
    contextTokens: 1024,
    tolerance: nearTie.q8,
  },
];

/** Nats: the same bits. */
const identical = Number.MIN_VALUE;
/** Share of all tokens at which texts may part, and where the processor's kernels let a row hang on its neighbours. */
const mostPartings = { alike: 0.001, otherwise: 0.05 };

for (const { name, model, experts, requests, contextTokens, tolerance } of subjects) {
  describe(name, () => {
    const opened: Engine[] = [];
    after(async () => {
      for (const engine of opened) await engine.close();
    });

    test(`${requests} random requests, some cancelled, give the text of a fresh run`, async (t) => {
      const open = async (chunkTokens: number, changes: { readonly cacheBytes?: number } = {}) => {
        const engine = await openModel(model, { contextTokens, chunkTokens, ...changes });
        opened.push(engine);
        return engine;
      };
      const engines = [await open(64), await open(7)] as const;
      // Without room for a second sequence there is nobody to share with.
      const referee = await open(33, { cacheBytes: 0 });
      const alike = await rowsAreAlike(model);
      const uniform = uniforms(1);
      const pick = (count: number) => Math.floor(uniform() * count);
      const sum = { tokens: 0, runs: 0, reused: 0, shared: 0, parted: 0, cancelled: 0 };
      /** Sequences that have been asked to their end. */
      const seen = new Set<string>();
      for (let i = 0; i < requests; i++) {
        const engine = engines[pick(2)]!;
        const begins = pick(3) * 40;
        const asked = {
          prompt: [{ special: "<file_sep>" }, source.slice(begins, begins + 160 + pick(250))],
          expert: experts[pick(2)]!,
          heal: pick(2) === 1,
          branches: pick(6) === 0 ? 2 : 1,
          maxTokens: 1 + pick(16),
        };
        const sequence = `document ${pick(4)}`;
        const priority = pick(4) === 0 ? ("command" as const) : ("completion" as const);
        if (pick(5) === 0) {
          const cancel = new AbortController();
          const cancelled = run(engine, { ...asked, sequence, priority, maxTokens: 40 }, cancel.signal);
          setTimeout(() => cancel.abort(), pick(8));
          if ((await cancelled).continuations[0]!.stop === "cancelled") sum.cancelled++;
          continue;
        }
        const got = await run(engine, { ...asked, sequence, priority });
        const fresh = await run(referee, { ...asked, sequence: `fresh ${i}`, drafting: false });
        assert.equal(fresh.reusedTokens, 0);
        if (!seen.has(`${engines.indexOf(engine)} ${sequence} ${priority}`)) sum.shared += got.reusedTokens;
        seen.add(`${engines.indexOf(engine)} ${sequence} ${priority}`);
        sum.parted += assertSame(got, fresh, alike ? identical : tolerance);
        sum.tokens += got.newTokens;
        sum.runs += got.runs;
        sum.reused += got.reusedTokens;
      }
      const said = JSON.stringify({ ...sum, alike });
      t.diagnostic(said);
      const most = mostPartings[alike ? "alike" : "otherwise"];
      assert.ok(sum.parted <= most * sum.tokens, `at most ${most} of the tokens may part: ${said}`);
      assert.ok(sum.reused > 5 * requests, `the cache was used: ${said}`);
      assert.ok(sum.shared > 100, `sequences took over what others had read: ${said}`);
      assert.ok(sum.runs < 0.95 * sum.tokens, `guesses came true: ${said}`);
      assert.ok(sum.cancelled > requests / 50, `requests were cancelled: ${said}`);
    });
  });
}
