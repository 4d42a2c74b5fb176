// Which ways are followed: the least unlikely first, and none of which the model is sure that it is wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "../../server/engine/turns.ts";

const turn = (id: number, gap: number) => ({ path: [{ id, logProbability: -gap }], gap });

test("the likeliest way comes first, of equals the one found first, and each once", () => {
  const turns = new Turns();
  for (const each of [turn(1, 0.7), turn(2, 0.2), turn(3, 0.2)]) turns.add(each);
  assert.deepEqual([turns.next(), turns.next()], [turn(2, 0.2), turn(3, 0.2)]);
  turns.add(turn(4, 0.5));
  assert.deepEqual([turns.next(), turns.next(), turns.next()], [turn(4, 0.5), turn(1, 0.7), null]);
});

test("where the model is sure there is no other way", () => {
  const turns = new Turns();
  turns.add(turn(1, Math.log(20) + 0.01));
  assert.equal(turns.next(), null);
});
