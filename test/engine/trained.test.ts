// Experts that experts/train has made for models of a user's own: installed as a user does, they agree with PyTorch and are asked
// with the prompts that they were trained on.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { encodePrompt } from "../../server/engine/encode.ts";
import { openEngine } from "../../server/engine/open.ts";
import { openTokenizer } from "../../server/engine/tokenizer.ts";
import { Fleet } from "../../server/fleet/fleet.ts";
import { fleetOf } from "../../server/fleet/members.ts";
import { installed } from "../../server/installation.ts";
import { chatsLike } from "../../server/model/infill.ts";
import { digestOwn, openOwn } from "../../server/model/own.ts";
import { readAddedPack } from "../../server/model/pack.ts";
import { addPack } from "../../server/packs/change.ts";
import { importModel } from "../../server/packs/importing.ts";
import { modelsIn } from "../../server/packs/models.ts";
import { type Places, partsOf } from "../../server/packs/store.ts";
import { composeCompletion, composeTask, type Manner } from "../../server/prompt.ts";
import { Roster } from "../../server/roster.ts";
import { readDefaults } from "../../server/settings.ts";
import { run, tinyModel } from "./models.ts";
import { openParts } from "./parts.ts";
import logits from "./reference/trained/logits.json" with { type: "json" };
import prompts from "./reference/trained/prompts.json" with { type: "json" };

const reference = join(import.meta.dirname, "reference");
const own = join(reference, "own");
const folder = mkdtempSync(join(tmpdir(), "coterie-trained-"));
after(() => rmSync(folder, { recursive: true }));

function emptyHome() {
  const at = mkdtempSync(join(folder, "home-"));
  const user = { userExperts: join(at, "experts"), userModel: join(at, "model"), userModels: join(at, "models") };
  return { ...installed(), model: tinyModel(), ...user };
}

/** A home in which a base is imported and the expert for it is added. */
function home(family: keyof typeof logits, bits: 8 | 32) {
  const places = emptyHome();
  const path = join(own, logits[family].base);
  const model = importModel({ path, bits, id: "base" }, places, () => undefined);
  const added = addPack(join(reference, "trained", family), places);
  const { ready, problems } = partsOf([added.folder], places);
  assert.deepEqual(problems, []);
  return { places, model, added, parts: ready };
}

for (const family of ["qwen2", "llama"] as const) {
  describe(`an expert for a ${family} model`, () => {
    test("is added, and agrees with PyTorch", async () => {
      const { model, added, parts } = home(family, 32);
      assert.equal(added.id, `code-${family}`);
      cpSync(parts[0]!, join(model.folder, added.id), { recursive: true });
      const compiled = await openParts(model.folder, added.id);
      const { ids, rows, logits: wanted } = logits[family];
      const got = await compiled.run(ids);
      for (const [i, row] of rows.entries()) {
        for (const [id, want] of wanted[i]!.entries()) {
          const off = Math.abs(want - got[row * compiled.vocabulary + id]!);
          assert.ok(off < 1e-3, `row ${row}, token ${id}: off by ${off}`);
        }
      }
    });

    test("is asked beside the base, and goes on as in PyTorch", async () => {
      const { places, added, parts } = home(family, 32);
      const settings = { ...readDefaults(places.packageJson), model: "base" };
      const onTrouble = (message: string) => assert.fail(message);
      const needs = { installation: places, settings, open: openEngine, remote: [], onTrouble };
      const fleet = await Fleet.open(fleetOf(needs), parts);
      const opened = openOwn(join(own, logits[family].base));
      const tokenizer = openTokenizer(opened.tokenizer);
      opened.source.close();
      const { slots } = prompts.find(({ base, layout }) => base === logits[family].base && layout === "complete")!;
      const prompt = composeCompletion(scopeOf(slots), 512, { ...fleet.about(added.id)!.manner!, infill: null });
      const { ids, text } = logits[family];
      const before = encodePrompt(prompt, false, 1000, tokenizer).ids;
      assert.deepEqual(ids.slice(0, before.length), before);
      const asked = { prompt, heal: false, maxTokens: 12 };
      const { continuations } = await run(fleet, { ...asked, expert: added.id });
      const wanted = tokenizer.decode([...ids.slice(before.length), ...text].slice(0, 12));
      assert.equal(continuations[0]?.text, wanted);
      const untrained = await run(fleet, { ...asked, expert: "base" });
      assert.notEqual(untrained.continuations[0]?.text, wanted);
      await fleet.close();
    });

    test("has rules that count while its model is chosen", () => {
      const { places, added } = home(family, 8);
      const guests = () =>
        modelsIn(places.userModels).models.map(({ id, digest, chats }) => ({ id, backbone: digest, chats }));
      const roster = new Roster({ ...places, user: null, models: guests });
      const first = (model: string) => {
        roster.choose({ model, remote: [] });
        return roster.rulesFor(null).map(({ name, expert }) => `${name} ${expert}`);
      };
      assert.deepEqual(first("base").slice(0, 2), [`pack:${added.id}#1 ${added.id}`, "setting#1 base"]);
      assert.ok(!first("").some((rule) => rule.endsWith(` ${added.id}`)), "back at the embedded model it is not asked");
    });
  });
}

describe("prompts for a model of one's own are those that an expert for it is trained on", () => {
  for (const { base, layout, slots, ids } of prompts) {
    const more = "window" in slots ? " with code" : "context" in slots ? " with signatures of other files" : "";
    test(`${base}: ${layout}${more}`, () => {
      const opened = openOwn(join(own, base));
      opened.source.close();
      const infill = layout === "infill" ? opened.infill : null;
      const chats = chatsLike(opened.tokenizer);
      const manner: Manner = { header: opened.header, infill, borrows: true, ranks: false, chats };
      const prompt =
        layout === "tasks"
          ? composeTask(slots as unknown as Record<string, string>, manner)
          : composeCompletion(scopeOf(slots), 512, manner);
      assert.deepEqual(encodePrompt(prompt, false, 1000, openTokenizer(opened.tokenizer)).ids, ids);
    });
  }
});

test("the recipe names a base as an import does", () => {
  for (const family of ["qwen2", "llama"] as const) {
    const opened = openOwn(join(own, logits[family].base));
    opened.source.close();
    const pack = readAddedPack(join(reference, "trained", family));
    assert.deepEqual([digestOwn(opened), home(family, 8).model.digest], [pack.backbone, pack.backbone]);
  }
});

describe("a pack for a model of one's own is refused in words", () => {
  const refused = (prepare: (places: Places) => void, words: RegExp) => {
    const places = emptyHome();
    prepare(places);
    assert.throws(() => addPack(join(reference, "trained", "qwen2"), places), words);
    assert.deepEqual(existsSync(places.userExperts), false);
  };

  test("where the model is not imported", () =>
    refused(() => undefined, /made for another backbone, [0-9a-f]{64}; import the model that it was made for, or/));

  test("where it is imported with another cut", () =>
    refused(
      (places) =>
        importModel({ path: join(own, "qwen2-small.gguf"), bits: 8, id: "base", cut: 5 }, places, () => undefined),
      /made for qwen2-small cut at layer 6, yours is cut at 5; import it once more with --cut 6 and another --id/,
    ));
});

function scopeOf(slots: Partial<Record<string, unknown>>) {
  const { workspace = "", path = "", prefix = "", suffix = "", context } = slots as Record<string, string>;
  const lines = prefix.split("\n");
  return {
    ...{ uri: "file:///w/a.ts", languageId: "typescript", region: "code" as const, workspace, path, prefix, suffix },
    ...(context === undefined ? {} : { neighbours: context }),
    position: { line: lines.length - 1, character: lines.at(-1)!.length },
  };
}
