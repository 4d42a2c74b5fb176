// What is chosen in the editor's list of suggestions counts as typed: a completion goes on behind it.
import type { InlineCompletionParams } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";

/**
 * Document and position as they would be with the chosen suggestion taken; as they are now when nothing is chosen. An editor
 * shows no completion that contradicts its list. `chosen` is what stands before the position then and nobody has typed.
 */
export function withSelected(
  document: TextDocument,
  { position, context }: Pick<InlineCompletionParams, "position" | "context">,
): { readonly document: TextDocument; readonly position: InlineCompletionParams["position"]; readonly chosen: string } {
  const selected = context.selectedCompletionInfo;
  const text = document.getText();
  const { uri, languageId, version } = document;
  // Not the document itself: it changes while a request is answered.
  if (!selected) return { document: TextDocument.create(uri, languageId, version, text), position, chosen: "" };
  const start = document.offsetAt(selected.range.start);
  const taken = text.slice(0, start) + selected.text + text.slice(document.offsetAt(selected.range.end));
  const typed = text.slice(start, document.offsetAt(position));
  const chosen = selected.text.startsWith(typed) ? selected.text.slice(typed.length) : selected.text;
  const virtual = TextDocument.create(uri, languageId, version, taken);
  return { document: virtual, position: virtual.positionAt(start + selected.text.length), chosen };
}
