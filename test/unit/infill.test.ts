// Tokens for filling in: found in the vocabularies of code models, never forged by text, and put into prompts in their places.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encodePrompt } from "../../server/engine/encode.ts";
import { openTokenizer } from "../../server/engine/tokenizer.ts";
import { guarded, headerOf, infillOf } from "../../server/model/infill.ts";
import { composeCompletion } from "../../server/prompt.ts";
import { mannerOf } from "../../server/remote/asked.ts";
import { tokenizerFile } from "../engine/reference/tokenizer_file.ts";

const families = {
  "Qwen2.5-Coder": ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"],
  StarCoder2: ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"],
  SantaCoder: ["<fim-prefix>", "<fim-suffix>", "<fim-middle>"],
  CodeLlama: ["\u2581<PRE>", "\u2581<SUF>", "\u2581<MID>"],
  "DeepSeek-Coder": ["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"],
} as const;

describe("a vocabulary", () => {
  for (const [name, [prefix, suffix, middle]] of Object.entries(families)) {
    test(`like that of ${name} fills in with its own tokens`, () => {
      const vocabulary = ["a", middle, "b", prefix, suffix];
      assert.deepEqual(infillOf({ vocabulary }), { prefix, suffix, middle });
      assert.equal(infillOf({ vocabulary: vocabulary.slice(0, -1) }), null, "one of them is missing");
    });
  }

  test("whose file names the tokens fills in with those", () => {
    const vocabulary = ["a", "<p>", "<s>", "<m>", ...families.StarCoder2];
    const ids = { prefix: 1, suffix: 2, middle: 3 };
    assert.deepEqual(infillOf({ vocabulary }, ids), { prefix: "<p>", suffix: "<s>", middle: "<m>" });
    assert.equal(infillOf({ vocabulary }, { prefix: 1 })?.prefix, "<fim_prefix>");
    assert.equal(infillOf({ vocabulary: ["a"] }, { prefix: 7, suffix: 8, middle: 9 }), null);
  });

  test("names files with its own tokens, or with none", () => {
    assert.deepEqual(headerOf({ vocabulary: ["<|repo_name|>", "<|file_sep|>"] }), {
      repository: "<|repo_name|>",
      file: "<|file_sep|>",
    });
    assert.equal(headerOf({ vocabulary: ["<file_sep>"] }), null);
  });
});

const embedded = tokenizerFile("experts/backbone/SmolLM2-135M-Instruct.Q4_1.gguf");
// Two common words take the part of tokens that a file calls ordinary.
const infill = { prefix: "\u0120return", suffix: "\u0120function", middle: "<gh_stars>" };
const tokenizer = openTokenizer(guarded(embedded, infill));

test("Tokens for filling in are control tokens, whatever the file calls them", () => {
  const id = tokenizer.special(infill.prefix);
  assert.ok(openTokenizer(embedded).encode("x return 1").includes(id));
  assert.ok(!tokenizer.encode("x return 1").includes(id));
  assert.deepEqual(tokenizer.bytes(id).length, 0);
});

const scope = (prefix: string, suffix: string) => ({
  ...{ uri: "file:///w/a.ts", languageId: "typescript", workspace: "demo", path: "a.ts", region: "code" as const },
  ...{ prefix, suffix, position: { line: prefix.split("\n").length - 1, character: 0 } },
});

test("A prompt for filling in has the text before the cursor first and ends before the middle", () => {
  const header = { repository: "<repo_name>", file: "<file_sep>" };
  const manner = { header, infill, borrows: true, ranks: false, chats: false };
  const { prefix, suffix, middle } = infill;
  const filled = [{ special: prefix }, "let a = ", { special: suffix }, ";\n", { special: middle }];
  assert.deepEqual(composeCompletion(scope("let a = ", ";\n"), 512, manner), [
    ...[{ special: "<repo_name>" }, "demo", { special: "<file_sep>" }, "a.ts\n"],
    ...filled,
  ]);
  assert.deepEqual(composeCompletion(scope("let a = ", ";\n"), 512, { ...manner, header: null }), filled);
  assert.deepEqual(
    composeCompletion(scope("let a = ", ""), 512, {
      header: null,
      infill: null,
      borrows: true,
      ranks: true,
      chats: false,
    }),
    ["let a = "],
  );
  const long = composeCompletion(scope("", "x".repeat(5000)), 512, { ...manner, header: null });
  assert.ok((long[2] as string).length < 500, "the text behind the cursor is bounded");
});

test("Signatures of other files stand before the text, but for an engine on another machine", () => {
  const asked = { ...scope("let a = ", ";\n"), neighbours: "function sum(): number;\n" };
  const manner = { header: null, infill, borrows: true, ranks: false, chats: false };
  const textsOf = (borrows: boolean) =>
    composeCompletion(asked, 512, { ...manner, borrows }).filter((piece) => typeof piece === "string");
  assert.deepEqual(textsOf(true), ["function sum(): number;\nlet a = ", ";\n"]);
  assert.deepEqual(textsOf(false), ["let a = ", ";\n"]);
  assert.deepEqual(mannerOf({ infill: "suffix" }).borrows, false);
});

test("Where it does not fit, the longest text loses its start and every control token stays", () => {
  const line = "const value = compute(1, 2);\n";
  const prompt = composeCompletion(scope(line.repeat(90), "}\n"), 2048, {
    header: null,
    infill,
    borrows: true,
    ranks: false,
    chats: false,
  });
  const whole = encodePrompt(prompt, false, 5000, tokenizer).ids;
  const { ids, typed } = encodePrompt(prompt, false, whole.length - 10, tokenizer);
  assert.deepEqual([typed, ids.length], ["", whole.length - 128]);
  const specials = [infill.prefix, infill.suffix, infill.middle].map((name) => ids.indexOf(tokenizer.special(name)));
  assert.deepEqual([specials[0], specials[2]], [0, ids.length - 1]);
  assert.deepEqual(ids.slice(1), whole.slice(129));
  assert.throws(() => encodePrompt(prompt, false, 3, tokenizer), /does not fit into 3 tokens/);
});
