// What other files know: signatures in the prompt, and names that they have.
import assert from "node:assert/strict";
import { test } from "node:test";
import { playedEngine } from "./engine.ts";
import { Pair } from "./pair.ts";

const text = 'import { total } from "./cart";\n\nexport const sum = \n';
const end = { line: 2, character: 19 };
const signature = "export function total(items: readonly string[]): number;\n\n";

test("what a document imports is told to the model, of untrusted workspaces only what is open", async () => {
  for (const trusted of [true, false]) {
    const engine = playedEngine(["general"], "total([]);");
    const pair = await Pair.open({ open: async () => engine, trusted });
    pair.write("cart.ts", "export function total(items: readonly string[]): number {\n  return 1;\n}\n");
    await pair.openDocument(pair.uri("main.ts"), text);
    await pair.ready();
    await pair.complete(pair.uri("main.ts"), end);
    const { prompt, shorter } = engine.started[0]!.request;
    const written = text.slice(0, text.indexOf("sum = ") + 6);
    assert.equal(prompt.at(-1), `main.ts\n${trusted ? signature : ""}${written}`);
    assert.equal(shorter?.at(-1), `main.ts\n${written}`, "who has to wait reads no more than what stands there");
    await pair.close();
  }
});

test("a name that nothing open knows is held back and named; once a document with it is open, it is shown", async () => {
  const engine = playedEngine(["general"], "zorble;");
  const pair = await Pair.open({ open: async () => engine, settings: { suggestions: "few" } });
  const uri = pair.uri("main.ts");
  await pair.openDocument(uri, "const a = \n");
  await pair.ready();
  const at = { line: 0, character: 10 };
  assert.deepEqual(await pair.complete(uri, at), []);
  assert.equal(pair.answers.at(-1)?.hidden, 'nothing open here knows the name "zorble"');
  await pair.openDocument(pair.uri("other.ts"), "export const zorble = 1;\n");
  await pair.type(uri, { line: 1, character: 0 }, "\n");
  const [item] = await pair.complete(uri, at);
  assert.equal(item?.insertText, "zorble;");
  await pair.close();
});
