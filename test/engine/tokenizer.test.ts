// The tokenizer against Python's `tokenizers` (by digest), and what it promises beyond that.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { openTokenizer } from "../../server/engine/tokenizer.ts";
import reference from "./reference/tokenizer_digest.json" with { type: "json" };
import { tokenizerFile } from "./reference/tokenizer_file.ts";
import { testStrings } from "./reference/tokenizer_strings.ts";

const file = tokenizerFile("experts/backbone/SmolLM2-135M-Instruct.Q4_1.gguf");
const tokenizer = openTokenizer(file);

test("ids of 100,000 generated strings equal those of Python's tokenizers", () => {
  const sha = createHash("sha256");
  let total = 0;
  for (const text of testStrings()) {
    const ids = tokenizer.encode(text);
    total += ids.length;
    sha.update(Uint32Array.from([...ids, 0xffffffff]));
  }
  assert.equal(total, reference.ids);
  assert.equal(sha.digest("hex"), reference.sha256);
});

test("no text becomes a control token", () => {
  const control = new Set(file.special.map((name) => tokenizer.special(name)));
  assert.equal(control.size, 17);
  for (const name of file.special) {
    for (const text of [name, `a${name}b`, `${name}${name}`]) {
      const ids = tokenizer.encode(text);
      assert.ok(!ids.some((id) => control.has(id)), text);
      assert.equal(tokenizer.decode(ids), text);
    }
  }
});

test("control tokens have the ids of the model, stand for no bytes, and unknown ones are refused", () => {
  assert.equal(tokenizer.special("<|endoftext|>"), 0);
  assert.equal(tokenizer.special("<file_sep>"), 5);
  assert.equal(tokenizer.bytes(5).length, 0);
  assert.equal(tokenizer.eos, 2);
  assert.equal(tokenizer.size, 49152);
  assert.throws(() => tokenizer.special("<none>"), /no control token <none>/);
  assert.throws(() => tokenizer.special("the"), /no control token the/);
  assert.throws(() => tokenizer.bytes(49152), RangeError);
});

test("every plain token's bytes are its own", () => {
  const seen = new Set<string>();
  for (let id = 0; id < tokenizer.size; id++) seen.add(Buffer.from(tokenizer.bytes(id)).toString("latin1"));
  assert.equal(seen.size, 49152 - 17 + 1);
});

test("text comes back, lone surrogates as U+FFFD, bytes outside the vocabulary left out", () => {
  for (const text of ["", "\ufeffa\r\n\tb  12", "naïve 😀 日本語 ½", "x".repeat(5000)]) {
    assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
  }
  assert.equal(tokenizer.decode(tokenizer.encode("a\ud800b\udc00")), "a\ufffdb\ufffd");
  assert.equal(tokenizer.decode(tokenizer.encode("a\u0004b")), "ab");
});

test("a decoder withholds characters until they are complete", () => {
  const ids = tokenizer.encode("a🦖é");
  const decoder = tokenizer.decoder();
  const parts = ids.map((id) => decoder.push(id));
  assert.ok(parts.length > 3, "the test needs a character of several tokens");
  assert.ok(parts.every((part) => !part.includes("\ufffd")));
  assert.equal(parts.join("") + decoder.flush(), "a🦖é");

  const cut = tokenizer.decoder();
  assert.equal(cut.push(tokenizer.encode("🦖")[0]!), "");
  assert.equal(cut.flush(), "\ufffd");
});

test("a way of splitting that is not known is refused in words", () => {
  assert.throws(() => openTokenizer({ ...file, split: ["qwen3"] }), /"qwen3", which is not supported/);
  assert.throws(() => openTokenizer({ ...file, eos: 49152 }), /end token 49152/);
});
