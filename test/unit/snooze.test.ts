// A pause ends when it should, and only once.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Snooze } from "../../src/snooze.ts";

test("a pause tells when it begins and when it ends by itself", () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  try {
    const snooze = new Snooze();
    let changes = 0;
    snooze.onDidChange(() => changes++);
    snooze.start(5);
    assert.equal(snooze.until, Date.now() + 300_000);
    mock.timers.tick(299_000);
    assert.notEqual(snooze.until, undefined);
    mock.timers.tick(1_000);
    assert.equal(snooze.until, undefined);
    assert.equal(changes, 2);
  } finally {
    mock.timers.reset();
  }
});

test("a new pause takes the place of the old one, and ends at its own time", () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  try {
    const snooze = new Snooze();
    snooze.start(5);
    snooze.start(30);
    mock.timers.tick(300_000);
    assert.notEqual(snooze.until, undefined);
    snooze.stop();
    assert.equal(snooze.until, undefined);
  } finally {
    mock.timers.reset();
  }
});
