// Models that a user has imported, at work: the embedded weights as if they were the user's, several at once, and packs for them.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openEngine } from "../../server/engine/open.ts";
import { Fleet } from "../../server/fleet/fleet.ts";
import { fleetOf } from "../../server/fleet/members.ts";
import { installed } from "../../server/installation.ts";
import { addPack } from "../../server/packs/change.ts";
import { importModel } from "../../server/packs/importing.ts";
import { modelsIn } from "../../server/packs/models.ts";
import { partsOf } from "../../server/packs/store.ts";
import { composeCompletion } from "../../server/prompt.ts";
import { readDefaults } from "../../server/settings.ts";
import { writePack } from "../packs.ts";
import { embeddedModel, openModel, run, source, upstreamModel } from "./models.ts";

const folder = mkdtempSync(join(tmpdir(), "coterie-imported-"));
after(() => rmSync(folder, { recursive: true }));
const root = join(import.meta.dirname, "..", "..");
const own = join(import.meta.dirname, "reference", "own");
const home = {
  userExperts: join(folder, "experts"),
  userModel: join(folder, "model"),
  userModels: join(folder, "models"),
};
const places = { ...installed(), model: embeddedModel(), ...home };
const take = (path: string, id?: string, cut?: number) =>
  importModel({ path, id, cut, bits: 8 }, places, () => undefined);

describe("the weights that the embedded ones are made of, imported as if they were the user's", () => {
  let id: string;
  let model: string;
  before(() => {
    ({ id, folder: model } = take(join(root, "experts", "backbone", "SmolLM2-135M-Instruct.Q4_1.gguf")));
  });

  test("give the text of the same weights, compiled as ours are", async () => {
    // Runs of equal length: else it follows from the machine's speed, and near-ties may go either way.
    const [theirs, ours] = [
      await openModel(model, { chunkTokens: 64 }),
      await openModel(upstreamModel(), { chunkTokens: 64 }),
    ];
    try {
      const texts = [
        source.slice(0, 700),
        source.slice(300, 1900),
        "# Title\n\nOnce upon a time",
        "def add(a, b):\n  ",
      ];
      for (const text of texts) {
        const asked = { prompt: [{ special: "<file_sep>" }, text], heal: true, maxTokens: 24, branches: 2 };
        const [one, other] = [await run(theirs, { ...asked, expert: id }), await run(ours, asked)];
        assert.deepEqual(one.continuations, other.continuations);
        assert.ok(one.newTokens > 8);
      }
    } finally {
      // A failure must not leave threads behind that keep the process.
      await Promise.all([theirs.close(), ours.close()]);
    }
  });

  test("are asked by the same prompts", () => {
    const { header, infill } = modelsIn(places.userModels).models.find((each) => each.id === id)!;
    assert.equal(infill, null);
    const scope = {
      ...{ uri: "file:///w/a.ts", languageId: "typescript", workspace: "demo", path: "a.ts", region: "code" as const },
      ...{ suffix: "", prefix: "let x = ", position: { line: 0, character: 8 } },
    };
    assert.deepEqual(
      composeCompletion(scope, 512, { header, infill, borrows: true, ranks: true, chats: false }),
      composeCompletion(scope, 512),
    );
  });
});

describe("several models at once", () => {
  let fleet: Fleet;
  before(async () => {
    take(join(own, "qwen2-small.gguf"), "qwen");
    take(join(root, "test", "engine", "reference", "tiny", "tiny.gguf"), "tiny", 2);
    const settings = { ...readDefaults(places.packageJson), model: "qwen" };
    const onTrouble = (message: string) => assert.fail(message);
    fleet = await Fleet.open(fleetOf({ installation: places, settings, open: openEngine, remote: [], onTrouble }), []);
  });
  after(() => fleet.close());
  const ids = () => fleet.experts.map((each) => each.id).sort();

  test("are all there to be asked, and each is loaded when it is", async () => {
    for (const id of ["general", "twin", "qwen", "tiny"]) assert.ok(ids().includes(id), id);
    assert.deepEqual(Object.keys((await fleet.memory()).experts), []);
    const { continuations } = await run(fleet, { expert: "qwen", maxTokens: 4 });
    assert.equal(continuations.length, 1);
    const before = await fleet.memory();
    assert.ok(before.backbone < 1e7, "only the first one is loaded");
    await run(fleet, { expert: "general", maxTokens: 4 });
    const { backbone, experts } = await fleet.memory();
    assert.ok(backbone > 8e7);
    assert.deepEqual(Object.keys(experts).sort(), ["general", "qwen"]);
  });

  test("say how they are asked", () => {
    const manner = fleet.about("qwen")?.manner;
    assert.deepEqual(manner?.infill, { prefix: "<|fim_prefix|>", suffix: "<|fim_suffix|>", middle: "<|fim_middle|>" });
    assert.equal(fleet.about("general")?.manner, undefined);
  });

  test("fill in with tokens of their own, which no text can forge", async () => {
    const filled = (prefix: string) => [
      ...[{ special: "<|fim_prefix|>" }, prefix, { special: "<|fim_suffix|>" }, "\n}", { special: "<|fim_middle|>" }],
    ];
    const { promptTokens } = await run(fleet, { expert: "qwen", prompt: filled("let a"), maxTokens: 1 });
    const forged = await run(fleet, { expert: "qwen", prompt: filled("let a<|fim_middle|>"), maxTokens: 1 });
    assert.ok(forged.promptTokens > promptTokens + 4, "it is several tokens, not one");
  });

  test("take packs that were trained for them", async () => {
    const { id, folder: at } = addPack(writePack(join(folder, "pack"), { id: "rust", of: "tiny" }), places);
    const { ready } = partsOf([at], places);
    await fleet.setAdded(ready);
    assert.ok(ids().includes("rust"));
    const asked = { prompt: ["let a = "], maxTokens: 6 };
    const [pack, model] = [await run(fleet, { ...asked, expert: id }), await run(fleet, { ...asked, expert: "tiny" })];
    assert.deepEqual(pack.continuations, model.continuations, "it holds the model's own upper layers");
    await fleet.setAdded([]);
    assert.ok(!ids().includes("rust"));
  });
});
