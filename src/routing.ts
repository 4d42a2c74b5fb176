// "Explain routing here": asks the server who would answer at the cursor and shows every rule that was tried.
import * as vscode from "vscode";
import { type Client, isSynchronised } from "./client.ts";
import type { Pages } from "./pages.ts";
import { routeDocument } from "./words.ts";

/** Shows the route at the cursor of the active editor, beside it. */
export async function explainRouting(client: Client, pages: Pages): Promise<void> {
  const editor = editorMeant();
  if (!editor) {
    vscode.window.showInformationMessage("Coterie: put the cursor into a document first.");
    return;
  }
  const { document, selection } = editor;
  const position = plainPlace(selection.active);
  const route = await client.route({ uri: document.uri.toString(), position, task: "complete" });
  const path = vscode.workspace.asRelativePath(document.uri);
  pages.show("Routing", routeDocument(route, path, position.line + 1, position.character + 1));
}

/** The editor that a command is about: with one of our own previews in front no text editor is active. */
export function editorMeant(): vscode.TextEditor | undefined {
  const { activeTextEditor, visibleTextEditors } = vscode.window;
  return [activeTextEditor, ...visibleTextEditors].find((each) => each && isSynchronised(each.document));
}

/** A position as it goes to the server. */
export const plainPlace = ({ line, character }: vscode.Position) => ({ line, character });
