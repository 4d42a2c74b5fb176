// Adding and removing experts: what lies where afterwards, what is refused in which words, and that a refusal leaves nothing.
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { compileModel } from "../../server/model/compile.ts";
import { partSchema } from "../../server/model/manifest.ts";
import { addPack, compilePacks, removePack } from "../../server/packs/change.ts";
import { withLock } from "../../server/packs/lock.ts";
import { inWords, Refusal } from "../../server/packs/refusal.ts";
import { type Places, partsOf } from "../../server/packs/store.ts";
import { backbones, type Draft, editDescription, writePack } from "../packs.ts";

let folder: string;
let shipped: Pick<Places, "experts" | "model">;
let own: string;
let places: Places;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "coterie-packs-"));
  shipped = { experts: join(folder, "experts"), model: join(folder, "model") };
  const general = join(dirname(backbones.tiny), "tiny-general");
  cpSync(general, join(shipped.experts, "general"), { recursive: true });
  compileModel({ backbone: backbones.tiny, experts: [general], out: shipped.model, precision: "q8" });
});
after(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  own = mkdtempSync(join(folder, "own-"));
  places = {
    ...shipped,
    userExperts: join(own, "experts"),
    userModel: join(own, "model"),
    userModels: join(own, "models"),
  };
});

/** A fresh pack for the tiny model. */
function pack(id = "rust", change?: (draft: Draft) => void): string {
  const options = change ? { id, of: "tiny" as const, change } : { id, of: "tiny" as const };
  return writePack(mkdtempSync(join(folder, "pack-")), options);
}

/** Paths of the user's own files. */
function files(): string[] {
  const entries = readdirSync(own, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
}

function assertRefused(change: () => unknown, words: RegExp): void {
  assert.throws(change, (error) => {
    assert.ok(error instanceof Refusal, String(error));
    assert.match(error.message, words);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
}

const partFolders = () => readdirSync(places.userModel).map((name) => join(places.userModel, name));
const inStore = (id: string) => join(places.userExperts, id);

describe("a pack that fits", () => {
  test("is copied and compiled, without the backbone's own weights file", () => {
    const from = pack();
    writeFileSync(join(from, "notes.txt"), "not copied");
    const added = addPack(from, places);
    assert.deepEqual([added.id, added.title, added.layers, added.rules], ["rust", "Test rust", [2, 5], 0]);
    assert.deepEqual(readdirSync(added.folder).sort(), ["expert.json", "weights.gguf"]);
    const { ready, missing, problems } = partsOf([added.folder], places);
    assert.deepEqual([ready, missing, problems], [partFolders(), [], []]);
    assert.deepEqual(files().length, 5, "two of the pack, three of its part, no lock");
  });

  test("is compiled to the same weights as when it ships", () => {
    const from = pack();
    const out = mkdtempSync(join(folder, "out-"));
    compileModel({ backbone: backbones.tiny, experts: [from], out, precision: "q8" });
    addPack(from, places);
    const part = (path: string) => partSchema.parse(JSON.parse(readFileSync(join(path, "part.json"), "utf8")));
    assert.deepEqual(part(partFolders()[0]!), part(join(out, "rust")));
  });

  test("needs no more than its architecture in the header", () => {
    addPack(
      pack("bare", ({ metadata }) => {
        for (const key of [...metadata.keys()]) if (key !== "general.architecture") metadata.delete(key);
      }),
      places,
    );
  });

  test("can be removed and added again", () => {
    const from = pack();
    addPack(from, places);
    removePack("rust", places);
    assert.deepEqual(files(), []);
    addPack(from, places);
    assert.equal(partsOf([inStore("rust")], places).ready.length, 1);
  });
});

describe("refused is a pack", () => {
  const renamed = (from: string, to: string) => (draft: Draft) => {
    draft.tensors.find(({ name }) => name === from)!.name = to;
  };
  const filled = (name: string, fill: (data: Buffer) => void) => (draft: Draft) =>
    fill(draft.tensors.find((tensor) => tensor.name === name)!.data);
  const header = (key: string, value: number | string) => (draft: Draft) => {
    const { type } = draft.metadata.get(key)!;
    draft.metadata.set(key, { type, value });
  };
  const described = (change: Record<string, unknown>, from = pack()) => {
    editDescription(from, change);
    return from;
  };
  const weights = (harm: (path: string) => void) => {
    const from = pack();
    harm(join(from, "weights.gguf"));
    return from;
  };
  const text = (content: string) => {
    const from = pack();
    writeFileSync(join(from, "expert.json"), content);
    return from;
  };
  const linked = (name: string) => {
    const from = pack();
    cpSync(join(from, name), join(folder, `elsewhere-${name}`));
    rmSync(join(from, name));
    symlinkSync(join(folder, `elsewhere-${name}`), join(from, name));
    return from;
  };
  const half = Buffer.from([0x00, 0x7e]);
  const infinity = Buffer.from([0x00, 0x7c]);

  const cases: Readonly<Record<string, () => [string, RegExp]>> = {
    "of another backbone": () => [
      described({ backbone: "0".repeat(64) }),
      /made for another backbone, 0{64}; import the model that it was made for, or install the pack that fits/,
    ],
    "whose weights are of another backbone": () => [
      pack("rust", header("coterie.backbone.sha256", "1".repeat(64))),
      /weights\.gguf: coterie\.backbone\.sha256 is "1{64}"/,
    ],
    "with another cut": () => [described({ layers: [3, 5] }), /holds layers 3 to 5, the cut is at 2; install/],
    "that ends elsewhere": () => [described({ layers: [2, 4] }), /layers end at 4, the model's at 5; install/],
    "with another epsilon": () => [
      pack("rust", header("llama.attention.layer_norm_rms_epsilon", 1e-6)),
      /layer_norm_rms_epsilon is .*, the backbone's is .*; install/,
    ],
    "with another rope base": () => [
      pack("rust", header("llama.rope.freq_base", 1e6)),
      /freq_base is 1000000, the backbone's is 10000; install/,
    ],
    "of another architecture": () => [
      pack("rust", header("general.architecture", "mamba")),
      /general\.architecture is "mamba"/,
    ],
    "with a tensor missing": () => [
      pack("rust", ({ tensors }) => void tensors.pop()),
      /weights\.gguf: tensor .* is missing; fetch the file again/,
    ],
    "with a tensor more": () => [
      pack("rust", ({ tensors }) => void tensors.push({ ...tensors[0]!, name: "blk.9.extra" })),
      /"blk\.9\.extra" belongs to no plain llama or qwen2 model/,
    ],
    "with a tensor renamed": () => [
      pack("rust", renamed("blk.4.attn_k.weight", "blk.4.attn_x.weight")),
      /blk\.4\.attn_k\.weight is missing/,
    ],
    "with a tensor of another shape": () => [
      pack("rust", ({ tensors }) => {
        tensors.find(({ name }) => name === "blk.2.ffn_up.weight")!.dimensions = [192, 96];
      }),
      /blk\.2\.ffn_up\.weight is 96 x 192 where 192 x 96 is due/,
    ],
    "with a Q8_0 scale that is no number": () => [
      pack(
        "rust",
        filled("blk.2.ffn_up.weight", (data) => void half.copy(data, 34 * 7)),
      ),
      /weights\.gguf: tensor blk\.2\.ffn_up\.weight holds infinite or undefined values/,
    ],
    "with an infinite Q8_0 scale over zeros": () => [
      pack(
        "rust",
        filled("blk.2.attn_q.weight", (data) => {
          data.fill(0, 34, 68);
          infinity.copy(data, 34);
        }),
      ),
      /blk\.2\.attn_q\.weight holds infinite or undefined values/,
    ],
    "with an infinite norm": () => [
      pack(
        "rust",
        filled("output_norm.weight", (data) => void data.writeFloatLE(Number.NEGATIVE_INFINITY, 8)),
      ),
      /output_norm\.weight holds infinite or undefined values/,
    ],
    "with a norm that is no number": () => [
      pack(
        "rust",
        filled("blk.3.ffn_norm.weight", (data) => void data.writeFloatLE(Number.NaN, 0)),
      ),
      /blk\.3\.ffn_norm\.weight holds infinite or undefined values/,
    ],
    "with weights cut short": () => [
      weights((path) => truncateSync(path, 5000)),
      /weights\.gguf: cut short, expert\.json says \d+ bytes, found 5000; fetch the pack again/,
    ],
    "with weights changed by a byte": () => [
      weights((path) => {
        const bytes = readFileSync(path);
        bytes[bytes.length - 100]! ^= 1;
        writeFileSync(path, bytes);
      }),
      /weights\.gguf: its SHA-256 is [0-9a-f]{64}, expert\.json says [0-9a-f]{64}; fetch the pack again/,
    ],
    "with weights missing": () => [weights((path) => rmSync(path)), /weights\.gguf is missing; name a folder/],
    "whose weights are a folder": () => [
      weights((path) => {
        rmSync(path);
        mkdirSync(path);
      }),
      /weights\.gguf is no file/,
    ],
    "with a broken header": () => [
      pack("rust", ({ tensors }) => {
        tensors[0]!.dimensions = [2 ** 40, 2 ** 40];
      }),
      /broken header: tensor .* fetch the file again/,
    ],
    "with an oversized header": () => [
      pack("rust", ({ metadata }) => void metadata.set("note", { type: 8, value: "x".repeat(2 << 20) })),
      /broken header: "note" needs 2097152 bytes .*more than a header can hold; fetch/,
    ],
    "that holds a whole model": () => [
      pack("rust", ({ tensors }) => {
        tensors.push({ name: "token_embd.weight", dimensions: [96, 1], type: 0, data: Buffer.alloc(384) });
      }),
      /holds a whole model; give a file of its upper layers alone/,
    ],
    "whose expert.json is too large": () => [
      described({ note: "x".repeat(70_000) }),
      /expert\.json is larger than 64 KB; shorten it/,
    ],
    "whose expert.json is no JSON": () => [text("{ id: "), /expert\.json: This is no valid JSON/],
    "whose expert.json has a comma too many": () => {
      const from = pack();
      const path = join(from, "expert.json");
      writeFileSync(path, readFileSync(path, "utf8").trimEnd().replace(/\}$/, ",}"));
      return [from, /expert\.json: .*JSON.*; correct the file or install the pack again/];
    },
    "whose expert.json is nested deeply": () => [text(`{"a": ${"[".repeat(5000)}`), /nested deeper than 16/],
    "whose expert.json describes no expert": () => [text('{"kind": "expert"}'), /expert\.json: id:/],
    "that is a backbone": () => [described({ kind: "backbone" }), /expert\.json: .*kind/],
    "with an id that is a path": () => [described({ id: "../up" }), /expert\.json: id: must be an expert's id/],
    "whose title hides something": () => [described({ title: "safe\u202eelif" }), /title: has invisible characters/],
    "with a rule that is wrong": () => [
      described({ rules: [{ expert: "rust", because: "x", region: "moon" }] }),
      /expert\.json: rules\.0\.region/,
    ],
    "whose weights lie elsewhere": () => [
      described({ weights: { file: "../weights.gguf", bytes: 1, sha256: "0".repeat(64) } }),
      /must be the name of a \.gguf file in the folder/,
    ],
    "whose weights are said to be huge": () => [
      described({ weights: { file: "weights.gguf", bytes: 2 ** 40, sha256: "0".repeat(64) } }),
      /weights of 1099511627776 bytes are too large/,
    ],
    "without weights of its own": () => [
      described({ weights: { from: "backbone" } }),
      /its weights are those of the backbone, which are here already/,
    ],
    "whose expert.json is a link": () => [linked("expert.json"), /expert\.json is a link; put the file itself/],
    "whose weights are a link": () => [linked("weights.gguf"), /weights\.gguf is a link; put the file itself/],
    "that is no folder": () => [join(pack(), "expert.json"), /expert\.json is no folder; name the folder/],
    "that is not there": () => [join(folder, "nowhere"), /nowhere is no folder/],
    "that is an empty folder": () => [mkdtempSync(join(folder, "empty-")), /expert\.json is missing; name a folder/],
    "called like one that ships": () => [
      pack("general"),
      /"general" is an expert of Coterie's own; give it another "id"/,
    ],
    "called like one that is to ship": () => [pack("code"), /"code" is an expert of Coterie's own; give it another/],
    "called like a part of the model": () => [pack("head"), /expert\.json: id is taken; correct the file/],
  };
  for (const [what, make] of Object.entries(cases)) {
    test(what, () => {
      const [from, words] = make();
      assertRefused(() => addPack(from, places), words);
      assert.deepEqual(files(), []);
    });
  }

  test("of an id that was added before, which stays as it is", () => {
    addPack(pack(), places);
    const before = files();
    assertRefused(
      () => addPack(pack(), places),
      /"rust" is there already; remove that one first, or give it another "id"/,
    );
    assert.deepEqual(files(), before);
  });

  test("that fits, while another one that is added stays usable", () => {
    addPack(pack("good"), places);
    assertRefused(
      () =>
        addPack(
          pack("bad", ({ tensors }) => void tensors.pop()),
          places,
        ),
      /is missing/,
    );
    assert.deepEqual(partsOf([inStore("good")], places).ready, partFolders());
  });
});

describe("removing", () => {
  test("names what can be removed when that is something else", () => {
    assertRefused(() => removePack("general", places), /"general" ships with Coterie and stays; you have added none/);
    addPack(pack("rust"), places);
    addPack(pack("go"), places);
    assertRefused(() => removePack("general", places), /stays; you can remove go, rust$/);
    for (const id of ["nobody", "../experts", "", "."]) {
      assertRefused(() => removePack(id, places), /there is no expert ".*"; you can remove go, rust$/);
    }
    removePack("rust", places);
    assert.deepEqual(readdirSync(places.userExperts), ["go"]);
    assert.equal(partFolders().length, 1);
  });
});

describe("what others have left", () => {
  test("by being killed is cleared away with the next change", () => {
    addPack(pack("go"), places);
    for (const name of [".rust.new", ".go.gone"]) mkdirSync(join(places.userExperts, name));
    mkdirSync(join(places.userModel, ".rust.999999999.new"));
    cpSync(partFolders().find((path) => !path.endsWith(".new"))!, join(places.userModel, "0".repeat(64)), {
      recursive: true,
    });
    writeFileSync(join(own, "experts.lock"), "999999999");
    addPack(pack("rust"), places);
    assert.deepEqual(readdirSync(places.userExperts), ["go", "rust"]);
    assert.equal(partFolders().length, 3, "a part that may belong to another Coterie stays for a day");
    const yesterday = Date.now() / 1000 - 25 * 3600;
    for (const part of partFolders()) utimesSync(part, yesterday, yesterday);
    removePack("rust", places);
    assert.equal(partFolders().length, 1);
  });

  test("to compile is compiled; what does not fit any more is named", () => {
    addPack(pack("go"), places);
    addPack(pack("rust"), places);
    rmSync(places.userModel, { recursive: true });
    editDescription(inStore("rust"), { backbone: "0".repeat(64) });
    const folders = ["go", "rust"].map(inStore);
    const before = partsOf(folders, places);
    assert.deepEqual([before.ready, before.missing], [[], [inStore("go")]]);
    assert.match(before.problems.join(), /rust: made for another backbone/);
    assert.match(compilePacks(folders, places).join(), /rust: made for another backbone/);
    assert.deepEqual(partsOf(folders, places).ready, partFolders());
  });

  test("a lock that is held is waited for, and then named", () => {
    const lock = join(own, "experts.lock");
    withLock(lock, () => {
      assertRefused(() => withLock(lock, () => assert.fail("it is held"), 120), /another window .*experts\.lock/);
    });
    assert.equal(existsSync(lock), false);
    assert.throws(() => withLock(lock, () => assert.fail("failed inside")), /failed inside/);
    assert.equal(
      withLock(lock, () => "free again"),
      "free again",
    );
  });
});

test("a place that cannot be written is named, with what to do", () => {
  writeFileSync(places.userExperts, "a file");
  assertRefused(
    () => addPack(pack(), places),
    /experts cannot be made: something else of that name is in the way; move/,
  );
  const failed = (code: string, path: string) => inWords(Object.assign(new Error(code), { code, path }), own);
  assert.match(String(failed("ENOSPC", places.userModel)), /not enough space for the expert in .*; free some/);
  assert.match(String(failed("EACCES", places.userModel)), /model may not be written; change that/);
  assert.match(String(failed("EACCES", "/elsewhere/expert.json")), /\/elsewhere\/expert.json may not be read/);
  assert.equal((failed("EMFILE", own) as Error).message, "EMFILE");
});
