// GGUF files, good and bad: what is refused, with which words, and that nothing a header says is believed unchecked.
import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { compileModel } from "../../server/model/compile.ts";
import { WeightsError } from "../../server/model/cursor.ts";
import { Gguf } from "../../server/model/gguf.ts";
import { checkTensors, modelTensors, readLlama } from "../../server/model/llama.ts";
import { ggufTokenizer } from "../../server/model/vocabulary.ts";

const tiny = join(import.meta.dirname, "..", "engine", "reference", "tiny");
const good = readFileSync(join(tiny, "tiny.gguf"));

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "coterie-gguf-"));
});
after(() => rmSync(folder, { recursive: true }));

function written(bytes: Uint8Array): string {
  const path = join(folder, "test.gguf");
  writeFileSync(path, bytes);
  return path;
}

/** Opens a file and checks it as the compiler does. */
function inspect(path: string): void {
  const gguf = Gguf.open(path);
  try {
    checkTensors(gguf, modelTensors(readLlama(gguf)));
  } finally {
    gguf.close();
  }
}

/** The file refused with one line that matches `words` and says what to do. */
function assertRefused(bytes: Uint8Array, words: RegExp): void {
  assert.throws(
    () => inspect(written(bytes)),
    (error) => {
      assert.ok(error instanceof WeightsError, `${error}`);
      assert.match(error.message, words);
      assert.match(error.message, /; (fetch|give|choose|convert|correct)/);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    },
  );
}

function edited(edit: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(good);
  edit(bytes);
  return bytes;
}

/** Position right after the only occurrence of a metadata key or tensor name. */
function afterText(text: string): number {
  const at = good.indexOf(text);
  assert.ok(at > 0 && good.indexOf(text, at + 1) < 0, text);
  return at + text.length;
}

describe("a GGUF file", () => {
  test("is read: metadata, and tensors with rows, columns and place", () => {
    const gguf = Gguf.open(written(good));
    assert.equal(gguf.metadata.get("general.architecture"), "llama");
    assert.equal(gguf.metadata.get("llama.rope.freq_base"), 10000);
    const tokens = gguf.metadata.get("tokenizer.ggml.tokens");
    assert.ok(Array.isArray(tokens) && tokens.length === 320 && tokens[2] === "<|im_end|>");
    const down = gguf.tensors.get("blk.3.ffn_down.weight");
    assert.deepEqual(
      [down?.rows, down?.columns, down?.type.name, down?.bytes],
      [96, 192, "Q4_1", (96 * 192 * 20) / 32],
    );
    assert.deepEqual(
      gguf.read(down!, 5, 2),
      new Uint8Array(good.subarray(down!.offset + 5 * 120, down!.offset + 7 * 120)),
    );
    assert.deepEqual(readLlama(gguf), {
      hidden: 96,
      heads: 3,
      kvHeads: 1,
      headSize: 32,
      feedForward: 192,
      vocabulary: 320,
      context: 512,
      layers: 5,
      epsilon: Math.fround(1e-5),
      ropeBase: 10000,
      ropeFactors: [],
      family: "llama",
      bias: false,
      tied: true,
    });
    gguf.close();
  });

  test("that is none is refused", () => {
    assertRefused(Buffer.from("PK\u0003\u0004 this is no model, whatever its name says"), /not a GGUF file/);
    assertRefused(Buffer.alloc(0), /not a GGUF file/);
    assert.throws(() => Gguf.open(join(folder, "nothing.gguf")), /there is no such file; fetch it again/);
  });

  test("cut short anywhere is refused with the bytes that are due", () => {
    assertRefused(
      good.subarray(0, good.length - 1),
      new RegExp(`expected ${good.length} bytes, found ${good.length - 1}`),
    );
    for (const length of [24, 100, 3000, 8000]) assertRefused(good.subarray(0, length), /bytes/);
  });

  test("of another architecture is refused by name", () => {
    const at = afterText("general.architecture") + 4 + 8;
    assertRefused(
      edited((bytes) => bytes.write("mamba", at)),
      /another architecture, "mamba"; choose a model of llama or qwen2/,
    );
  });

  test("with absurd numbers is refused before anything is allocated", () => {
    const huge = 2n ** 62n;
    const cases: [string, number][] = [
      ["the number of tensors", 8],
      ["the number of metadata entries", 16],
      ["a metadata key", 24],
    ];
    for (const [words, at] of cases) {
      assertRefused(
        edited((bytes) => bytes.writeBigUInt64LE(huge, at)),
        new RegExp(words),
      );
      assertRefused(
        edited((bytes) => bytes.writeBigUInt64LE(1_000_000_000n, at)),
        /broken header/,
      );
    }
    const tokens = afterText("tokenizer.ggml.tokens") + 4 + 4;
    assertRefused(
      edited((bytes) => bytes.writeBigUInt64LE(4_000_000_000n, tokens)),
      /"tokenizer.ggml.tokens" needs 32000000000 bytes/,
    );
    const tensor = afterText("blk.4.ffn_up.weight");
    const rows = tensor + 4 + 8;
    assertRefused(
      edited((bytes) => bytes.writeUInt32LE(1000, tensor)),
      /has 1000 dimensions/,
    );
    assertRefused(
      edited((bytes) => bytes.writeBigUInt64LE(2n ** 50n, rows)),
      /is said to be|cut short|overlaps/,
    );
    assertRefused(
      edited((bytes) => bytes.writeUInt32LE(19, rows + 8)),
      /number format 19, which is not supported; convert/,
    );
    assertRefused(
      edited((bytes) => bytes.writeBigUInt64LE(7n, rows + 12)),
      /misaligned or overlaps/,
    );
    assertRefused(
      edited((bytes) => bytes.writeBigUInt64LE(0n, rows + 12)),
      /overlaps/,
    );
    const context = afterText("llama.context_length") + 4;
    assertRefused(
      edited((bytes) => bytes.writeUInt32LE(0xffffffff, context)),
      /a context of 4294967295/,
    );
    const heads = afterText("llama.attention.head_count_kv") + 4;
    assertRefused(
      edited((bytes) => bytes.writeUInt32LE(2, heads)),
      /3 query heads cannot share 2/,
    );
  });

  test("with a head of its own of a wrong shape is refused", () => {
    // Another name, shorter by 5 letters; a value before it takes them up, so that all data stays in place.
    const untied = Buffer.from(
      good
        .toString("latin1")
        .replace("\u0006\0\0\0\0\0\0\0smollm", "\u000b\0\0\0\0\0\0\0smollm-like")
        .replace("\u0012\0\0\0\0\0\0\0output_norm.weight", "\u000d\0\0\0\0\0\0\0output.weight"),
      "latin1",
    );
    assert.equal(untied.length, good.length);
    assertRefused(untied, /output\.weight is 1 x 96 where 320 x 96 is due/);
  });

  test("with a tensor missing is refused", () => {
    const renamed = (from: string, to: string) => edited((bytes) => bytes.write(to, good.indexOf(from)));
    assertRefused(renamed("blk.4.attn_k.weight", "blk.4.attn_x.weight"), /blk\.4\.attn_k\.weight is missing/);
    assertRefused(renamed("output_norm.weight", "output_xorm.weight"), /output_norm\.weight is missing/);
  });

  test("with a token that is none is refused", () => {
    const gguf = Gguf.open(written(good));
    gguf.close();
    const names = gguf.metadata.get("tokenizer.ggml.tokens") as string[];
    const metadata = new Map(gguf.metadata).set("tokenizer.ggml.tokens", ["x".repeat(5000), ...names.slice(1)]);
    const long = Object.create(gguf, { metadata: { value: metadata } }) as Gguf;
    assert.throws(() => ggufTokenizer(long, 320), /one of its tokens has 5000 characters; fetch the file again/);
  });

  test("with any bit of its header flipped is read or refused, and memory stays small", () => {
    const gguf = Gguf.open(written(good));
    const header = Math.min(...[...gguf.tensors.values()].map(({ offset }) => offset));
    gguf.close();
    let seed = 42;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    let refused = 0;
    const start = process.memoryUsage().rss;
    const path = written(good);
    const file = openSync(path, "r+");
    for (let round = 0; round < 600; round++) {
      // Half of the flips hit the numbers at the very start and the tensor table at the end.
      const part = [24, 1200, header, header][round % 4]!;
      const at = round % 4 === 3 ? header - 1 - random(3000) : random(part);
      writeSync(file, Uint8Array.of(good[at]! ^ (1 << random(8))), 0, 1, at);
      try {
        inspect(path);
      } catch (error) {
        assert.ok(error instanceof WeightsError, `byte ${at}: ${error}`);
        refused++;
      }
      writeSync(file, good, at, 1, at);
    }
    closeSync(file);
    assert.ok(refused > 200, `only ${refused} of 600 were refused`);
    const grown = process.memoryUsage().rss - start;
    assert.ok(grown < 200e6, `memory grew by ${grown} bytes`);
  });
});

describe("the weights of a pack", () => {
  const description = JSON.parse(readFileSync(join(tiny, "expert.json"), "utf8")) as { weights: { bytes: number } };

  function compileWith(weights: Uint8Array | undefined, json: unknown = description): void {
    const pack = mkdtempSync(join(folder, "pack-"));
    writeFileSync(join(pack, "expert.json"), JSON.stringify(json));
    if (weights !== undefined) writeFileSync(join(pack, "tiny.gguf"), weights);
    compileModel({ backbone: pack, experts: [], out: join(pack, "out"), precision: "q8" });
  }

  test("compile when they are the ones that expert.json speaks of", () => {
    compileWith(good);
  });

  const refusals: [string, () => void, RegExp][] = [
    ["missing", () => compileWith(undefined), /tiny\.gguf: the weights are missing; restore it/],
    [
      "cut short",
      () => compileWith(good.subarray(0, 4096)),
      new RegExp(`cut short, expected ${good.length} bytes, found 4096; restore it`),
    ],
    [
      "changed in one byte",
      () => compileWith(edited((bytes) => bytes.writeUInt8(bytes[700_000]! ^ 1, 700_000))),
      /changed, its SHA-256 is [0-9a-f]{64}, expert\.json says [0-9a-f]{64}; restore it/,
    ],
    ["described by something else", () => compileWith(good, { id: "backbone" }), /expert\.json: .*correct the file/],
    ["cut behind their end", () => compileWith(good, { ...description, cut: 5 }), /5 layers cannot be cut at 5/],
  ];
  for (const [what, compile, words] of refusals) {
    test(`${what} are refused`, () => {
      assert.throws(compile, (error) => error instanceof WeightsError && words.test(error.message));
    });
  }

  test("of an expert for another backbone are refused", () => {
    const pack = mkdtempSync(join(folder, "pack-"));
    const general = JSON.parse(readFileSync(join(tiny, "..", "tiny-general", "expert.json"), "utf8")) as object;
    writeFileSync(join(pack, "expert.json"), JSON.stringify({ ...general, backbone: "0".repeat(64) }));
    assert.throws(
      () => compileModel({ backbone: tiny, experts: [pack], out: join(pack, "out"), precision: "q8" }),
      /made for another backbone, 0{64}; import the model that it was made for, or install the pack that fits/,
    );
  });
});
