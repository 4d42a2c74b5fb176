// Talking over the wire: pieces as they come, by the expert that the rules name for the task "chat", refusals, cancelling.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CancellationTokenSource } from "vscode-languageserver-protocol/node";
import { talk } from "../../server/protocol/talk.ts";
import { type Piece, piece } from "../../server/protocol.ts";
import { playedEngine } from "./engine.ts";
import { Pair } from "./pair.ts";

const turns = [{ role: "user", text: "What is a stack?" }] as const;

async function opened(reply?: string) {
  const engine = playedEngine(["general", "docs"], reply);
  const pair = await Pair.open({ open: async () => engine });
  const pieces: Piece[] = [];
  pair.client.onNotification(piece, (each) => void pieces.push(each));
  return { pair, engine, pieces };
}

test("the model answers without a document being open, and it is told who it was", async () => {
  const { pair, engine, pieces } = await opened("A list with one end. ");
  const done = await pair.client.sendRequest(talk, { turns, stream: 4, maxTokens: 9_999 });
  assert.deepEqual([done.text, done.expert, done.wanted, done.stop], ["A list with one end.", "general", null, "stop"]);
  assert.match(done.rule, /^built-in#\d+$/);
  assert.deepEqual(pieces, [{ stream: 4, text: "A list with one end. ", facts: null }]);
  const { request } = engine.started[0]!;
  assert.deepEqual([request.maxTokens, request.priority, request.names], [256, "command", undefined]);
  assert.match(JSON.stringify(request.prompt), /user\\nWhat is a stack\?/);
  await pair.close();
});

test("nothing asked, and what is no conversation, is refused in words", async () => {
  const { pair } = await opened("So.");
  const empty = pair.client.sendRequest(talk, { turns: [{ role: "user", text: " " }], stream: null });
  await assert.rejects(empty, /Nothing is asked: write a question/);
  await assert.rejects(pair.client.sendRequest(talk.method, { turns: [{ role: "robot", text: "x" }] }), /role/);
  await pair.close();
});

test("cancelling ends the generation and keeps what there is", async () => {
  const { pair, engine } = await opened();
  const cancel = new CancellationTokenSource();
  const asked = pair.client.sendRequest(talk, { turns, stream: null }, cancel.token);
  const { signal } = await engine.nth(0);
  cancel.cancel();
  assert.equal((await asked).stop, "cancelled");
  assert.equal(signal.aborted, true);
  await pair.close();
});
