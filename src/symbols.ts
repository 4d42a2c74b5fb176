// Asks the editor's language services which names fit at a place, for the server.
import * as vscode from "vscode";
import type { NamesParams, NamesResult } from "../server/protocol.ts";
import { fittingNames, type Suggestion } from "./fitting.ts";

/**
 * The names that fit where the cursor stands; null when no language service knows, or the text has changed meanwhile. Asks
 * the providers of the list of suggestions, of which we have none, so that no question comes back to us.
 */
export async function namesAt({ uri, version, position, kind }: NamesParams): Promise<NamesResult | null> {
  const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri);
  if (document?.version !== version) return null;
  const place = new vscode.Position(position.line, position.character);
  const list = await vscode.commands.executeCommand<vscode.CompletionList | undefined>(
    "vscode.executeCompletionItemProvider",
    document.uri,
    place,
  );
  if (!list || document.version !== version) return null;
  const names = fittingNames(list.items.map(suggestion), kind);
  // A service that has more to say cannot tell what does not exist.
  return names.length === 0 || (list.isIncomplete === true && kind === "only") ? null : { names };
}

function suggestion({ label, kind, detail, insertText, sortText }: vscode.CompletionItem): Suggestion {
  return {
    label: typeof label === "string" ? label : label.label,
    kind: kind === undefined ? "" : (vscode.CompletionItemKind[kind] ?? ""),
    inserted: typeof insertText === "object" ? insertText.value : insertText,
    detail,
    sortText,
  };
}
