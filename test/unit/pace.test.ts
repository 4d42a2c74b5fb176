// How long is waited after a key: the setting at least, a rhythm's next key where answers are slower than it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace } from "../../server/features/pace.ts";
import { Recent } from "../../server/features/recent.ts";

function typing(gaps: readonly number[], answers: readonly number[] = []) {
  let now = 1_000;
  let version = 1;
  const pace = new Pace(() => now);
  pace.key("a", version);
  for (const gap of gaps) {
    now += gap;
    pace.key("a", ++version);
  }
  for (const ms of answers) pace.answered(ms);
  return pace;
}

test("without a rhythm the setting counts, and 0 stays 0", () => {
  assert.equal(typing([]).wait(75), 75);
  assert.equal(typing([100, 100]).wait(0), 0);
});

test("where answers are slow the next key of the rhythm is waited for, but not for long", () => {
  assert.ok(typing([100, 110, 90, 120], [250]).wait(75) > 120);
  assert.ok(typing([500, 500, 500], [900]).wait(75) <= 300);
  assert.equal(typing([30, 30, 30], [250]).wait(75), 75);
});

test("where answers come before the next key nobody waits for it", () => {
  assert.equal(typing([200, 210, 220], [40, 50]).wait(75), 75);
});

test("what would be asked is read once the next key of the rhythm is due, in time, and at once where none is expected", () => {
  assert.equal(typing([150, 150, 150], [250]).read(210), 150);
  assert.equal(typing([60, 60, 60], [250]).read(84), 39);
  assert.equal(typing([30, 30, 30], [250]).read(40), 0);
  assert.equal(typing([200, 210, 220], [40, 50]).read(75), 0);
  assert.equal(typing([]).read(75), 0);
});

test("pauses, other documents and the same version again are no rhythm", () => {
  assert.equal(typing([900, 5_000]).wait(75), 75);
  let now = 0;
  const pace = new Pace(() => now);
  pace.key("a", 1);
  now += 100;
  pace.key("b", 1);
  now += 100;
  pace.key("b", 1);
  assert.equal(pace.wait(75), 75);
});

test("of recent answers the one not used for longest goes, and those of other documents when one changes", () => {
  const recent = new Recent<number>();
  for (let i = 0; i < 100; i++) recent.set(`${i}`, i % 2 ? "odd" : "even", i);
  assert.equal(recent.get("0"), 0);
  recent.set("more", "even", 100);
  assert.equal(recent.get("1"), undefined);
  assert.equal(recent.get("0"), 0);
  recent.changed("even");
  assert.deepEqual([recent.get("2"), recent.get("3"), recent.get("more")], [2, undefined, 100]);
  recent.clear();
  assert.equal(recent.get("2"), undefined);
});
