// What is chosen in the editor's list of suggestions counts as typed: a completion goes on behind it.
import type { InlineCompletionParams } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";

/**
 * Document and position as they would be with the chosen suggestion taken; as they are when nothing is chosen. An editor
 * shows no completion that contradicts its list. `chosen` is what stands before the position then and nobody has typed.
 */
export function withSelected(
  document: TextDocument,
  { position, context }: Pick<InlineCompletionParams, "position" | "context">,
): { readonly document: TextDocument; readonly position: InlineCompletionParams["position"]; readonly chosen: string } {
  const selected = context.selectedCompletionInfo;
  if (!selected) return { document, position, chosen: "" };
  const text = document.getText();
  const start = document.offsetAt(selected.range.start);
  const taken = text.slice(0, start) + selected.text + text.slice(document.offsetAt(selected.range.end));
  const typed = text.slice(start, document.offsetAt(position));
  const chosen = selected.text.startsWith(typed) ? selected.text.slice(typed.length) : selected.text;
  const virtual = TextDocument.create(document.uri, document.languageId, document.version, taken);
  return { document: virtual, position: virtual.positionAt(start + selected.text.length), chosen };
}
