// What measurements read and count by: code that never changes, and the tokenizer of a compiled model.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openTokenizer, type Tokenizer } from "../../server/engine/tokenizer.ts";

/** A large file of code: the compiler that is pinned among our dependencies. */
export function pinnedCode(): string {
  return readFileSync(
    join(import.meta.dirname, "..", "..", "node_modules", "typescript", "lib", "typescript.js"),
    "utf8",
  );
}

/** @param model a folder of compiled parts */
export function tokenizerOf(model: string): Tokenizer {
  return openTokenizer(JSON.parse(readFileSync(join(model, "head", "tokenizer.json"), "utf8")));
}
