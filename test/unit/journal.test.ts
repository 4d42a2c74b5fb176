// The journal of measurements goes on after a kill and asks anew when anything has changed.
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as z from "zod";
import { Journal } from "../bench/journal.ts";

const file = () => join(mkdtempSync(join(tmpdir(), "coterie-journal-")), "results.jsonl");

test("what was measured is not measured again, also by the next run", async () => {
  const path = file();
  let measured = 0;
  const measure = async () => ++measured;
  for (let run = 0; run < 2; run++) {
    const journal = new Journal(path, "a");
    assert.equal(await journal.remember(["loss", 1], z.number(), measure), 1);
    assert.equal(await journal.remember(["loss", 1], z.number(), null), 1);
  }
  assert.equal(measured, 1);
});

test("another sample or product is measured anew, and without asking is not known", async () => {
  const path = file();
  await new Journal(path, "a").remember(["loss", 1], z.number(), async () => 1);
  assert.equal(await new Journal(path, "a").remember(["loss", 2], z.number(), null), null);
  assert.equal(await new Journal(path, "b").remember(["loss", 1], z.number(), null), null);
});

test("a line that a kill cut short is measured again, the others stay", async () => {
  const path = file();
  await new Journal(path, "a").remember("one", z.number(), async () => 1);
  appendFileSync(path, '{"key":"ab');
  const journal = new Journal(path, "a");
  await journal.remember("two", z.number(), async () => 2);
  const next = new Journal(path, "a");
  assert.deepEqual(
    [await next.remember("one", z.number(), null), await next.remember("two", z.number(), null)],
    [1, 2],
  );
});
