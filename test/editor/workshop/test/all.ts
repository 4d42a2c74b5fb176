import assert from "node:assert/strict";
import { test } from "node:test";
import { positive } from "../src/guards";
import { stickerArea, withTax } from "../src/invoice";
import { countOrders, firstOrder } from "../src/load";
import { initials } from "../src/names";
import { ring, square } from "../src/shapes";
import { day, days, week } from "../src/time";
import { isDear } from "../src/untidy";

test("everything does what it says", async () => {
  assert.equal(isDear(120), true);
  assert.equal(isDear(20), false);
  assert.equal(withTax(10), 12);
  assert.equal(stickerArea(1), 3.14);
  assert.equal(await countOrders(), 2);
  assert.equal((await firstOrder())?.id, 1);
  assert.equal(initials("Ada Lovelace"), "AL");
  assert.equal(square(3), 9);
  assert.equal(ring(2, 1), 9.43);
  assert.equal(week, 7 * day);
  assert.equal(days(3 * day + 1), 3);
  assert.equal(positive(2), 2);
  assert.throws(() => positive(-1), /not the same/);
});
