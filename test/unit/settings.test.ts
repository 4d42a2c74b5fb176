// Settings: defaults from the manifest, checked values over them, remembered until forgotten.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { enabledFor, readDefaults, SettingsCache, settingsFrom } from "../../server/settings.ts";

const defaults = readDefaults(fileURLToPath(new URL("../../package.json", import.meta.url)));

test("Values that are not valid are named and left out", () => {
  const wrong: string[] = [];
  const given = { debounce: -1, maxTokens: "many", enable: false, languages: { "*": "yes" }, threads: null, other: 1 };
  const read = settingsFrom(given, defaults, (key) => wrong.push(key));
  assert.deepEqual(wrong, ["debounce", "maxTokens", "languages"]);
  assert.deepEqual(read, { ...defaults, enable: false });
  assert.deepEqual(settingsFrom(null, defaults, assert.fail), defaults);
});

test("A language that is named counts before the star, and enable before both", () => {
  const on = { ...defaults, enable: true, languages: { "*": false, python: true } };
  assert.equal(enabledFor("python", on), true);
  assert.equal(enabledFor("go", on), false);
  assert.equal(enabledFor("constructor", on), false);
  assert.equal(enabledFor("python", { ...on, enable: false }), false);
  assert.equal(enabledFor("go", { ...on, languages: { python: false } }), true);
});

test("Each document is asked for once until the settings change, and again after a failure", async () => {
  const asked: string[] = [];
  let fails = true;
  const cache = new SettingsCache(
    defaults,
    async (uri) => {
      asked.push(uri);
      if (fails) throw new Error("the client is busy");
      return { debounce: asked.length };
    },
    assert.fail,
  );
  await assert.rejects(cache.of("a"), /busy/);
  fails = false;
  assert.equal((await cache.of("a")).debounce, 2);
  assert.equal((await cache.of("a")).debounce, 2);
  assert.equal((await cache.of("b")).debounce, 3);
  cache.forget();
  assert.equal((await cache.of("a")).debounce, 4);
  assert.deepEqual(asked, ["a", "a", "b", "a"]);
});
