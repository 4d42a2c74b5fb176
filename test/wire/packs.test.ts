// Experts that are added and removed while servers run: over the wire, by another window, by the command line.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { openEngine } from "../../server/engine/open.ts";
import { installed } from "../../server/installation.ts";
import { addPack, removePack } from "../../server/packs/change.ts";
import { addExpert, experts, removeExpert } from "../../server/protocol/team.ts";
import { tinyModel } from "../engine/models.ts";
import { editDescription, writePack } from "../packs.ts";
import { Pair } from "./pair.ts";

const folder = mkdtempSync(join(tmpdir(), "coterie-wire-packs-"));
after(() => rmSync(folder, { recursive: true }));
const start = { line: 0, character: 0 };
const rule = (expert: string) => ({ language: "typescript", expert, because: `${expert} knows it` });
/** Small weights, so that adding takes a moment only. */
const model = tinyModel();

function pack(id: string): string {
  return writePack(mkdtempSync(join(folder, "pack-")), { id, of: "tiny", rules: [rule(id)] });
}

/** A user's own folder, shared by the servers that get it. */
function home() {
  const own = mkdtempSync(join(folder, "home-"));
  return {
    model,
    userRules: join(own, "rules.json"),
    userExperts: join(own, "experts"),
    userModel: join(own, "model"),
    userModels: join(own, "models"),
  };
}

/** A server with the real engine and the tiny model, a document open in it. */
async function opened(places = home(), trusted = true) {
  const pair = await Pair.open({ open: openEngine, places, trusted });
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, "const a = ");
  await pair.ready();
  const answer = async () => {
    await pair.complete(uri, { line: 0, character: 10 }, { invoked: true });
    const { expert, wanted, rule: by } = pair.answers.at(-1)!;
    return { expert, wanted, by };
  };
  const add = (path: string) => pair.client.sendRequest(addExpert, { uri: pathToFileURL(path).href });
  const remove = (id: string) => pair.client.sendRequest(removeExpert, { id });
  const expertAt = async () => (await pair.route(uri, start)).expert;
  return { pair, uri, places, answer, add, remove, expertAt };
}

/** Waits until the expert of a place is another one; the server polls its folders. */
async function becomes(expertAt: () => Promise<string>, expert: string): Promise<void> {
  const end = Date.now() + 20_000;
  while ((await expertAt()) !== expert) {
    assert.ok(Date.now() < end, `waited 20 s for ${expert}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("An added expert answers at once by its own rule; removed, general stands in for it where a rule still names it", async () => {
  const { pair, answer, add, remove, places } = await opened();
  assert.equal((await answer()).wanted, "code");
  assert.deepEqual(await add(pack("rust")), { id: "rust", title: "Test rust", added: true, rules: 1 });
  assert.deepEqual(await answer(), { expert: "rust", wanted: null, by: "pack:rust#1" });
  assert.match(pair.statuses.at(-1)!.detail, /^Experts: general, other, rust\.$/);
  const listed = (await pair.client.sendRequest(experts, null)).filter(({ added }) => added);
  assert.deepEqual(listed, [{ id: "rust", title: "Test rust", added: true }]);

  writeFileSync(places.userRules, JSON.stringify({ rules: [rule("rust")] }));
  assert.equal(pair.stale, 0);
  await remove("rust");
  assert.deepEqual(await answer(), { expert: "general", wanted: "rust", by: "user#1" });
  await pair.until(() => pair.stale === 1);
  assert.match(pair.statuses.at(-1)!.detail, /^Experts: general, other\.$/);
  await pair.close();
});

test("A refusal is one line; what was there goes on", async () => {
  const { pair, answer, add, remove } = await opened(home(), false);
  await add(pack("good"));
  const bad = pack("bad");
  editDescription(bad, { backbone: "0".repeat(64) });
  const refused = (words: RegExp) => (error: Error) => words.test(error.message) && !error.message.includes("\n");
  await assert.rejects(add(bad), refused(/made for another backbone.*install the pack that fits/));
  await assert.rejects(add(pack("good")), refused(/"good" is there already; remove that one first/));
  await assert.rejects(add(pack("general")), refused(/"general" is an expert of Coterie's own; give it another "id"/));
  await assert.rejects(add(join(folder, "nowhere")), refused(/nowhere is no folder/));
  const elsewhere = pair.client.sendRequest(addExpert, { uri: "https://example.org/pack" });
  await assert.rejects(elsewhere, refused(/from a folder on this disk/));
  await assert.rejects(remove("general"), refused(/ships with Coterie and stays; you can remove good$/));
  await assert.rejects(remove("nobody"), refused(/no expert "nobody"; you can remove good$/));
  assert.deepEqual(await answer(), { expert: "good", wanted: null, by: "pack:good#1" });
  assert.equal(pair.statuses.at(-1)!.state, "ready");
  await pair.close();
});

test("While an expert is checked and compiled the server answers", async () => {
  const { pair, add, expertAt } = await opened();
  const order: string[] = [];
  await Promise.all([add(pack("rust")).then(() => order.push("added")), expertAt().then(() => order.push("route"))]);
  assert.deepEqual(order, ["route", "added"]);
  await pair.close();
});

test("What another window or the command line adds or removes shows up by itself", async () => {
  const places = home();
  const [one, other] = [await opened(places), await opened(places)];
  await one.add(pack("rust"));
  await becomes(other.expertAt, "rust");
  assert.equal((await other.answer()).expert, "rust");
  const all = { ...installed(), ...places };
  removePack("rust", all);
  addPack(pack("go"), all);
  for (const { expertAt } of [one, other]) await becomes(expertAt, "go");
  assert.equal((await one.answer()).expert, "go");
  await one.pair.close();
  await other.pair.close();
});

test("Of two windows that add the same expert at once one succeeds", async () => {
  const places = home();
  const windows = [await opened(places), await opened(places)];
  const from = pack("rust");
  const done = await Promise.allSettled(windows.map(({ add }) => add(from)));
  assert.deepEqual(done.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  const refused = done.find((each) => each.status === "rejected");
  assert.match(String(refused?.reason), /"rust" is there already/);
  for (const { pair, expertAt } of windows) {
    await becomes(expertAt, "rust");
    await pair.close();
  }
});

test("Added experts that are not compiled for this Coterie are compiled when a server starts", async () => {
  const places = home();
  addPack(pack("rust"), { ...installed(), ...places });
  rmSync(places.userModel, { recursive: true });
  const { pair, answer, expertAt } = await opened(places);
  await becomes(expertAt, "rust");
  assert.equal((await answer()).expert, "rust");
  assert.ok(existsSync(places.userModel));
  await pair.close();
});

test("An added pack that cannot be used is a problem of its file, and nothing else is affected", async () => {
  const places = home();
  const all = { ...installed(), ...places };
  for (const id of ["rust", "go"]) addPack(pack(id), all);
  editDescription(join(places.userExperts, "rust"), { id: "general" });
  editDescription(join(places.userExperts, "go"), { backbone: "0".repeat(64) });
  const { pair, answer } = await opened(places);
  const file = pathToFileURL(join(places.userExperts, "rust", "expert.json")).href;
  await pair.until(() => pair.diagnostics.has(file));
  assert.match(String(pair.diagnostics.get(file)?.[0]?.message), /called "general" but lies in a folder "rust"/);
  await pair.until(() => pair.logged.some((message) => /go: made for another backbone/.test(message)));
  assert.deepEqual(await answer(), { expert: "general", wanted: "go", by: "pack:go#1" });
  await pair.close();
});
