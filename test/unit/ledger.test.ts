// What became of answers: shown, accepted, typed, overtaken, dismissed, hidden.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "../../server/protocol.ts";
import { capacity, type Fate, Ledger } from "../../src/ledger.ts";
import { answerWith } from "./answers.ts";

const uri = "file:///demo/cart.ts";

const answer = (id: number, changes: Partial<Answer> = {}) => answerWith({ id, uri, ...changes });

function fates(ledger: Ledger): Fate[] {
  return ledger.entries.map((entry) => entry.fate);
}

function insert(line: number, character: number, text: string) {
  return { start: { line, character }, end: { line, character }, text };
}

test("an answer that the server hides is hidden, another one is shown", () => {
  const ledger = new Ledger();
  ledger.add(answer(1));
  ledger.add(answer(2, { hidden: "not confident" }));
  assert.deepEqual(fates(ledger), ["hidden", "shown"]);
});

test("accepting is an edit with the whole text and then the editor's command", () => {
  const ledger = new Ledger();
  ledger.add(answer(1));
  ledger.edited(uri, [insert(3, 8, " item.price;")]);
  assert.deepEqual(fates(ledger), ["typed"]);
  ledger.accepted(1);
  ledger.moved(uri, { line: 3, character: 20 });
  assert.deepEqual(fates(ledger), ["accepted"]);
});

test("text typed through keeps the answer, up to its end", () => {
  const ledger = new Ledger();
  ledger.add(answer(1));
  for (const [index, character] of [..." item.price"].entries()) {
    ledger.edited(uri, [insert(3, 8 + index, character)]);
    ledger.moved(uri, { line: 3, character: 9 + index });
    assert.deepEqual(fates(ledger), ["shown"]);
  }
  ledger.edited(uri, [insert(3, 19, ";")]);
  assert.deepEqual(fates(ledger), ["typed"]);
});

test("other text, text elsewhere, and a cursor that leaves dismiss it", () => {
  for (const change of [
    (ledger: Ledger) => ledger.edited(uri, [insert(3, 8, "x")]),
    (ledger: Ledger) => ledger.edited(uri, [insert(0, 0, " ")]),
    (ledger: Ledger) => ledger.edited(uri, [{ ...insert(3, 8, ""), start: { line: 3, character: 7 } }]),
    (ledger: Ledger) => ledger.moved(uri, { line: 4, character: 0 }),
  ]) {
    const ledger = new Ledger();
    ledger.add(answer(1));
    change(ledger);
    assert.deepEqual(fates(ledger), ["dismissed"]);
  }
});

test("edits and cursors of other documents and empty edits change nothing", () => {
  const ledger = new Ledger();
  ledger.add(answer(1));
  ledger.edited("untitled:Untitled-1", [insert(3, 8, "x")]);
  ledger.moved("untitled:Untitled-1", { line: 0, character: 0 });
  ledger.edited(uri, []);
  assert.deepEqual(fates(ledger), ["shown"]);
});

test("a newer answer for the same document overtakes, a hidden one does not", () => {
  const ledger = new Ledger();
  ledger.add(answer(1));
  ledger.add(answer(2, { hidden: "empty" }));
  assert.deepEqual(fates(ledger), ["hidden", "shown"]);
  ledger.add(answer(3));
  assert.deepEqual(fates(ledger), ["shown", "hidden", "overtaken"]);
});

test("text over several lines is followed, also with CRLF", () => {
  const ledger = new Ledger();
  ledger.add(answer(1, { text: "{\n  return;\n}" }));
  ledger.edited(uri, [insert(3, 8, "{\r\n  ")]);
  ledger.moved(uri, { line: 4, character: 2 });
  assert.deepEqual(fates(ledger), ["shown"]);
  ledger.edited(uri, [insert(4, 2, "return;\r\n}")]);
  assert.deepEqual(fates(ledger), ["typed"]);
});

test("answers' ids start again with every server: the newest one is meant", () => {
  const ledger = new Ledger();
  ledger.add(answer(1, { uri: "file:///other.ts" }));
  ledger.add(answer(1));
  ledger.accepted(1);
  ledger.accepted(99);
  assert.deepEqual(fates(ledger), ["accepted", "shown"]);
  assert.notEqual(ledger.entries[0]!.serial, ledger.entries[1]!.serial);
});

test("the last 200 are kept, newest first, and every change is told once", () => {
  const ledger = new Ledger();
  let calls = 0;
  const subscription = ledger.onDidChange(() => calls++);
  for (let id = 1; id <= capacity + 5; id++) ledger.add(answer(id, { hidden: "empty" }));
  assert.equal(ledger.entries.length, 200);
  assert.equal(ledger.latest?.answer.id, capacity + 5);
  assert.equal(calls, capacity + 5);
  subscription.dispose();
  ledger.add(answer(1));
  assert.equal(calls, capacity + 5);
});
