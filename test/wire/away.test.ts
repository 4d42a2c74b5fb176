// Explaining, documenting and calculating by an expert on another machine: how it is asked, that it is told, who takes its place.
import assert from "node:assert/strict";
import { test } from "node:test";
import { calculate, document, explain, type Piece, piece } from "../../server/protocol.ts";
import { type Answering, event, serverThat, stream } from "./elsewhere.ts";
import { playedEngine } from "./engine.ts";
import { Pair } from "./pair.ts";

const source = "export function total(items: number[]): number {\n  return items.length;\n}\n";
const place = { line: 0, character: 20 };
const range = { start: place, end: place };

const says =
  (text: string): Answering =>
  (response) =>
    stream(response).end(`${event(text)}${event("", "stop")}data: [DONE]\n\n`);

/** An editor whose user lets another machine do all of this. */
async function editor(answers: Answering) {
  const server = await serverThat(answers);
  const remoteExperts = { team: { url: server.url, model: "m" } };
  const local = playedEngine(["general", "docs", "math"], " counts here.");
  const pair = await Pair.open({ open: async () => local, settings: { remoteExperts } });
  const pieces: Piece[] = [];
  pair.client.onNotification(piece, (each) => void pieces.push(each));
  const tasks = ["explain", "document", "calculate"];
  pair.write(
    "home/.coterie/rules.json",
    JSON.stringify({ rules: [{ task: tasks, expert: "team", because: "Mine." }] }),
  );
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, source);
  await pair.ready();
  while ((await pair.route(uri, place, "explain")).expert !== "team") await new Promise((next) => setTimeout(next, 50));
  const answer = async (task: string) => {
    await pair.until(() => pair.answers.some((each) => each.task === task));
    return pair.answers.find((each) => each.task === task)!;
  };
  const close = async () => {
    await pair.close();
    await server.close();
  };
  return { server, pair, local, pieces, uri, answer, close };
}

test("It is asked in plain text, and the answer says where the code was sent", async () => {
  const { server, pair, local, uri, answer, close } = await editor(says("It counts there.\n\nQuestion: And now?"));
  const done = await pair.client.sendRequest(explain, { uri, range, stream: null });
  assert.deepEqual([done.text, done.expert, done.host, done.stop], ["It counts there.", "team", server.host, "stop"]);
  const { prompt, stop } = server.heard[0]!.body as { prompt: string; stop: string[] };
  assert.match(
    prompt,
    /^a\.ts\n\n```typescript\nexport function total[\s\S]*```\n\nQuestion: Explain what this code does\.\n\nAnswer:$/,
  );
  assert.deepEqual(stop, ["\nQuestion:"]);
  assert.equal((await answer("explain")).host, server.host);
  assert.equal(local.started.length, 0);
  await close();
});

test("A comment by another machine is put in as any other", async () => {
  const { server, pair, uri, close } = await editor(says("Counts the items."));
  const done = await pair.client.sendRequest(document, { uri, position: place });
  assert.match(done.edits[0]!.newText, /^\/\*\*\n \* Counts the items\.\n/);
  assert.equal(done.host, server.host);
  await close();
});

test("Where it breaks off, a local expert begins anew, and it is told why", async () => {
  const breaks: Answering = (response) => {
    stream(response).write(event("It coun"));
    setTimeout(() => response.destroy(), 20);
  };
  const { pair, pieces, uri, answer, close } = await editor(breaks);
  const done = await pair.client.sendRequest(explain, { uri, range, stream: 3 });
  assert.deepEqual(
    [done.text, done.expert, done.wanted, done.host],
    ["This function counts here.", "general", "team", undefined],
  );
  assert.match(done.absent ?? "", /^it cannot be reached/);
  // What was written before the facts came again does not count.
  assert.equal(pieces.filter(({ facts }) => facts !== null).length, 2);
  const last = pieces.findLastIndex(({ facts }) => facts !== null);
  assert.equal(
    pieces
      .slice(last)
      .map(({ text }) => text)
      .join(""),
    "This function counts here.",
  );
  assert.match((await answer("explain")).absent ?? "", /^it cannot be reached/);
  await close();
});

test("A result needs no other machine", async () => {
  const { pair, uri, answer, close } = await editor((response) => response.destroy());
  const done = await pair.client.sendRequest(calculate, { text: "17*23", place: { uri, position: place } });
  assert.deepEqual([done.result, done.expert, done.steps], ["391", null, []]);
  const told = await answer("calculate");
  assert.deepEqual([told.expert, told.wanted], ["algebra", "team"]);
  assert.match(told.absent ?? "", /cannot be reached/);
  await close();
});
