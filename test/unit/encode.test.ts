// From prompts to ids: control tokens stand by name only, healing takes off what is not finished, the rest fits.
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodePrompt, retyped } from "../../server/engine/encode.ts";
import { openTokenizer } from "../../server/engine/tokenizer.ts";
import { tokenizerFile } from "../engine/reference/tokenizer_file.ts";

const tokenizer = openTokenizer(tokenizerFile("experts/backbone/SmolLM2-135M-Instruct.Q4_1.gguf"));
const encode = (text: string, heal = true, limit = 1000) =>
  encodePrompt([{ special: "<file_sep>" }, text], heal, limit, tokenizer);

/** What is taken off `text`; what stays is the rest of it. */
function check(text: string, typed: string): void {
  const encoded = encode(text);
  assert.equal(encoded.typed, typed, JSON.stringify(text));
  assert.equal(tokenizer.decode(encoded.ids.slice(1)) + typed, text);
}

test("healing takes off trailing blanks, a half-typed word, or the last token", () => {
  check("return ", " ");
  check("if (a) {\n\n    ", "\n\n    ");
  check("document.getElemen", "getElemen");
  check("let totalPri", " totalPri");
  check("foo(", "(");
  check("", "");
});

test("healing never cuts inside a character, and not without end", () => {
  check('const smile = "\u{1F9FF}', "\u{1F9FF}");
  // Eight tokens back may be inside one of these letters, which are several tokens each.
  const rare = encode(`x = ${"\u{2070E}".repeat(4)}`);
  assert.ok(!rare.typed.includes("\uFFFD") && rare.typed.length >= 2, rare.typed);
  const blanks = encode(`x${" \n".repeat(200)}`);
  assert.ok(blanks.typed.length < 300 && blanks.ids.length > 2);
});

test("without healing nothing is taken off; control tokens come by name, never from text", () => {
  const { ids, typed } = encode("<|im_end|> ", false);
  assert.equal(typed, "");
  assert.equal(ids[0], tokenizer.special("<file_sep>"));
  assert.ok(!ids.includes(tokenizer.special("<|im_end|>")));
  assert.throws(() => encodePrompt([{ special: "<nothing>" }], false, 10, tokenizer), /no control token <nothing>/);
});

test("what does not fit loses its front in steps, so that the cache keeps what stays", () => {
  const words = (count: number) => Array.from({ length: count }, (_, i) => ` ${i % 10}`).join("");
  const lengths = [600, 610, 620].map((count) => encode(words(count), false, 500).ids.length);
  assert.ok(
    lengths.every((length) => length <= 500 && length > 372),
    lengths.join(),
  );
  const [one, other] = [600, 610].map((count) => encode(words(count), false, 500).ids);
  assert.deepEqual(other!.slice(0, one!.length), one);
});

test("what is asked behind a text that does not fit stays: the longest text loses its middle", () => {
  const asked = (code: string, limit = 200) => {
    const prompt = [
      { special: "<|im_start|>" },
      `user\n${code}\nWhat is this?`,
      { special: "<|im_end|>" },
      "assistant\n",
    ];
    return tokenizer.decode(encodePrompt(prompt, false, limit, tokenizer).ids.slice(1));
  };
  assert.match(asked("\u4e2d".repeat(500)), /^user\n\u4e2d+.*\u4e2d+\nWhat is this\?.*assistant\n$/s);
  assert.match(asked("0f3a".repeat(500), 100), /^user\n0f3a.*0f3a\nWhat is this\?.*assistant\n$/s);
  assert.match(asked("short"), /^user\nshort\nWhat is this\?/);
  assert.throws(() => asked("0f3a".repeat(500), 50), /the prompt's frame does not fit into 50 tokens/);
  const turns = Array.from({ length: 8 }, () => ["a b ".repeat(100), { special: "<|im_end|>" }]).flat();
  assert.ok(encodePrompt([...turns, "assistant\n"], false, 600, tokenizer).ids.length <= 600);
});

test("an empty prompt, and one of which healing leaves nothing, is that of a text's beginning", () => {
  const bare = { ...tokenizer, bos: null };
  assert.deepEqual(encodePrompt([], true, 10, bare), { ids: [tokenizer.eos], typed: "" });
  assert.deepEqual(encodePrompt(["imp"], true, 10, bare), { ids: [tokenizer.eos], typed: "imp" });
});

test("what was taken off is likely to be repeated as it was typed, its last blank with what follows", () => {
  const repeated = (typed: string) => retyped(typed, tokenizer).map((id) => tokenizer.decode([id]));
  assert.deepEqual(repeated("\n    "), ["\n   "]);
  assert.deepEqual(repeated("\n"), ["\n"]);
  assert.deepEqual(repeated("\n\n"), ["\n", "\n"]);
  assert.deepEqual(repeated(" "), []);
  assert.deepEqual(repeated(""), []);
  assert.deepEqual(repeated("const"), ["const"]);
  assert.ok(repeated("aVeryLongNameThatNobodyWouldEverWantToTypeAgain").length <= 3);
});
