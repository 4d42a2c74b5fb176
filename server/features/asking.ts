// A request as it is answered, and what decides its answer.
import type { InlineCompletionParams } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Settings } from "../protocol.ts";
import { keyOf } from "./recent.ts";

/** A request that is being answered: where, and what ends it. */
export interface Asking {
  readonly params: InlineCompletionParams;
  readonly settings: Settings;
  /** With the editor's chosen suggestion taken, see selected.ts. */
  readonly document: TextDocument;
  readonly offset: number;
  /** What of the text before the offset nobody has typed. */
  readonly chosen: string;
  readonly version: number;
  readonly invoked: boolean;
  readonly signal: AbortSignal;
}

/** All that decides an answer, but for rules, experts and other documents: a change of those forgets all. */
export function keyFor({
  document,
  offset,
  chosen,
  settings,
  invoked,
}: Pick<Asking, "document" | "offset" | "chosen" | "settings" | "invoked">) {
  const { uri, languageId } = document;
  const { maxTokens, contextTokens, suggestions } = settings;
  return keyOf(uri, languageId, document.getText(), offset, chosen, maxTokens, contextTokens, suggestions, invoked);
}
