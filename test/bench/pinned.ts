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

/** Pieces of the code, so many tokens each, and how each goes on; no two of different seeds are the same. @param seed from 1 to 11 */
export function slices(model: string, count: number, tokens: number, characters: number, seed: number) {
  const code = pinnedCode();
  const tokenizer = tokenizerOf(model);
  return Array.from({ length: count }, (_, i) => {
    const start = code.indexOf("\n", (seed * 700 + i) * 1100);
    const begins = tokenizer.decode(tokenizer.encode(code.slice(start, start + tokens * 8)).slice(0, tokens));
    const at = start + begins.length;
    return { begins, follows: code.slice(at, at + characters) };
  });
}
