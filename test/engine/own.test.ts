// A user's own models: number formats, both families, GGUF and safetensors, tokenizers; against PyTorch and Python's tokenizers.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { openTokenizer } from "../../server/engine/tokenizer.ts";
import { Gguf } from "../../server/model/gguf.ts";
import type { Precision } from "../../server/model/graphweights.ts";
import { compileOwn, digestOwn, openOwn, planOwn } from "../../server/model/own.ts";
import { jsonTokenizer } from "../../server/model/tokenizerjson.ts";
import { ggufTokenizer } from "../../server/model/vocabulary.ts";
import { openParts } from "./parts.ts";
import logitsOf from "./reference/own/logits.json" with { type: "json" };
import recorded from "./reference/own/tokens.json" with { type: "json" };
import { testStrings } from "./reference/tokenizer_strings.ts";

const own = join(import.meta.dirname, "reference", "own");

test("every number format reads as the gguf package reads it", () => {
  const gguf = Gguf.open(join(own, "blocks.gguf"));
  const expected = readFileSync(join(own, "blocks.f32"));
  const values = new Float32Array(expected.buffer.slice(expected.byteOffset, expected.byteOffset + expected.length));
  let at = 0;
  for (const name of ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K"]) {
    const tensor = gguf.tensors.get(name);
    assert.equal(tensor?.type.name, name);
    const raw = gguf.read(tensor, 0, tensor.rows);
    const out = new Float32Array(tensor.rows * tensor.columns);
    tensor.type.decode(new DataView(raw.buffer), out);
    for (const [i, value] of out.entries()) {
      const want = values[at + i]!;
      assert.ok(Math.abs(value - want) <= 1e-6 * Math.max(0.1, Math.abs(want)), `${name} ${i}: ${value}, not ${want}`);
    }
    at += out.length;
  }
  assert.equal(at, values.length);
  gguf.close();
});

describe("ids of generated strings equal those of Python's tokenizers", () => {
  const strings: string[] = [];
  for (const text of testStrings()) {
    if (strings.length === recorded.strings - recorded.more.length) break;
    strings.push(text);
  }
  strings.push(...recorded.more);

  function assertSame(name: keyof typeof recorded.digests, tokenizer: ReturnType<typeof openTokenizer>): void {
    const sha = createHash("sha256");
    let total = 0;
    for (const text of strings) {
      const ids = tokenizer.encodeFirst(text);
      total += ids.length;
      sha.update(Uint32Array.from([...ids, 0xffffffff]));
    }
    assert.equal(total, recorded.digests[name].ids);
    assert.equal(sha.digest("hex"), recorded.digests[name].sha256);
  }

  const files = [
    ["qwen2", "qwen2-shards"],
    ["llama3", "llama-three"],
    ["deepseek", "llama-linear"],
    ["codellama", "llama-pieces"],
    ["starcoder", "starcoder"],
    ["metaspace", "metaspace"],
  ] as const;
  for (const [name, folder] of files) {
    test(`tokenizer.json of ${name}`, () => assertSame(name, openTokenizer(jsonTokenizer(join(own, folder), 500, 0))));
  }
  const weights = [
    ["codellama", "llama-small"],
    ["qwen2", "qwen2-small"],
    ["llama3", "llama-k"],
  ] as const;
  for (const [name, file] of weights) {
    test(`a GGUF with the tokenizer of ${name}`, () => {
      const gguf = Gguf.open(join(own, `${file}.gguf`));
      const rows = gguf.tensors.get("token_embd.weight")!.rows;
      assertSame(name, openTokenizer(ggufTokenizer(gguf, rows)));
      gguf.close();
    });
  }
});

describe("a tiny random model agrees with PyTorch", () => {
  const folder = mkdtempSync(join(tmpdir(), "coterie-own-"));
  after(() => rmSync(folder, { recursive: true }));

  /** Largest and root of mean square difference of the logits recorded. */
  async function difference(name: keyof typeof logitsOf, precision: Precision) {
    const { ids, rows, logits } = logitsOf[name];
    const opened = openOwn(join(own, name));
    const out = join(folder, `${name}-${precision}`);
    mkdirSync(out);
    const plan = planOwn(opened, "own", precision);
    compileOwn(opened, plan, digestOwn(opened), out);
    opened.source.close();
    const parts = await openParts(out, "own");
    // In one long run and in short ones, whose past grows.
    const read = [await parts.run(ids.slice(0, 24))];
    for (let at = 24; at < ids.length; at += 8) read.push(await parts.run(ids.slice(at, at + 8)));
    const got = read.flatMap((each) => [...each]);
    let largest = 0;
    let squares = 0;
    for (const [i, row] of rows.entries()) {
      for (const [id, want] of logits[i]!.entries()) {
        const off = Math.abs(want - got[row * parts.vocabulary + id]!);
        largest = Math.max(largest, off);
        squares += off ** 2;
      }
    }
    return { largest, mean: Math.sqrt(squares / rows.length / parts.vocabulary) };
  }

  for (const name of Object.keys(logitsOf) as (keyof typeof logitsOf)[]) {
    test(`${name} in float32`, async () => {
      const { largest } = await difference(name, "f32");
      assert.ok(largest < 1e-3, `off by ${largest}`);
    });
  }

  // Random weights lack the slack of trained ones, and nothing stands out that a transform could spread. The logits deviate by 1;
  // those of another model would be off by 1.4.
  for (const [precision, most] of [
    ["q8", 0.1],
    ["q4", 0.55],
  ] as const) {
    for (const name of ["llama-small.gguf", "qwen2-k.gguf", "qwen2-shards"] as const) {
      test(`${name} nearly, in ${precision}`, async () => {
        const { mean } = await difference(name, precision);
        assert.ok(mean > 1e-4 && mean < most, `off by ${mean} on average`);
      });
    }
  }
});
