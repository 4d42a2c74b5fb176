// What the compiler leaves on disk: parts that are there stay, broken or foreign ones go, nothing half-written is left.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { compileModel } from "../../server/model/compile.ts";
import { partSchema } from "../../server/model/manifest.ts";
import { editDescription, type PackOptions, writeAdapted } from "../packs.ts";

const reference = join(import.meta.dirname, "..", "engine", "reference");
const pack = (name: string) => join(reference, name);

let folder: string;
let out: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "coterie-compile-"));
});
after(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  out = mkdtempSync(join(folder, "out-"));
});

/** Ids of the parts that had to be compiled. */
function compile(experts = [pack("tiny-general"), pack("tiny-other")]): string[] {
  const parts = compileModel({ backbone: pack("tiny"), experts, out, precision: "q8" });
  return parts.filter(({ fresh }) => fresh).map(({ id }) => id);
}

const part = (id: string) => partSchema.parse(JSON.parse(readFileSync(join(out, id, "part.json"), "utf8")));

describe("compiled parts", () => {
  test("say truly what they hold", () => {
    assert.deepEqual(compile(), ["backbone", "head", "general", "other"]);
    const layer = 96 * 96 * 2 + 96 * 32 * 2 + 3 * 96 * 192 + 2 * 96;
    assert.equal(part("backbone").parameters, 2 * layer);
    assert.equal(part("general").parameters, 3 * layer + 96);
    assert.equal(part("head").parameters, 320 * 96);
    for (const id of ["backbone", "head", "general", "other"]) {
      for (const [name, { bytes, sha256 }] of Object.entries(part(id).files)) {
        const content = readFileSync(join(out, id, name));
        assert.equal(content.length, bytes, `${id}/${name}`);
        assert.equal(createHash("sha256").update(content).digest("hex"), sha256, `${id}/${name}`);
      }
    }
  });

  test("hold the embedding table as the source has it", () => {
    compile();
    const { embedding } = part("head");
    assert.ok(embedding?.type === "uint8");
    const file = readFileSync(join(out, "head", "weights.bin"));
    const source = readFileSync(join(reference, "tiny", "tiny.gguf"));
    // The first Q8_0 block's integers appear one for one, raised by 128.
    const quants = Buffer.from(file.subarray(embedding.offset, embedding.offset + 32).map((quant) => quant ^ 128));
    assert.ok(source.includes(quants));
  });

  test("stay when nothing changed, and are made again when cut short or broken", () => {
    compile();
    assert.deepEqual(compile(), []);
    truncateSync(join(out, "general", "weights.bin"), 1000);
    assert.deepEqual(compile(), ["general"]);
    writeFileSync(join(out, "head", "part.json"), "{");
    assert.deepEqual(compile(), ["head"]);
    rmSync(join(out, "backbone"), { recursive: true });
    assert.deepEqual(compile(), ["backbone"]);
    assert.deepEqual(compile(), []);
  });

  test("of packs that are gone are removed, as is what a killed compilation left; nothing else", () => {
    compile();
    mkdirSync(join(out, ".general.999999999.new"));
    mkdirSync(join(out, `.general.${process.pid}.new`));
    mkdirSync(join(out, "notes"));
    assert.deepEqual(compile([pack("tiny-general")]), []);
    const left = ["backbone", "general", "head", "notes", `.general.${process.pid}.new`];
    assert.deepEqual(readdirSync(out).sort(), left.sort());
  });

  test("are not replaced by a failed compilation", () => {
    compile();
    const broken = join(folder, "broken");
    cpSync(pack("tiny-other"), broken, { recursive: true });
    const weights = readFileSync(join(broken, "other.gguf"));
    weights.write("blk.9.ffn_up.weight", weights.indexOf("blk.2.ffn_up.weight"));
    writeFileSync(join(broken, "other.gguf"), weights);
    const json = JSON.parse(readFileSync(join(broken, "expert.json"), "utf8")) as { weights: { sha256: string } };
    json.weights.sha256 = createHash("sha256").update(weights).digest("hex");
    writeFileSync(join(broken, "expert.json"), JSON.stringify(json));
    const before = part("other").key;
    assert.throws(() => compile([pack("tiny-general"), broken]), /blk\.2\.ffn_up\.weight is missing/);
    assert.equal(part("other").key, before);
    assert.ok(existsSync(join(out, "other", "weights.bin")));
    assert.ok(readdirSync(out).every((name) => !name.startsWith(".")));
  });

  test("of a backbone with layers of its own are made of these, and of experts that were trained on them", () => {
    compile();
    const [backbone, head] = [part("backbone"), part("head")];
    const bytes = (id: string) => readFileSync(join(out, id, "weights.bin"));
    const [before, table] = [bytes("backbone"), bytes("head")];
    const same = writeAdapted(join(folder, "same"));
    const changed = writeAdapted(join(folder, "changed"), ({ tensors }) => {
      const norm = tensors.find(({ name }) => name === "blk.1.ffn_norm.weight")!;
      norm.data = Buffer.from(new Float32Array(norm.data.length / 4).fill(0.5).buffer);
    });
    for (const [adapted, equal] of [
      [same, true],
      [changed, false],
    ] as const) {
      const { sha256 } = JSON.parse(readFileSync(join(adapted, "expert.json"), "utf8")).adapted;
      const expert = join(adapted, "expert");
      cpSync(pack("tiny-other"), expert, { recursive: true });
      editDescription(expert, { backbone: sha256 });
      const made = () => compileModel({ backbone: adapted, experts: [expert], out, precision: "q8" });
      assert.ok(made().every(({ fresh }) => fresh));
      assert.ok(made().every(({ fresh }) => !fresh));
      assert.deepEqual(
        [part("backbone").backbone, part("head").backbone, part("other").backbone],
        Array(3).fill(sha256),
      );
      assert.notEqual(part("backbone").key, backbone.key);
      assert.notEqual(part("head").key, head.key);
      assert.equal(bytes("backbone").equals(before), equal);
      assert.ok(bytes("head").equals(table));
      const foreign = () => compileModel({ backbone: adapted, experts: [pack("tiny-other")], out, precision: "q8" });
      assert.throws(foreign, /tiny-other: made for another backbone/);
    }
  });

  test("are not made of layers that are too few, too many or of another model", () => {
    const tried = (name: string, change: PackOptions["change"]) => () =>
      compileModel({ backbone: writeAdapted(join(folder, name), change), experts: [], out, precision: "q8" });
    assert.throws(
      tried("few", ({ tensors }) => void tensors.pop()),
      /is missing/,
    );
    assert.throws(
      tried("many", ({ tensors }) => void tensors.push({ ...tensors[0]!, name: "blk.2.attn_norm.weight" })),
      /blk\.2\.attn_norm\.weight/,
    );
    assert.throws(
      tried("other", ({ metadata }) => void metadata.set("llama.embedding_length", { type: 4, value: 64 })),
      /embedding_length is 64, the backbone's is 96/,
    );
    assert.deepEqual(readdirSync(out), []);
  });

  test("are not made of two packs with one name", () => {
    assert.throws(() => compile([pack("tiny-general"), pack("tiny-general")]), /two packs are called "general"/);
  });
});
