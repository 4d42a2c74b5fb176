// Importing a model: where it lies afterwards, what is taken up, and that whatever is refused or stopped leaves nothing.
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { clearModels, type ImportRequest, importModel, lookAt, removeModel } from "../../server/packs/importing.ts";
import { withLock } from "../../server/packs/lock.ts";
import { type ModelPlaces, modelsIn } from "../../server/packs/models.ts";
import { inWords, Refusal } from "../../server/packs/refusal.ts";
import { writeSparse } from "../sparse.ts";

const folder = mkdtempSync(join(tmpdir(), "coterie-models-"));
after(() => rmSync(folder, { recursive: true }));
const own = join(import.meta.dirname, "..", "engine", "reference", "own");
const gguf = join(own, "qwen2-small.gguf");

let places: ModelPlaces;
beforeEach(() => {
  const home = mkdtempSync(join(folder, "home-"));
  places = { experts: join(folder, "none"), userExperts: join(home, "experts"), userModels: join(home, "models") };
});

const quiet = () => undefined;
const take = (request: Partial<ImportRequest> = {}, hear: (done: number, total: number) => void = quiet) =>
  importModel({ path: gguf, bits: 8, ...request }, places, hear);
const left = () => (existsSync(places.userModels) ? readdirSync(places.userModels) : []);

function assertRefused(work: () => unknown, words: RegExp): void {
  assert.throws(work, (error) => {
    assert.ok(error instanceof Refusal, String(error));
    assert.match(error.message, words);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
}

describe("a model that can be used", () => {
  test("is looked at: what it is, and what it will take with more and with fewer bits", () => {
    const { title, id, family, layers, infills, chats, choices } = lookAt(gguf, places);
    const said = [title, id, family, layers, infills, chats];
    assert.deepEqual(said, ["qwen2-small", "qwen2-small", "qwen2", 8, true, true]);
    assert.equal(lookAt(join(own, "llama-k.gguf"), places).chats, false);
    assert.deepEqual(
      choices.map(({ bits }) => bits),
      [8, 4, 32],
    );
    const [eight, , all] = choices.map(({ memory }) => memory);
    assert.ok(eight! < all!, "more bits take more");
    assert.deepEqual(left(), []);
  });

  test("lies in a folder that is named after all that decides its files, and takes what was said", () => {
    const shares: number[] = [];
    const model = take({ id: "mine" }, (done, total) => shares.push(done / total));
    assert.deepEqual(left(), [model.folder.split(/[\\/]/).at(-1)]);
    assert.deepEqual(readdirSync(model.folder).sort(), ["backbone", "head", "mine", "model.json"]);
    assert.deepEqual(modelsIn(places.userModels), { models: [model], outdated: [], problems: [] });
    const said = lookAt(gguf, places).choices[0]!.disk;
    const files = readdirSync(model.folder, { recursive: true, encoding: "utf8" }).map((name) =>
      join(model.folder, name),
    );
    const weighed = files.filter((file) => /weights\.bin|graph\.onnx/.test(file));
    assert.equal(
      weighed.reduce((sum, file) => sum + statSync(file).size, 0),
      said,
    );
    assert.ok(shares.every((share, i) => share <= 1 && share >= (shares[i - 1] ?? 0)));
    assert.ok(shares.at(-1)! > 0.99);
    assert.ok(!existsSync(join(places.userModels, "..", "models.lock")));
  });

  test("a second time is there at once; with other bits it needs another id", () => {
    const first = take();
    const written = statSync(join(first.folder, "model.json")).mtimeMs;
    const again = take({ id: first.id });
    assert.deepEqual([again, statSync(join(again.folder, "model.json")).mtimeMs], [first, written]);
    assertRefused(
      () => take({ id: first.id, bits: 4 }),
      /a model "qwen2-small" is there already; give this one another id/,
    );
    assert.equal(take({ bits: 4 }).id, "qwen2-small-2");
  });

  test("takes up what an import that was killed has left, and clears away what another one has", () => {
    const whole = take({ id: "mine" });
    const beside = join(places.userModels, `.${whole.folder.split(/[\\/]/).at(-1)}.new`);
    renameSync(whole.folder, beside);
    rmSync(join(beside, "model.json"));
    rmSync(join(beside, "mine"), { recursive: true });
    const written = statSync(join(beside, "backbone", "weights.bin")).mtimeMs;
    mkdirSync(join(places.userModels, `.${"0".repeat(64)}.new`, "backbone"), { recursive: true });
    const again = take({ id: "mine" });
    assert.equal(statSync(join(again.folder, "backbone", "weights.bin")).mtimeMs, written);
    assert.deepEqual(left(), [again.folder.split(/[\\/]/).at(-1)]);
  });

  test("that another version of Coterie compiled is not used but named, and an import takes its place", () => {
    const old = take();
    const file = join(old.folder, "model.json");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), compiler: 1 }));
    renameSync(old.folder, join(places.userModels, "a".repeat(64)));
    const { models, problems } = modelsIn(places.userModels);
    assert.deepEqual(models, []);
    assert.match(
      problems[0]!,
      /"qwen2-small" was compiled by another version of Coterie; import it again from .*qwen2-small/,
    );
    const fresh = take({ id: "qwen2-small" });
    assert.deepEqual(left(), [fresh.folder.split(/[\\/]/).at(-1)]);
  });

  test("is removed with everything; one that is not there is refused", () => {
    const { id } = take();
    assertRefused(() => removeModel("other", places), /there is no model "other"; you have qwen2-small/);
    removeModel(id, places);
    assert.deepEqual(left(), []);
    assertRefused(() => removeModel(id, places), /you have imported none/);
  });

  test("that was removed while its files were open is no model, and goes when they are let go of", () => {
    const { folder } = take();
    // As Windows leaves it: what is open stays.
    rmSync(join(folder, "model.json"));
    assert.deepEqual(modelsIn(places.userModels), { models: [], outdated: [], problems: [] });
    clearModels(places);
    assert.deepEqual(left(), []);
  });
});

describe("an import that ends early leaves nothing", () => {
  for (const share of [0, 0.3, 0.6, 0.8]) {
    test(`cancelled at ${100 * share} %`, () => {
      const stop = new Error("stop");
      const hear = (done: number, total: number) => {
        if (done / total > share) throw stop;
      };
      assert.throws(() => take({}, hear), stop);
      assert.deepEqual(left(), []);
      assert.equal(take().id, "qwen2-small");
    });
  }

  /** A copy of a file or folder that a test may spoil. */
  function spoiled(name: string, spoil: (path: string) => void): string {
    const copy = join(mkdtempSync(join(folder, "bad-")), name);
    cpSync(join(own, name), copy, { recursive: true });
    spoil(copy);
    return copy;
  }

  /** Overwrites bytes behind the first place of a text in a file. */
  function patch(path: string, text: string, at: number, bytes: Uint8Array): void {
    const file = readFileSync(path);
    file.set(bytes, file.indexOf(text) + text.length + at);
    writeFileSync(path, file);
  }

  const config = (change: object) => (path: string) => {
    const file = join(path, "config.json");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...change }));
  };
  const eight = (value: bigint) => new Uint8Array(BigUint64Array.of(value).buffer);

  const cases: readonly [string, () => string, RegExp][] = [
    ["that is not there", () => join(folder, "nothing.gguf"), /there is no such file or folder; correct the path/],
    ["that is no model", () => import.meta.filename, /is no model; give a \.gguf file or the folder/],
    ["that is cut in its header", () => spoiled("qwen2-small.gguf", (path) => truncateSync(path, 3000)), /fetch/],
    [
      "that is cut in its weights",
      () => spoiled("qwen2-small.gguf", (path) => truncateSync(path, statSync(path).size - 99)),
      /fetch/,
    ],
    [
      "whose header counts more than there is",
      () => spoiled("qwen2-small.gguf", (path) => patch(path, "GGUF", 4, eight(1n << 60n))),
      /fetch/,
    ],
    [
      "whose shards are cut",
      () => spoiled("qwen2-shards", (path) => truncateSync(join(path, "model-00002-of-00002.safetensors"), 5000)),
      /fetch/,
    ],
    [
      "whose safetensors header is absurd",
      () =>
        spoiled("llama-three", (path) => {
          const file = join(path, "model.safetensors");
          const bytes = readFileSync(file);
          bytes.set(eight(1n << 62n));
          writeFileSync(file, bytes);
        }),
      /fetch/,
    ],
    [
      "of another architecture",
      () => spoiled("llama-three", config({ model_type: "gpt_neox" })),
      /another architecture, "gpt_neox"; choose a model of llama or qwen2/,
    ],
    [
      "with tensors of other shapes",
      () => spoiled("llama-three", config({ intermediate_size: 320 })),
      /tensor .* is .* where .* is due/,
    ],
    [
      "with absurd sizes",
      () => spoiled("llama-three", config({ num_hidden_layers: 1e9 })),
      /layers: 1000000000 where 1 to 512 can be/,
    ],
    [
      "without a tokenizer",
      () => spoiled("llama-three", (path) => rmSync(join(path, "tokenizer.json"))),
      /there is no such file; give the folder of a whole model/,
    ],
  ];
  for (const [what, path, words] of cases) {
    test(`of a file ${what}`, () => {
      const bad = path();
      assertRefused(() => lookAt(bad, places), words);
      assertRefused(() => take({ path: bad }), words);
      assert.deepEqual(left(), []);
    });
  }

  test("of a model that the disk has no room for, before a byte of it is read", () => {
    // Terabytes that take no room.
    const huge = mkdtempSync(join(folder, "huge-"));
    const bytes = writeSparse(huge, { layers: 256, hidden: 32768, forward: 131072, heads: 512, vocabulary: 500 });
    assert.ok(bytes > 5e12);
    assertRefused(
      () => take({ path: huge }),
      /there is not enough space in .*: \d+ MB are needed, \d+ MB are free; free some/,
    );
    assert.deepEqual(left(), []);
  });

  test("with an id that is taken or none, or a cut where none can be", () => {
    for (const id of ["general", "backbone"]) assertRefused(() => take({ id }), /is there already/);
    assertRefused(() => take({ id: "My Model" }), /is no id: up to 32 lower-case letters/);
    assertRefused(() => take({ cut: 8 }), /8 layers cannot be cut at 8; cut it between 1 and 7/);
    assert.deepEqual(left(), []);
  });

  test("while another window imports", () => {
    mkdirSync(places.userModels, { recursive: true });
    const lock = join(places.userModels, "..", "models.lock");
    withLock(lock, () =>
      assertRefused(() => take(), /another window imports or removes a model; try again when it has/),
    );
    assert.deepEqual(left(), []);
  });

  test("where the folder of models cannot be made", () => {
    writeFileSync(places.userModels, "in the way");
    assertRefused(() => take(), /something else of that name is in the way/);
  });

  test("what the system says of disks and rights is about the model", () => {
    const error = (code: string) => Object.assign(new Error(code), { code, path: join(places.userModels, "x") });
    const words = (code: string) => (inWords(error(code), join(places.userModels, ".."), "the model") as Error).message;
    assert.match(words("ENOSPC"), /not enough space for the model/);
    assert.match(words("EACCES"), /may not be written; change that and try again/);
  });
});
