// A text as an editor takes it: what is inserted where, and the command that notes its fate.
import type { InlineCompletionItem, InlineCompletionParams } from "vscode-languageserver";
import { acceptedCommand } from "../protocol.ts";

export function item(text: string, { position, context }: InlineCompletionParams, id: number): InlineCompletionItem {
  const command = { title: "Note that it was accepted", command: acceptedCommand, arguments: [id] };
  const selected = context.selectedCompletionInfo;
  if (selected) return { insertText: selected.text + text, range: selected.range, command };
  return { insertText: text, range: { start: position, end: position }, command };
}
