// What editors without an extension of ours have executed: explain, document by the editor's own edit, calculate, and refusals.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApplyWorkspaceEditParams } from "vscode-languageserver-protocol";
import { playedEngine } from "./engine.ts";
import { Pair } from "./pair.ts";

const source = "export function total(items: number[]): number {\n  return items.length;\n}\n";
const position = { line: 0, character: 20 };

async function opened(applied: boolean) {
  const pair = await Pair.open({ open: async () => playedEngine(["general", "docs"], " counts the items.") });
  const asked: ApplyWorkspaceEditParams[] = [];
  pair.client.onRequest("workspace/applyEdit", (params: ApplyWorkspaceEditParams) => {
    asked.push(params);
    return { applied, failureReason: applied ? undefined : "it is read-only" };
  });
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, source);
  await pair.ready();
  const execute = (command: string, argument: unknown) =>
    pair.client.sendRequest("workspace/executeCommand", {
      command: `coterie.server.${command}`,
      arguments: [argument],
    });
  return { pair, uri, asked, execute };
}

test("the answers are those of the requests, and a comment is put in by the editor", async () => {
  const { pair, uri, asked, execute } = await opened(true);
  const range = { start: position, end: position };
  const explained = (await execute("explain", { uri, range })) as { text: string; facts: unknown[] };
  assert.equal(explained.text, "This function counts the items.");
  assert.ok(explained.facts.length > 0);
  assert.equal(((await execute("calculate", { text: "15% of 240" })) as { result: string }).result, "36");
  await execute("document", { uri, position });
  const [change] = asked[0]!.edit.documentChanges as { textDocument: object; edits: { newText: string }[] }[];
  assert.deepEqual(change!.textDocument, { uri, version: 1 });
  assert.match(change!.edits[0]!.newText, /^\/\*\*\n \* counts the items\./);
  await pair.close();
});

test("what cannot be done is refused in words", async () => {
  const { pair, uri, execute } = await opened(false);
  await assert.rejects(execute("document", { uri, position }), /did not take the comment: it is read-only/);
  await assert.rejects(execute("dance", {}), /There is no command coterie\.server\.dance: there are/);
  await assert.rejects(execute("document", { uri: `${uri}x`, position }), /not open in the language server/);
  await pair.close();
});
