// Experts that come and go while the engine runs: they answer as if they had been there, and cost nothing else anything.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Engine } from "../../server/engine/engine.ts";
import { addPack } from "../../server/packs/change.ts";
import { partsOf } from "../../server/packs/store.ts";
import { writePack } from "../packs.ts";
import { openModel, run, source, tinyModel } from "./models.ts";

const folder = mkdtempSync(join(tmpdir(), "coterie-added-"));
after(() => rmSync(folder, { recursive: true }));
/** A model that ships nobody but "general" and "other". */
const model = tinyModel();
const text = { prompt: [source.slice(0, 300)], sequence: "added", maxTokens: 12 };
const textOf = async (engine: Engine, expert: string, sequence = "added") =>
  (await run(engine, { ...text, expert, sequence })).continuations[0]!.text;

/** Adds a pack to a store of its own; the folder of its compiled part. */
function part(from: string): string {
  const own = mkdtempSync(join(folder, "own-"));
  const places = {
    experts: join(folder, "none"),
    model,
    userExperts: join(own, "experts"),
    userModel: join(own, "model"),
    userModels: join(own, "models"),
  };
  const added = addPack(from, places);
  return partsOf([added.folder], places).ready[0]!;
}

/** A pack of the tiny model's own upper layers, so that it answers as "general"; or with two of its norms exchanged. */
function tinyPack(id: string, exchanged = false): string {
  return writePack(mkdtempSync(join(folder, "pack-")), {
    id,
    of: "tiny",
    change: ({ tensors }) => {
      const [one, other] = [/blk\.2\.attn_norm/, /output_norm/].map(
        (name) => tensors.find((each) => name.test(each.name))!,
      );
      if (exchanged) [one!.data, other!.data] = [other!.data, one!.data];
    },
  });
}

let engine: Engine;
let troubles: string[];
before(async () => {
  troubles = [];
  engine = await openModel(model, { contextTokens: 512, onTrouble: (message) => troubles.push(message) });
});
after(() => engine.close());
const ids = () => engine.experts.map(({ id }) => id);

test("an expert that is added later answers on what the backbone has read; one that is gone is unknown at once", async () => {
  const general = await textOf(engine, "general");
  await engine.setAdded([part(tinyPack("twin"))]);
  assert.deepEqual(ids(), ["general", "other", "twin"]);
  assert.equal("twin" in (await engine.memory()).experts, false, "loaded before it was asked");
  const twin = await run(engine, { ...text, expert: "twin" });
  assert.equal(twin.continuations[0]!.text, general);
  assert.equal(twin.reusedTokens, twin.promptTokens);
  assert.equal(engine.stale, false);

  await engine.setAdded([]);
  assert.deepEqual(ids(), ["general", "other"]);
  assert.equal(engine.stale, true);
  await assert.rejects(textOf(engine, "twin"), /there is no expert "twin"; installed: general, other/);
  assert.equal(await textOf(engine, "general"), general);
});

test("another expert of the same name begins anew", async () => {
  await engine.setAdded([part(tinyPack("same"))]);
  const first = await textOf(engine, "same");
  const changed = part(tinyPack("same", true));
  await engine.setAdded([changed]);
  const second = await textOf(engine, "same");
  assert.notEqual(second, first);
  assert.equal(second, await textOf(engine, "same", "fresh"));
});

test("an expert that was never asked leaves nothing behind", async () => {
  const fresh = await openModel(model, { contextTokens: 512, added: [part(tinyPack("quiet"))] });
  assert.deepEqual(fresh.experts.at(-1)?.id, "quiet");
  await fresh.setAdded([]);
  assert.equal(fresh.stale, false);
  await fresh.close();
});

test("a part that was damaged fails once, says what to do, and is left out; the others go on", async () => {
  const damaged = part(tinyPack("damaged"));
  const whole = part(tinyPack("whole"));
  truncateSync(join(damaged, "weights.bin"), 1000);
  await engine.setAdded([damaged, whole]);
  await assert.rejects(textOf(engine, "damaged"), /has 1000 bytes instead of .*Remove the expert and add it again/);
  assert.deepEqual(ids(), ["general", "other", "whole"]);
  assert.equal(await textOf(engine, "whole"), await textOf(engine, "general"));
});

test("parts that cannot be used are told and left out", async () => {
  const broken = part(tinyPack("broken"));
  writeFileSync(join(broken, "part.json"), "{");
  const foreign = part(tinyPack("foreign"));
  const description = JSON.parse(readFileSync(join(foreign, "part.json"), "utf8"));
  writeFileSync(join(foreign, "part.json"), JSON.stringify({ ...description, backbone: "0".repeat(64) }));
  troubles.length = 0;
  await engine.setAdded([broken, foreign, join(folder, "gone"), part(tinyPack("good")), part(tinyPack("other"))]);
  assert.deepEqual(ids(), ["general", "other", "good"]);
  const words = [
    /not a part description/,
    /"foreign" belongs to another backbone/,
    /gone.*cannot be read/,
    /two experts "other"/,
  ];
  assert.equal(troubles.length, words.length);
  for (const [i, word] of words.entries()) assert.match(troubles[i]!, word);
});
