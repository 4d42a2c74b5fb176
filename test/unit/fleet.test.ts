// Several models as one engine: who is opened when, what does not fit, and who comes and goes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type AddedPart, Fleet, type Member } from "../../server/fleet/fleet.ts";
import { playedEngine } from "../wire/engine.ts";

const info = (id: string) => ({ id, layers: [1, 2] as const, parameters: 1, bytes: 1 });
const part = (id: string, backbone: string): AddedPart => ({ ...info(id), folder: `/parts/${id}`, backbone });
const parts = new Map([part("rust", "big"), part("go", "")].map((each) => [each.folder, each]));

/** A member that takes so many bytes; `opened` notes that it was opened, and with what. */
function member(id: string, bytes: number, opened: string[], changes: Partial<Member> = {}): Member {
  return {
    ...{ id, key: id, title: `model ${id}`, experts: [info(id || "general")], bytes, host: null },
    owns: ({ backbone }) => backbone === id,
    away: () => null,
    async open(added) {
      opened.push([id, ...added].join(" "));
      return playedEngine([id || "general"], `text of ${id || "general"}`);
    },
    ...changes,
  };
}

const readPart = (folder: string) => parts.get(folder) ?? null;
const never = new AbortController().signal;
const ids = (fleet: Fleet) => fleet.experts.map(({ id }) => id);

async function ask(fleet: Fleet, expert: string): Promise<string> {
  const request = { sequence: "s", expert, prompt: ["x"], heal: false, maxTokens: 1, stops: [], branches: 1 };
  const pieces = fleet.generate({ ...request, priority: "completion" }, never);
  for (;;) {
    const step = await pieces.next();
    if (step.done) return step.value.continuations[0]!.text;
  }
}

test("The first is opened at once, each other one when it is asked, and once", async () => {
  const opened: string[] = [];
  const members = [member("", 1, opened), member("big", 5, opened), member("small", 1, opened)];
  const fleet = await Fleet.open({ members, first: "big", budget: 100, readPart }, []);
  assert.deepEqual(opened, ["big"]);
  assert.deepEqual(ids(fleet), ["general", "big", "small"]);
  const texts = await Promise.all(["general", "general", "big"].map((id) => ask(fleet, id)));
  assert.deepEqual(texts, ["text of general", "text of general", "text of big"]);
  assert.deepEqual(opened, ["big", ""]);
  await assert.rejects(ask(fleet, "who"), /there is no expert "who"; installed: general, big, small/);
});

test("What does not fit beside those that are loaded is not offered, and why is said; the first is always there", async () => {
  const opened: string[] = [];
  const members = [member("", 30e6, opened), member("big", 500e6, opened), member("far", 0, opened)];
  const fleet = await Fleet.open({ members, first: "big", budget: 100e6, readPart }, []);
  assert.deepEqual(ids(fleet), ["big", "far"]);
  assert.equal(fleet.absent("general"), "needs 30 MB of memory and 0 MB are left for models (coterie.modelMemory)");
  assert.equal(fleet.absent("big"), null);
  assert.equal(fleet.absent("who"), null);
  await assert.rejects(ask(fleet, "general"), /the expert "general" needs 30 MB/);
});

test("Added experts go to the model that they were made for, before and after it is opened", async () => {
  const opened: string[] = [];
  const members = [member("", 1, opened), member("big", 1, opened)];
  const fleet = await Fleet.open({ members, first: "", budget: 100, readPart }, [
    "/parts/rust",
    "/parts/go",
    "/parts/none",
  ]);
  assert.deepEqual(opened, [" /parts/go"]);
  assert.ok(ids(fleet).includes("rust"));
  await ask(fleet, "big");
  assert.deepEqual(opened, [" /parts/go", "big /parts/rust"]);
});

test("A model that cannot be loaded is left out from then on, with the reason; the first one's failure is the fleet's", async () => {
  const broken = { open: () => Promise.reject(new Error("its weights were changed")) };
  const members = [member("", 1, []), member("big", 1, [], broken)];
  const fleet = await Fleet.open({ members, first: "", budget: 100, readPart }, []);
  assert.deepEqual(ids(fleet), ["general", "big"]);
  await assert.rejects(ask(fleet, "big"), /its weights were changed/);
  assert.deepEqual(ids(fleet), ["general"]);
  assert.equal(fleet.absent("big"), "cannot be loaded: its weights were changed");
  await assert.rejects(Fleet.open({ members, first: "big", budget: 100, readPart }, []), /its weights were changed/);
});

test("Models come and go while others stay open; one that was open leaves memory behind", async () => {
  const opened: string[] = [];
  const [embedded, big] = [member("", 1, opened), member("big", 1, opened)];
  const fleet = await Fleet.open({ members: [embedded], first: "", budget: 100, readPart }, []);
  await fleet.setMembers([embedded, big]);
  assert.deepEqual([ids(fleet), fleet.stale], [["general", "big"], false]);
  await fleet.setMembers([embedded]);
  assert.equal(fleet.stale, false, "it was never opened");
  await fleet.setMembers([embedded, big]);
  await ask(fleet, "big");
  // Another model of the same id.
  await fleet.setMembers([embedded, { ...big, key: "another" }]);
  assert.equal(fleet.stale, true);
  await ask(fleet, "big");
  assert.deepEqual(opened, ["", "big", "big"]);
});
