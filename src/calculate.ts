// "Calculate": the selected formula, or one that is typed in, with the steps to its result beside the editor.
import * as vscode from "vscode";
import { calculationDocument, looksLikeFormula, replacement } from "./calculation.ts";
import type { Client } from "./client.ts";
import type { Pages } from "./pages.ts";
import { cancellable } from "./progress.ts";
import { editorMeant } from "./routing.ts";

const replace = "Replace with Result";
const copy = "Copy Result";

/** Calculates the selection; without one asks for a formula. */
export async function calculateHere(client: Client, pages: Pages): Promise<void> {
  const editor = editorMeant();
  const range = editor && !editor.selection.isEmpty ? editor.selection : undefined;
  const text = range ? editor!.document.getText(range) : await ask();
  if (text === undefined || text.trim() === "") return;
  const where = editor && { uri: editor.document.uri, range: range ?? editor.selection };
  const done = await calculated(client, text, where, true);
  if (done === null) return;
  pages.show("Calculation", calculationDocument(text, done));
  const { result } = done;
  if (result === null) return;
  // Not awaited: the message may stay for as long as the user likes.
  void offer(result, range && { uri: editor!.document.uri, range, text });
}

function ask(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: "Calculate",
    prompt: "A formula, an equation, a conversion; LaTeX is understood too",
    placeHolder: "15% of 240, solve 3x - 9 = 0, 5 km in m, derivative of x^2",
  });
}

/** Null when the user has cancelled. */
function calculated(
  client: Client,
  text: string,
  where: { uri: vscode.Uri; range: vscode.Range } | undefined,
  steps: boolean,
) {
  const { line = 0, character = 0 } = where?.range.start ?? {};
  const place = where ? { uri: where.uri.toString(), position: { line, character } } : null;
  return cancellable("Coterie: calculating", async (token) => {
    const done = await client.calculate({ text, place, steps }, token);
    return token.isCancellationRequested ? null : done;
  });
}

interface Selected {
  readonly uri: vscode.Uri;
  readonly range: vscode.Range;
  readonly text: string;
}

async function offer(result: string, selected: Selected | undefined): Promise<void> {
  const choices = selected ? [replace, copy] : [copy];
  const chosen = await vscode.window.showInformationMessage(`Coterie: ${result}`, ...choices);
  if (chosen === copy) await vscode.env.clipboard.writeText(result);
  if (chosen === replace && selected) await put(result, selected);
}

/** Calculates a formula in a document and puts the result in its place. */
export async function replaceWithResult(client: Client, uri: vscode.Uri, range: vscode.Range): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const text = document.getText(range);
  const done = await calculated(client, text, { uri, range }, false);
  if (done === null) return;
  if (done.result === null) {
    vscode.window.showWarningMessage(`Coterie: this cannot be calculated: ${done.why}.`);
    return;
  }
  await put(done.result, { uri, range, text });
}

/** One edit, only where the formula still stands. */
async function put(result: string, { uri, range, text }: Selected): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  if (document.getText(range) !== text) {
    vscode.window.showWarningMessage("Coterie: the text was changed meanwhile, so nothing was replaced.");
    return;
  }
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri, range, replacement(result));
  if (!(await vscode.workspace.applyEdit(edit))) throw new Error("the editor did not take the edit: try again.");
}

/** Offers "Replace with Result" for a selection that looks like a formula. */
export class FormulaActions implements vscode.CodeActionProvider {
  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    if (range.isEmpty || !looksLikeFormula(document.getText(range))) return [];
    const action = new vscode.CodeAction("Replace with Result (Coterie)", vscode.CodeActionKind.RefactorRewrite);
    action.command = {
      title: action.title,
      command: "coterie.replaceWithResult",
      arguments: [document.uri.toString(), range],
    };
    return [action];
  }
}
