// Puts a text editor in front, with the cursor where a test wants it.
import {
  commands,
  NotebookCellData,
  NotebookCellKind,
  NotebookData,
  Selection,
  type TextDocument,
  type TextEditor,
  Uri,
  window,
  workspace,
} from "vscode";
import { check, settled } from "./settled.ts";

/** Opens a file of the workspace and cuts its text after `upTo`, where the cursor then stands. */
export async function showFile(path: string, upTo: string): Promise<TextEditor> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  check(folder !== undefined, "no folder is open");
  const document = await workspace.openTextDocument(Uri.joinPath(folder, path));
  const at = document.getText().indexOf(upTo);
  check(at >= 0, `${path} does not hold ${upTo}`);
  const editor = await window.showTextDocument(document);
  const from = document.positionAt(at + upTo.length);
  const end = document.lineAt(from.line).range.end;
  await editor.edit((edit) => edit.delete(new Selection(from, end)));
  editor.selection = new Selection(from, from);
  return editor;
}

/** Opens an untitled document with this text and the cursor at its end. */
export async function showUntitled(language: string, content: string): Promise<TextEditor> {
  const document = await workspace.openTextDocument({ language, content });
  return atEnd(await window.showTextDocument(document));
}

/** Opens a notebook of one cell with this text and the cursor at its end. */
export async function newCell(language: string, content: string): Promise<TextEditor> {
  const data = new NotebookData([new NotebookCellData(NotebookCellKind.Code, content, language)]);
  const notebook = await workspace.openNotebookDocument("jupyter-notebook", data);
  await window.showNotebookDocument(notebook);
  await commands.executeCommand("notebook.cell.edit");
  const cell = notebook.cellAt(0).document;
  await settled("the cell's editor", () => window.activeTextEditor?.document === cell);
  return atEnd(editorOf(cell));
}

function editorOf(document: TextDocument): TextEditor {
  const editor = window.activeTextEditor;
  check(editor?.document === document, `${document.uri} is not in front`);
  return editor;
}

function atEnd(editor: TextEditor): TextEditor {
  const end = editor.document.lineAt(editor.document.lineCount - 1).range.end;
  editor.selection = new Selection(end, end);
  return editor;
}
