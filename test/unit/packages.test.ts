// The held-out packages that benches work on, as the recipe's manifest names them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { heldOutEntries, promising } from "../bench/packages.ts";

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../../experts/train/manifest.json"), "utf8"));

test("the held-out packages of the manifest are archives that people install", () => {
  const entries = heldOutEntries(manifest);
  assert.ok(entries.length >= 20, `${entries.length}`);
  assert.deepEqual(new Set(entries.map(({ from }) => from)), new Set(["npm", "pip"]));
});

test("only a package to train on may be a source archive", () => {
  const entry = { from: "sdist", name: "prose", version: "1.0.0", sha256: "0", split: "train" };
  assert.deepEqual(heldOutEntries([entry]), []);
  assert.throws(() => heldOutEntries([{ ...entry, split: "held-out" }]), /npm/);
});

test("nobody was trained on the packages with chains of promises", () => {
  const names = new Set(manifest.map(({ name }: { readonly name: string }) => name));
  assert.deepEqual(
    promising.filter(({ name }) => names.has(name)),
    [],
  );
});
