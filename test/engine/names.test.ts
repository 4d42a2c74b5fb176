// Decoding along names that exist: on a random model, which would write none of them by itself.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Engine } from "../../server/engine/engine.ts";
import { openModel, run, tinyModel } from "./models.ts";

let engine: Engine;
before(async () => {
  engine = await openModel(tinyModel(), { contextTokens: 512 });
});
after(() => engine.close());

const names = ["filter", "findIndex", "map", "größe", "toString"];
const begins = (text: string, left: readonly string[]) =>
  left.some((name: string) => text.startsWith(name) && !/^[\p{L}\p{N}_$]/u.test(text.slice(name.length)));

test("the text begins with one of the names, whole, and then goes on freely", async () => {
  for (const [prompt, left] of [
    ["const a = items.", names],
    ["const a = items", names.map((name) => `.${name}`)],
    ["const a = items.fi", ["lter", "ndIndex"]],
    ["const a = items.filter", ["", "ed"]],
    ["const a: ", ["Thing", "other_thing", "$x"]],
  ] as const) {
    const { continuations } = await run(engine, {
      prompt: [prompt],
      heal: true,
      names: left,
      maxTokens: 24,
      branches: 3,
    });
    for (const { text, stop } of continuations) {
      assert.ok(
        begins(text, left) || (stop === "end" && left.some((name: string) => name === text)),
        `${prompt}|${text}`,
      );
    }
    assert.notEqual(continuations[0]!.text, "");
  }
});

test("without healing as well", async () => {
  const { continuations } = await run(engine, { prompt: ["x = a."], names, maxTokens: 12 });
  assert.ok(begins(continuations[0]!.text, names), continuations[0]!.text);
});

test("where no name is left the text is empty", async () => {
  const { continuations } = await run(engine, { prompt: ["x = a."], heal: true, names: [], maxTokens: 12 });
  assert.deepEqual([continuations[0]!.text], [""]);
});
