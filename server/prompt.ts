// From a scope to a prompt: layout "complete" of the design, stable things first.
import type { Scope } from "./context.ts";
import type { Prompt } from "./engine/engine.ts";

/**
 * The prompt that a completion continues: workspace, path, then the text before the cursor. It always ends in text, so that
 * its last token can be healed.
 * @param contextTokens most tokens; the window is measured in characters here, the engine cuts what is still too long.
 */
export function composeCompletion(scope: Scope, contextTokens: number): Prompt {
  const header: Prompt = [{ special: "<file_sep>" }, `${scope.path}\n`];
  const workspace: Prompt = scope.workspace === null ? [] : [{ special: "<repo_name>" }, scope.workspace];
  return [...workspace, ...header, windowBefore(scope, contextTokens * charactersPerToken)];
}

/** Measured on TypeScript and Python sources with the embedded tokenizer: 3.0 to 3.6. */
const charactersPerToken = 3;

/** Lines by which the window's start moves, see below. */
const windowStep = 32;

/**
 * The last `most` characters before the cursor, from the start of a line on. The start stands on a line whose number is a
 * multiple of `windowStep`, so that it stays where it is, and all behind it in the cache, while the user types on.
 */
export function windowBefore(scope: Pick<Scope, "prefix" | "position">, most: number): string {
  const { prefix, position } = scope;
  const newlines: number[] = [];
  for (let at = prefix.indexOf("\n"); at >= 0; at = prefix.indexOf("\n", at + 1)) newlines.push(at);
  const firstLine = position.line - newlines.length;
  // The prefix itself may have been cut, inside a line then: only what follows its first line end is whole.
  if (firstLine === 0 && prefix.length <= most) return prefix;

  let fallback: string | null = null;
  for (const [i, newline] of newlines.entries()) {
    const start = newline + 1;
    if (prefix.length - start > most) continue;
    fallback ??= prefix.slice(start);
    if ((firstLine + i + 1) % windowStep === 0) return prefix.slice(start);
  }
  return fallback ?? prefix.slice(-most);
}
