// A reading that yields may be overtaken by another one of the same sequence; then it gives up, and leaves nothing that is not so.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load, readTokens } from "../../server/engine/loaded.ts";
import { tinyModel } from "./models.ts";

const never = () => false;

test("who has been overtaken gives up, and what is kept is of who came last", async () => {
  const heard = { changed: () => undefined, trouble: (message: string) => assert.fail(message) };
  // No worker is started here.
  const options = {
    model: tinyModel(),
    worker: "",
    threads: 2,
    contextTokens: 512,
    cacheBytes: 256e6,
    chunkTokens: 16,
  };
  const loaded = await load(options, heard);
  const expert = await loaded.experts.session("general");
  const read = async (name: string, ids: readonly number[], runs = Number.POSITIVE_INFINITY) => {
    const steps = readTokens(loaded, loaded.cache.use(name, { has: () => true }), expert, ids, 1, "idle", never);
    const goOn = async (most = Number.POSITIVE_INFINITY) => {
      for (let run = 0; run < most; run++) {
        const step = await steps.next();
        if (step.done) return step.value;
      }
      return undefined;
    };
    return { result: await goOn(runs), goOn };
  };
  // At each place where it yields: within the backbone's runs, and within the expert's.
  for (const runs of [1, 2, 3, 4, 5, 6, 7]) {
    // No two begin alike, so that nothing is shared.
    const text = Array.from({ length: 60 }, (_, i) => 20 + ((runs * 31 + i * 37) % 200));
    const other = [...text.slice(0, 30), ...text.slice(0, 20)];
    const name = `overtaken ${runs}`;
    const first = await read(name, text, runs);
    const { result } = await read(name, other);
    assert.equal(await first.goOn(), null);
    assert.deepEqual((await read(name, other)).result!.hidden, result!.hidden);
    const fresh = (await read(`fresh ${runs}`, other)).result!.hidden;
    assert.ok(result!.hidden.every((value, i) => Math.abs(value - fresh[i]!) < 1e-4));
  }
});
