// Explaining and documenting over the wire: facts first, pieces as they come, one edit, refusals in words, cancelling.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CancellationTokenSource } from "vscode-languageserver-protocol/node";
import { document, explain, type Piece, piece } from "../../server/protocol.ts";
import { playedEngine } from "./engine.ts";
import { Pair } from "./pair.ts";

const source =
  "export function total(items: number[]): number {\n  return items.length;\n}\n\n/** Said. */\nfunction said() {}\n\nconst a = 1;\n";
const inTotal = { line: 0, character: 20 };

async function opened(reply?: string) {
  const engine = playedEngine(["general", "docs"], reply);
  const pair = await Pair.open({ open: async () => engine });
  const pieces: Piece[] = [];
  pair.client.onNotification(piece, (each) => void pieces.push(each));
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, source);
  await pair.ready();
  return { pair, engine, uri, pieces };
}

test("an explanation brings the facts before the model's words, by the expert that the rules name", async () => {
  const { pair, engine, uri, pieces } = await opened(" counts the items.");
  const done = await pair.client.sendRequest(explain, { uri, range: { start: inTotal, end: inTotal }, stream: 7 });
  assert.equal(done.text, "This function counts the items.");
  assert.deepEqual([done.expert, done.wanted], ["docs", null]);
  assert.match(done.facts[0]!.text, /export function total\(items: number\[\]\): number/);
  assert.deepEqual(
    pieces.map(({ stream, facts }) => [stream, facts !== null]),
    [
      [7, true],
      [7, false],
    ],
  );
  assert.deepEqual(pieces[0]!.named, { line: 0, character: 16 });
  const { priority, prompt, names } = engine.started[0]!.request;
  assert.equal(priority, "command");
  assert.match(String(prompt.at(-1)), /assistant\nThis function$/);
  assert.ok(names!.includes(" returns") && names!.length > 100, "total is no verb, so the model may choose one");
  await pair.until(() => pair.answers.some(({ task }) => task === "explain"));
  await pair.close();
});

test("documenting gives one edit above the function and leaves the document to the editor", async () => {
  const { pair, uri } = await opened(" Counts the items.\n * @param items what is counted\n */");
  const done = await pair.client.sendRequest(document, { uri, position: inTotal });
  assert.equal(done.edits.length, 1);
  assert.deepEqual(done.edits[0]!.range, { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } });
  assert.equal(done.edits[0]!.newText, "/**\n * Counts the items.\n *\n * @param items - what is counted.\n */\n");
  assert.equal(done.version, 1);
  await pair.close();
});

test("what cannot be done is refused in words", async () => {
  const { pair, uri } = await opened("nothing");
  const at = (line: number) => ({ uri, position: { line, character: 0 } });
  await assert.rejects(pair.client.sendRequest(document, at(5)), /said has a comment already/);
  await assert.rejects(pair.client.sendRequest(document, at(7)), /the cursor is in no function/);
  const nowhere = { start: { line: 3, character: 0 }, end: { line: 3, character: 0 } };
  await assert.rejects(
    pair.client.sendRequest(explain, { uri, range: nowhere, stream: null }),
    /nothing to explain here/,
  );
  await assert.rejects(
    pair.client.sendRequest(document, { ...at(0), uri: `${uri}x` }),
    /not open in the language server/,
  );
  await pair.close();
});

test("outside of functions the lines around the cursor are explained, without facts", async () => {
  const { pair, engine, uri, pieces } = await opened(" names a number.");
  const here = { line: 7, character: 3 };
  const done = await pair.client.sendRequest(explain, { uri, range: { start: here, end: here }, stream: 1 });
  assert.deepEqual([done.text, done.facts, pieces[0]!.named], ["This code names a number.", [], undefined]);
  assert.match(JSON.stringify(engine.started[0]!.request.prompt), /```typescript\\nconst a = 1;\\n/);
  await pair.close();
});

test("a reply that says nothing is not put in, and it is said", async () => {
  const { pair, uri } = await opened("");
  await assert.rejects(
    pair.client.sendRequest(document, { uri, position: inTotal }),
    /the model wrote no usable comment/,
  );
  await pair.close();
});

test("a cancelled explanation says that it was cancelled", async () => {
  const { pair, engine, uri } = await opened();
  const cancel = new CancellationTokenSource();
  const asked = pair.client.sendRequest(
    explain,
    { uri, range: { start: inTotal, end: inTotal }, stream: null },
    cancel.token,
  );
  await engine.nth(0);
  cancel.cancel();
  const { stop, facts } = await asked;
  assert.equal(stop, "cancelled");
  assert.ok(facts.length > 0, "what is known stays");
  await pair.close();
});

test("cancelling ends the generation, leaves no edit, and the document may have changed meanwhile", async () => {
  const { pair, engine, uri } = await opened();
  const cancel = new CancellationTokenSource();
  const asked = pair.client
    .sendRequest(document, { uri, position: inTotal }, cancel.token)
    .catch((error: unknown) => error);
  const first = await engine.nth(0);
  cancel.cancel();
  await asked;
  assert.equal(first.signal.aborted, true);
  const changed = pair.client.sendRequest(document, { uri, position: inTotal });
  const second = await engine.nth(1);
  await pair.type(uri, { line: 7, character: 0 }, "// ");
  await pair.route(uri, inTotal);
  second.finish("Counts the items.");
  await assert.rejects(changed, /changed meanwhile/);
  await pair.close();
});
