// Models of the user's own over the wire: looked at, imported with progress, cancelled, named by rules and settings, removed.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { CancellationTokenSource } from "vscode-languageserver-protocol/node";
import { openEngine } from "../../server/engine/open.ts";
import { importModel as importHere } from "../../server/packs/importing.ts";
import { importModel, importProgress, lookAtModel, models, removeModel } from "../../server/protocol/team.ts";
import type { Settings } from "../../server/protocol.ts";
import { tinyModel } from "../engine/models.ts";
import { inRepository, Pair } from "./pair.ts";

const folder = mkdtempSync(join(tmpdir(), "coterie-wire-models-"));
after(() => rmSync(folder, { recursive: true }));
const file = inRepository("test/engine/reference/own/qwen2-k.gguf");
const uri = pathToFileURL(file).href;
const model = tinyModel();

function home() {
  const own = mkdtempSync(join(folder, "home-"));
  return {
    ...{ model, experts: inRepository("experts"), userRules: join(own, "rules.json") },
    ...{ userExperts: join(own, "experts"), userModel: join(own, "model"), userModels: join(own, "models") },
  };
}

/** A server with the real engine and the tiny model, a document open in it. */
async function opened(places = home(), settings: Partial<Settings> = {}) {
  const pair = await Pair.open({ open: openEngine, places, settings });
  const document = pair.uri("a.ts");
  await pair.openDocument(document, "const a = ");
  await pair.ready();
  const answer = async () => {
    await pair.complete(document, { line: 0, character: 10 }, { invoked: true });
    const { expert, rule, promptTokens } = pair.answers.at(-1)!;
    return { expert, rule, promptTokens };
  };
  const route = async () => (await pair.route(document, { line: 0, character: 0 })).expert;
  return { pair, places, answer, route };
}

async function becomes(route: () => Promise<string>, expert: string): Promise<void> {
  const end = Date.now() + 20_000;
  while ((await route()) !== expert) {
    assert.ok(Date.now() < end, `waited 20 s for ${expert}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("A model is looked at, imported with progress, and answers where a rule names it, beside the embedded one", async () => {
  const { pair, places, answer } = await opened();
  const offer = await pair.client.sendRequest(lookAtModel, { uri });
  assert.deepEqual([offer.id, offer.family, offer.infills, offer.choices.length], ["qwen2-k", "qwen2", true, 3]);
  assert.ok(offer.machine > 1e9);
  const shares: number[] = [];
  pair.client.onNotification(importProgress.method, ({ share }: { share: number }) => {
    shares.push(share);
  });
  const made = await pair.client.sendRequest(importModel, { uri, bits: 4, id: "mine" });
  assert.deepEqual([made?.id, made?.bits], ["mine", 4]);
  assert.ok(shares.length > 0 && shares.every((share) => share >= 0 && share <= 1));
  assert.deepEqual(await pair.client.sendRequest(models, null), [made]);
  assert.notEqual((await answer()).expert, "mine");
  writeFileSync(
    places.userRules,
    JSON.stringify({ rules: [{ language: "typescript", expert: "mine", because: "x" }] }),
  );
  await becomes(async () => (await answer()).expert, "mine");
  assert.match(pair.statuses.at(-1)!.detail, /general.*mine/);
  await pair.client.sendRequest(removeModel, { id: "mine" });
  assert.deepEqual(readdirSync(places.userModels), []);
  assert.notEqual((await answer()).expert, "mine");
  await pair.until(() => pair.stale > 0);
  await pair.close();
});

test("The setting names it: it alone is loaded, answers by infilling, and the status says its name", async () => {
  const places = home();
  importHere({ path: file, bits: 8, id: "mine" }, places, () => undefined);
  const { pair, answer } = await opened(places, { model: "mine" });
  assert.equal(pair.statuses.at(-1)!.model, "qwen2-k");
  const { expert, rule, promptTokens } = await answer();
  assert.deepEqual([expert, rule], ["mine", "setting#1"]);
  assert.ok(promptTokens > 3, "three control tokens and the text");
  await pair.close();
});

test("A setting that names nobody is told at every answer, and general answers", async () => {
  const { pair } = await opened(home(), { model: "gone" });
  const route = await pair.route(pair.uri("a.ts"), { line: 0, character: 0 });
  assert.deepEqual([route.expert, route.wanted, route.rule], ["general", "gone", "setting#1"]);
  await pair.close();
});

test("Cancelled, nothing stays, and the server goes on", async () => {
  const { pair, places, answer } = await opened();
  const cancel = new CancellationTokenSource();
  const importing = pair.client.sendRequest(importModel, { uri, bits: 32, id: "mine" }, cancel.token);
  cancel.cancel();
  assert.equal(await importing, null);
  assert.ok(!existsSync(places.userModels) || readdirSync(places.userModels).length === 0);
  assert.notEqual((await answer()).expert, "mine");
  await pair.close();
});

test("One that another version of Coterie has compiled is listed as such, and compiled again from where it was", async () => {
  const places = home();
  const { folder: at } = importHere({ path: file, bits: 8, id: "mine" }, places, () => undefined);
  const about = join(at, "model.json");
  writeFileSync(about, JSON.stringify({ ...JSON.parse(readFileSync(about, "utf8")), compiler: 1 }));
  renameSync(at, join(places.userModels, "a".repeat(64)));
  const { pair, answer } = await opened(places, { model: "mine" });
  const [old] = await pair.client.sendRequest(models, null);
  assert.deepEqual([old?.id, old?.bits, old?.outdated], ["mine", 8, uri]);
  const { expert, rule } = await answer();
  assert.deepEqual([expert, rule], ["general", "setting#1"]);
  const made = await pair.client.sendRequest(importModel, { uri: old!.outdated!, bits: old!.bits, id: old!.id });
  assert.deepEqual(await pair.client.sendRequest(models, null), [made]);
  await becomes(async () => (await answer()).expert, "mine");
  await pair.close();
});

test("What is no model is refused in one line; so are other places and ids that are taken", async () => {
  const { pair } = await opened();
  const refused = async (params: { uri: string; id?: string }, words: RegExp) =>
    assert.rejects(pair.client.sendRequest(importModel, { bits: 8, id: "mine", ...params }), (error: Error) => {
      assert.match(error.message, words);
      return !error.message.includes("\n");
    });
  await refused(
    { uri: pathToFileURL(inRepository("package.json")).href },
    /config\.json: there is no such file|no model/,
  );
  await refused({ uri: "https://models.example/m.gguf" }, /imported from this disk; copy it there first/);
  await refused({ uri, id: "general" }, /an expert "general" is there already/);
  await assert.rejects(pair.client.sendRequest(removeModel, { id: "mine" }), /you have imported none/);
  await pair.close();
});

test("What another window imports is there as well, and what it removes is gone", async () => {
  const places = home();
  writeFileSync(places.userRules, JSON.stringify({ rules: [{ expert: "mine", because: "x" }] }));
  const { pair, route } = await opened(places);
  assert.equal(await route(), "general");
  importHere({ path: file, bits: 8, id: "mine" }, places, () => undefined);
  await becomes(route, "mine");
  rmSync(places.userModels, { recursive: true });
  await becomes(route, "general");
  await pair.close();
});
