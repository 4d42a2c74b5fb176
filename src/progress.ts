// A notification with a Cancel button while a request is answered.
import * as vscode from "vscode";

/** Runs what may take a while; its token is that of the button. */
export function cancellable<T>(title: string, run: (token: vscode.CancellationToken) => Promise<T>): Thenable<T> {
  const progress = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(progress, (_, token) => run(token));
}
