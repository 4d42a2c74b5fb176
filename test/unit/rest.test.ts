// Where the cursor rests is told once, after a quiet time. Time here is mocked.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { CursorRest } from "../../src/rest.ts";

let told: string[];
let rest: CursorRest;
beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  told = [];
  rest = new CursorRest(400, (uri, { line }) => told.push(`${uri}:${line}`));
});

test("a place is told once, when nothing has moved for a while", () => {
  for (let line = 0; line < 5; line++) {
    rest.moved("a", 1, { line, character: 0 });
    mock.timers.tick(399);
  }
  assert.deepEqual(told, []);
  mock.timers.tick(1);
  assert.deepEqual(told, ["a:4"]);
  rest.moved("a", 1, { line: 4, character: 0 });
  mock.timers.tick(10_000);
  assert.deepEqual(told, ["a:4"]);
});

test("another text at the same place is another place, and another file", () => {
  rest.moved("a", 1, { line: 1, character: 0 });
  mock.timers.tick(400);
  rest.moved("a", 2, { line: 1, character: 0 });
  mock.timers.tick(400);
  rest.moved("b", 2, { line: 1, character: 0 });
  mock.timers.tick(400);
  assert.deepEqual(told, ["a:1", "a:1", "b:1"]);
});

test("forgotten, it tells nothing, and the same place counts again", () => {
  rest.moved("a", 1, { line: 1, character: 0 });
  rest.forget();
  mock.timers.tick(10_000);
  assert.deepEqual(told, []);
  rest.moved("a", 1, { line: 1, character: 0 });
  mock.timers.tick(400);
  assert.deepEqual(told, ["a:1"]);
});
