// Text that may be put into a document, shown as a difference beside what is there, and put in when the user says so.
import * as vscode from "vscode";
import type { Documentation } from "../server/protocol.ts";
import type { PreviewTexts } from "./previewtexts.ts";

type TextEdit = Documentation["edits"][number];

export interface Proposal {
  readonly document: vscode.TextDocument;
  readonly edits: readonly TextEdit[];
  /** The document's version that the edits are for. */
  readonly version: number;
  /** What it is, for the title of the difference: "a comment by docs". */
  readonly what: string;
  /** Who wrote it, and why he was asked, in one line. */
  readonly who: string;
}

/** Shows what would change; puts it in as one edit, or leaves everything as it is. */
export async function propose(
  { document, edits, version, what, who }: Proposal,
  previews: PreviewTexts,
): Promise<void> {
  if (!isUnchanged(document, version)) return;
  const name = document.uri.path.split("/").at(-1) || "document";
  const after = previews.put(`preview/${name}`, changed(document, edits));
  await vscode.languages.setTextDocumentLanguage(await vscode.workspace.openTextDocument(after), document.languageId);
  const shown = { preview: true, preserveFocus: true };
  await vscode.commands.executeCommand("vscode.diff", document.uri, after, `${name}: ${what}`, shown);
  // The list may cover the place in the difference.
  const detail = edits.map(({ newText }) => newText.replace(/\s+/g, " ").trim()).join(" ");
  const takes = { label: "$(check) Insert", description: "one edit, which undo takes back", detail };
  const chosen = await vscode.window.showQuickPick([takes, leaves], {
    title: `Put ${what} into ${name}?`,
    placeHolder: who,
    ignoreFocusOut: true,
  });
  await closed(after);
  if (chosen !== takes || !isUnchanged(document, version)) return;
  const edit = new vscode.WorkspaceEdit();
  for (const { range, newText } of edits) edit.replace(document.uri, rangeOf(range), newText);
  if (!(await vscode.workspace.applyEdit(edit))) throw new Error("the editor did not take the edit: try again.");
}

const leaves = { label: "$(close) Discard", description: "everything stays as it is" };

/** Tells the user when it has changed. */
function isUnchanged(document: vscode.TextDocument, version: number): boolean {
  if (document.version === version) return true;
  vscode.window.showWarningMessage("Coterie: the text was changed meanwhile, so nothing was inserted. Ask again.");
  return false;
}

/** The document's text with the edits in it. */
function changed(document: vscode.TextDocument, edits: readonly TextEdit[]): string {
  const places = edits.map(({ range, newText }) => {
    const { start, end } = rangeOf(range);
    return { start: document.offsetAt(start), end: document.offsetAt(end), newText };
  });
  // From the end, so that the places before stay where they are.
  places.sort((one, other) => other.start - one.start);
  return places.reduce(
    (text, { start, end, newText }) => text.slice(0, start) + newText + text.slice(end),
    document.getText(),
  );
}

const rangeOf = ({ start, end }: TextEdit["range"]) =>
  new vscode.Range(start.line, start.character, end.line, end.character);

/** Closes the difference. */
async function closed(after: vscode.Uri): Promise<void> {
  const isIt = ({ input }: vscode.Tab) =>
    input instanceof vscode.TabInputTextDiff && input.modified.toString() === after.toString();
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs.filter(isIt));
  if (tabs.length > 0) await vscode.window.tabGroups.close(tabs, true);
}
