// What may not be read or written: models and packs, and the folders that they go to. The system itself refuses, also where
// the tests run as root: then the work is done as nobody.
import assert from "node:assert/strict";
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { compileModel } from "../../server/model/compile.ts";
import { addPack, removePack } from "../../server/packs/change.ts";
import { importModel, lookAt, removeModel } from "../../server/packs/importing.ts";
import { Refusal } from "../../server/packs/refusal.ts";
import type { Places } from "../../server/packs/store.ts";
import { backbones, writePack } from "../packs.ts";

const own = join(import.meta.dirname, "..", "engine", "reference", "own");
const nobody = 65_534;
const isRoot = process.geteuid?.() === 0;
const skip = process.platform === "win32" ? "Windows has no such permissions" : false;

const folder = mkdtempSync(join(tmpdir(), "coterie-permissions-"));
chmodSync(folder, 0o755);
after(() => {
  // Also one who is not root has to be able to remove it.
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) chmodSync(join(folder, name), 0o755);
  rmSync(folder, { recursive: true });
});

let places: Places;
let model: string;
let safetensors: string;
beforeEach(() => {
  const home = mkdtempSync(join(folder, "home-"));
  const given = join(home, "given");
  mkdirSync(given);
  const general = join(dirname(backbones.tiny), "tiny-general");
  cpSync(general, join(home, "shipped", "general"), { recursive: true });
  const out = join(home, "compiled");
  compileModel({ backbone: backbones.tiny, experts: [general], out, precision: "q8" });
  const user = join(home, "user");
  mkdirSync(user);
  places = {
    ...{ experts: join(home, "shipped"), model: out },
    ...{ userExperts: join(user, "experts"), userModel: join(user, "model"), userModels: join(user, "models") },
  };
  model = join(given, "qwen2-small.gguf");
  safetensors = join(given, "llama-three");
  cpSync(join(own, "qwen2-small.gguf"), model);
  cpSync(join(own, "llama-three"), safetensors, { recursive: true });
  writePack(join(given, "pack"), { id: "rust", of: "tiny" });
  chmodSync(home, 0o755);
  if (isRoot) chownSync(user, nobody, nobody);
});

/** Runs what uses no other thread as somebody whom permissions bind. */
function bound<T>(work: () => T): T {
  if (!isRoot) return work();
  process.seteuid!(nobody);
  try {
    return work();
  } finally {
    process.seteuid!(0);
  }
}

function assertRefused(work: () => unknown, words: RegExp): void {
  assert.throws(
    () => bound(work),
    (error) => {
      assert.ok(error instanceof Refusal, String(error));
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /\n|Error|EACCES|EPERM/);
      return true;
    },
  );
}

const quiet = () => undefined;
const take = (path: string) => importModel({ path, bits: 8, id: "mine" }, places, quiet);
const left = () => (existsSync(places.userModels) ? readdirSync(places.userModels) : []);

describe("a model that may not be read is refused in one line, and nothing stays", { skip }, () => {
  const cases: readonly [string, () => string, () => string][] = [
    ["a GGUF file", () => model, () => model],
    ["a folder", () => safetensors, () => safetensors],
    ["its config.json", () => join(safetensors, "config.json"), () => safetensors],
    ["its tokenizer.json", () => join(safetensors, "tokenizer.json"), () => safetensors],
    ["its weights", () => join(safetensors, "model.safetensors"), () => safetensors],
    ["the folder around it", () => dirname(model), () => model],
  ];
  for (const [what, closed, path] of cases) {
    test(what, () => {
      chmodSync(closed(), 0o000);
      assertRefused(() => lookAt(path(), places), /may not be read; change (that|its permissions) and try again/);
      assertRefused(() => take(path()), /may not be read; change (that|its permissions) and try again/);
      assert.deepEqual(left(), []);
      chmodSync(closed(), 0o755);
      assert.equal(bound(() => take(path())).id, "mine");
    });
  }
});

describe("where nothing may be written", { skip }, () => {
  const user = () => dirname(places.userModels);

  test("a model is not imported", () => {
    chmodSync(user(), 0o555);
    assertRefused(() => take(model), /models may not be written; change that and try again/);
    chmodSync(user(), 0o755);
    assert.deepEqual(readdirSync(user()), []);
  });

  test("nor in its folder alone, and the lock is free again", () => {
    mkdirSync(places.userModels);
    chmodSync(places.userModels, 0o555);
    assertRefused(() => take(model), /models.* may not be written; change that and try again/);
    assert.deepEqual([readdirSync(user()), left()], [["models"], []]);
  });

  test("a model is not removed, and stays usable", () => {
    const { folder: at } = bound(() => take(model));
    chmodSync(places.userModels, 0o555);
    assertRefused(() => removeModel("mine", places), /may not be written; change that and try again/);
    assert.deepEqual(readdirSync(at).sort(), ["backbone", "head", "mine", "model.json"]);
  });

  test("an expert is neither added nor removed", () => {
    const pack = join(dirname(model), "pack");
    chmodSync(join(pack, "weights.gguf"), 0o000);
    assertRefused(() => addPack(pack, places), /weights\.gguf may not be read; change that and try again/);
    chmodSync(join(pack, "weights.gguf"), 0o644);
    chmodSync(user(), 0o555);
    assertRefused(() => addPack(pack, places), /experts\S* may not be written; change that and try again/);
    chmodSync(user(), 0o755);
    bound(() => addPack(pack, places));
    chmodSync(places.userExperts, 0o555);
    assertRefused(() => removePack("rust", places), /may not be written; change that and try again/);
    assert.deepEqual(readdirSync(join(places.userExperts, "rust")).sort(), ["expert.json", "weights.gguf"]);
  });
});
