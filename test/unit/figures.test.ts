// Figures draw what the ledger holds, say it in a sentence and a table, and cannot be made to hold markup.
import assert from "node:assert/strict";
import { test } from "node:test";
import { figures } from "../../src/figures.ts";
import type { Entry, Fate } from "../../src/ledger.ts";
import { answerWith } from "./answers.ts";

const entry = (serial: number, expert: string, ms: number, fate: Fate): Entry => ({
  serial,
  fate,
  answer: answerWith({ expert, ms }),
});

test("an empty ledger and no model: sentences, no pictures", () => {
  for (const { svg, summary } of figures([], null)) {
    assert.equal(svg, "");
    assert.match(summary, /\.$/);
  }
});

test("answers are counted by expert, and the slow ones show", () => {
  const entries = [
    entry(3, "code", 300, "accepted"),
    entry(2, "code", 100, "dismissed"),
    entry(1, "docs", 120, "typed"),
  ];
  const [who, time, taken] = figures(entries, null);
  assert.equal(who?.summary, "3 answers: code 2, docs 1.");
  assert.equal(who?.svg.match(/<rect/g)?.length, 2);
  assert.equal(time?.svg.match(/<circle/g)?.length, 3);
  assert.match(time?.summary ?? "", /at most 120 ms/);
  assert.deepEqual(time?.table[1], ["1", "docs", "120"]);
  assert.equal(taken?.summary, "2 of 3 shown answers were taken or typed by hand.");
});

test("memory is compared with separate models", () => {
  const mega = 1024 * 1024;
  const experts = ["general", "code"].map((id, i) => ({ id, bytes: 26 * mega, loaded: i === 0 }));
  const memory = figures([], { backbone: 98 * mega, head: 32 * mega, experts, caches: 10 * mega, isShared: true }).at(
    -1,
  );
  assert.match(memory?.summary ?? "", /182 MB\. 2 separate models would take 312 MB, 42 % is saved\./);
  assert.match(memory?.summary ?? "", /\* are loaded when/);
  assert.deepEqual(memory?.table.at(-1), ["separate", "312 MB"]);
  const own = figures([], { backbone: 1100 * mega, head: 0, experts, caches: 0, isShared: false }).at(-1);
  assert.doesNotMatch(own?.summary ?? "", /separate|saved/, "sums of several models share nothing");
});

test("of two answers the half took the shorter time, and 95 of 100 the longer one", () => {
  const [, time] = figures([entry(1, "code", 100, "shown"), entry(2, "code", 900, "shown")], null);
  assert.match(time?.summary ?? "", /Half of the answers took at most 100 ms, 95 of 100 at most 900 ms/);
});

test("an expert's name is text, whatever stands in it", () => {
  const [who] = figures([entry(1, '<img onerror="x">', 1, "shown")], null);
  assert.ok(!who?.svg.includes("<img"));
});
