// Writes what a step of a plan changes: one versioned edit, saved where the document was saved before, then the diagnostics.
import * as vscode from "vscode";
import type { WriteFilesParams, WriteFilesResult } from "../server/planning.ts";

/** Diagnostics count as settled when nothing has come for so long, and are waited for no longer than that. Milliseconds. */
const quiet = 700;
const longest = 6_000;

/**
 * Writes all files or none. Refused when a document no longer holds what the step was made for; between that look and the
 * edit nothing can come in, and the editor itself refuses an edit of a document that changes meanwhile.
 */
export async function writeFiles({ files }: WriteFilesParams): Promise<WriteFilesResult> {
  const refused = (why: string): WriteFilesResult => ({ why, after: [], complaints: [] });
  const opened = new Map<string, vscode.TextDocument>();
  for (const { uri, before } of files) {
    if (before === null) continue;
    try {
      opened.set(uri, await vscode.workspace.openTextDocument(vscode.Uri.parse(uri)));
    } catch (error) {
      return refused(error instanceof Error ? error.message : String(error));
    }
  }
  const edit = new vscode.WorkspaceEdit();
  for (const { uri, before, after, edits } of files) {
    const target = vscode.Uri.parse(uri);
    const document = opened.get(uri);
    if (before === null) {
      edit.createFile(target, { overwrite: false, contents: new TextEncoder().encode(after ?? "") });
      continue;
    }
    if (document?.getText() !== before) {
      return refused(`${vscode.workspace.asRelativePath(target)} has changed meanwhile, or mixes line endings`);
    }
    if (after === null) edit.deleteFile(target);
    for (const { start, end, text } of edits) {
      edit.replace(target, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
    }
  }
  const clean = [...opened.values()].filter((document) => !document.isDirty);
  const uris = files.map(({ uri }) => vscode.Uri.parse(uri));
  const errorsBefore = errorsOf(uris);
  const settled = whenSettled();
  if (!(await vscode.workspace.applyEdit(edit, { isRefactoring: true }))) {
    return refused("the editor did not take the edit: a file has changed or cannot be written");
  }
  const gone = new Set(files.filter(({ after }) => after === null).map(({ uri }) => uri));
  const unsaved: string[] = [];
  for (const document of clean) {
    if (gone.has(document.uri.toString()) || !document.isDirty || (await document.save())) continue;
    unsaved.push(`${vscode.workspace.asRelativePath(document.uri)} could not be saved`);
  }
  // Before anybody has time to type.
  const after = files.map((file) => (gone.has(file.uri) ? null : (opened.get(file.uri)?.getText() ?? file.after)));
  await settled;
  return { why: null, after, complaints: [...unsaved, ...worse(errorsBefore, errorsOf(uris))] };
}

/** Errors by message, with how many there are: places move. */
function errorsOf(uris: readonly vscode.Uri[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { message, severity } of uris.flatMap((uri) => vscode.languages.getDiagnostics(uri))) {
    if (severity === vscode.DiagnosticSeverity.Error) counts.set(message, (counts.get(message) ?? 0) + 1);
  }
  return counts;
}

function worse(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): readonly string[] {
  return [...after].filter(([message, count]) => count > (before.get(message) ?? 0)).map(([message]) => message);
}

/** Settles when no diagnostics have come for a while. */
function whenSettled(): Promise<void> {
  return new Promise((resolve) => {
    let timer = setTimeout(done, quiet);
    const last = setTimeout(done, longest);
    const listening = vscode.languages.onDidChangeDiagnostics(() => {
      clearTimeout(timer);
      timer = setTimeout(done, quiet);
    });
    function done(): void {
      clearTimeout(timer);
      clearTimeout(last);
      listening.dispose();
      resolve();
    }
  });
}
