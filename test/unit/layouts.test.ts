// The layouts give the token ids that the training recipe gets from the same definitions.
import assert from "node:assert/strict";
import { test } from "node:test";
import golden from "../../experts/train/layouts.golden.json" with { type: "json" };
import { encodePrompt } from "../../server/engine/encode.ts";
import { openTokenizer } from "../../server/engine/tokenizer.ts";
import { compose, type LayoutName, type Slots } from "../../server/prompt.ts";
import { tokenizerFile } from "../engine/reference/tokenizer_file.ts";

const tokenizer = openTokenizer(tokenizerFile("experts/backbone/SmolLM2-135M-Instruct.Q4_1.gguf"));

for (const [i, { layout, slots, ids }] of golden.entries()) {
  test(`golden prompt ${i}: ${layout}`, () => {
    const prompt = compose(layout as LayoutName, slots as unknown as Slots);
    assert.deepEqual(encodePrompt(prompt, false, 1000, tokenizer).ids, ids);
  });
}
