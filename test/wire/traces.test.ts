// Recorded editing, played through the server and its own prompts with the weights that are shipped: how much of them is read anew.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Engine } from "../../server/engine/engine.ts";
import { openEngine } from "../../server/engine/open.ts";
import { rested } from "../../server/protocol.ts";
import { type Position, play, recorded } from "../traces/trace.ts";
import { Pair } from "./pair.ts";

test("120 completions while typing, deleting, moving and changing files read less than a fifth of their prompts anew", async (t) => {
  const readings: Promise<void>[] = [];
  const pair = await Pair.open({
    open: async (options) => {
      const engine = await openEngine(options);
      const warm = (...asked: Parameters<Engine["warm"]>) => {
        const reading = engine.warm(...asked);
        readings.push(reading);
        return reading;
      };
      return new Proxy(engine, { get: (target, key) => (key === "warm" ? warm : Reflect.get(target, key)) });
    },
    settings: { maxTokens: 4, contextTokens: 512 },
  });
  const sum = { cold: { asked: 0, tokens: 0, reused: 0 }, warm: { asked: 0, tokens: 0, reused: 0 } };
  const uri = (path: string) => pair.uri(path);
  let heard = 0;
  const rest = async (path: string, position: Position) => {
    await pair.client.sendNotification(rested, { uri: uri(path), position });
    // The short window is read, then the whole one. Nothing where nothing would be completed, or where it has been: a few round trips tell.
    for (let waited = -1; waited !== readings.length; ) {
      waited = readings.length;
      await readings.at(-1);
      for (let trips = 0; trips < 20 && readings.length === waited; trips++) await pair.route(uri(path), position);
    }
  };
  await play(recorded(), {
    async open(path, text) {
      mkdirSync(dirname(fileURLToPath(uri(path))), { recursive: true });
      await pair.openDocument(uri(path), text);
      await pair.ready();
    },
    edit: (path, range, text) => pair.edit(uri(path), range, text),
    rest,
    async ask(path, position, cold) {
      await pair.complete(uri(path), position);
      const part = sum[cold ? "cold" : "warm"];
      part.asked++;
      for (const { promptTokens, reusedTokens } of pair.answers.slice(heard)) {
        part.tokens += promptTokens;
        part.reused += reusedTokens;
      }
      heard = pair.answers.length;
      // Who asks looks at what is shown, and the editor tells that the cursor rests.
      await rest(path, position);
    },
  });
  await pair.close();
  const said = JSON.stringify(sum);
  t.diagnostic(said);
  assert.equal(sum.cold.asked + sum.warm.asked, 120);
  assert.ok(sum.warm.tokens > 15_000, said);
  assert.ok(sum.warm.reused > 0.8 * sum.warm.tokens, said);
});
