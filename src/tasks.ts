// "Explain" and "Document": what the server tells about code, shown beside it or offered as one edit.
import * as vscode from "vscode";
import { type Documentation, documentable, type Fact, type Piece } from "../server/protocol.ts";
import { calculateHere } from "./calculate.ts";
import { looksLikeFormula } from "./calculation.ts";
import { type Client, isSynchronised } from "./client.ts";
import { explanationDocument, type Told } from "./explanation.ts";
import type { Command } from "./ids.ts";
import type { Pages } from "./pages.ts";
import { propose } from "./preview.ts";
import type { PreviewTexts } from "./previewtexts.ts";
import { cancellable } from "./progress.ts";
import { editorMeant, plainPlace } from "./routing.ts";
import { usageFacts } from "./usage.ts";

const page = "Explanation";

/** Explains a range, the selection without one, or the function at the cursor, beside the editor; the words appear as they are written. */
export async function explainHere(client: Client, pages: Pages, given?: unknown): Promise<void> {
  const editor = editorMeant();
  if (!editor) {
    vscode.window.showInformationMessage("Coterie: select code first, or put the cursor into a function.");
    return;
  }
  const { document } = editor;
  const selection = given instanceof vscode.Range ? given : editor.selection;
  const { start, end } = selection;
  const text = document.getText(selection);
  const isFormula =
    looksLikeFormula(text) &&
    (await cancellable("Coterie: reading the formula", (token) => client.isCalculable(text, token)));
  if (isFormula) return calculateHere(client, pages);
  const name = vscode.workspace.asRelativePath(document.uri);
  const place = `${name}:${start.line + 1}${end.line > start.line ? `-${end.line + 1}` : ""}`;
  let told: Told = { place, facts: [], known: [], text: "", author: null };
  let written = 0;
  const tell = (news: Partial<Told>) => {
    told = { ...told, ...news };
    if (written === 0) pages.show(page, explanationDocument(told));
    else pages.write(page, explanationDocument(told));
    written = Date.now();
  };
  let known: Promise<readonly Fact[]> | null = null;
  let waiting: NodeJS.Timeout | undefined;
  const hear = ({ text, facts, named }: Piece) => {
    // With facts it begins, or begins anew with another expert.
    told = facts === null ? { ...told, text: told.text + text } : { ...told, text, facts };
    if (facts !== null) known ??= usageFacts(document, selection, named ? placeOf(named) : null);
    // What comes within the pause is told behind it, though nothing may follow.
    waiting ??= setTimeout(
      () => {
        waiting = undefined;
        tell({});
      },
      Math.max(0, written + pause - Date.now()),
    );
  };
  const params = { uri: document.uri.toString(), range: { start: plainPlace(start), end: plainPlace(end) } };
  try {
    const done = await cancellable("Coterie: explaining", (token) => client.explain(params, hear, token));
    clearTimeout(waiting);
    const { facts, text, ...author } = done;
    tell({ facts, text, author });
    tell({ known: (await known) ?? [] });
  } catch (error) {
    clearTimeout(waiting);
    // A page that says that the model is reading must not stay so.
    if (written > 0) tell({ failed: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}

/** Milliseconds between two updates of the page. */
const pause = 300;

const placeOf = ({ line, character }: { line: number; character: number }) => new vscode.Position(line, character);

/** Writes a comment for the function at the cursor, previews it and puts it in as one edit. */
export async function documentHere(client: Client, previews: PreviewTexts): Promise<void> {
  const editor = editorMeant();
  if (!editor) {
    vscode.window.showInformationMessage("Coterie: put the cursor into a function first.");
    return;
  }
  const { document, selection } = editor;
  const params = { uri: document.uri.toString(), position: plainPlace(selection.active) };
  const done = await cancellable("Coterie: writing a comment", (token) => client.document(params, token));
  if (done.edits.length === 0) {
    vscode.window.showInformationMessage("Coterie: cancelled; nothing was inserted.");
    return;
  }
  await proposeFor(previews, document.uri, done);
}

/** Previews a comment and puts it in when the user says so. */
export async function proposeFor(previews: PreviewTexts, uri: vscode.Uri, done: Documentation): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const { edits, version, wanted, host, rule, because, expert } = done;
  const instead = wanted === null ? "" : ` for ${wanted}`;
  const what = `a comment by ${expert}${instead}${host === undefined ? "" : ` on ${host}`}`;
  await propose({ document, edits, version, what, who: `Rule ${rule}: ${because}` }, previews);
}

/** Offers "Explain" and "Document" where a function begins, and "Explain" for a selection and where something is wrong. */
export class TaskActions implements vscode.CodeActionProvider {
  static readonly selector: vscode.DocumentSelector = { pattern: "**" };

  provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const heads = /\b(?:function|def|class|fn|func)\b|=>|^\s*(?:public|private|protected|static|async|export)\b/;
    if (!isSynchronised(document)) return [];
    const onHead = documentable.includes(document.languageId) && heads.test(document.lineAt(range.start.line).text);
    const [problem] = diagnostics;
    // The list may have been opened from a hover, away from the cursor.
    const about = range.isEmpty && problem ? new vscode.Range(problem.range.start, problem.range.start) : range;
    const offer = (title: string, command: Command, kind: vscode.CodeActionKind, ...args: unknown[]) => {
      const action = new vscode.CodeAction(`${title} (Coterie)`, kind);
      action.command = { title, command, arguments: args };
      return action;
    };
    return [
      ...(onHead || !range.isEmpty || diagnostics.length > 0
        ? [offer("Explain", "coterie.explain", vscode.CodeActionKind.Empty, about)]
        : []),
      ...(onHead ? [offer("Write a Comment", "coterie.document", vscode.CodeActionKind.RefactorRewrite)] : []),
    ];
  }
}
