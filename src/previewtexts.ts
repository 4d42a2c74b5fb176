// Read-only texts for the editor's own view of differences: what a step or a proposal would make of a document.
import * as vscode from "vscode";
import type { FilePreview } from "../server/planning.ts";
import { section } from "./ids.ts";

export class PreviewTexts implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly emitter = new vscode.EventEmitter<vscode.Uri>();
  // Before the registration, which looks at it once.
  readonly onDidChange = this.emitter.event;
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(section, this);

  /** Shows what a step changes, a tab a file. */
  async show(title: string, files: readonly FilePreview[]): Promise<void> {
    for (const { file, before, after } of files) {
      const [left, right] = [this.put(`before/${file}`, before ?? ""), this.put(`after/${file}`, after)];
      // Several stay open beside each other: the tab of a preview would be taken by the next one.
      const [named, preview] = files.length === 1 ? [title, true] : [`${file}: ${title}`, false];
      await vscode.commands.executeCommand("vscode.diff", left, right, named, { preview, preserveFocus: true });
    }
  }

  /** Shows a text as it is. */
  async page(name: string, text: string): Promise<void> {
    await vscode.window.showTextDocument(this.put(name, text), { preview: true });
  }

  /** Keeps a text under a path; a view of it that is open follows. */
  put(path: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: section, path: `/${path}` });
    this.texts.set(uri.path, text);
    this.emitter.fire(uri);
    return uri;
  }

  provideTextDocumentContent({ path }: vscode.Uri): string {
    return this.texts.get(path) ?? "";
  }

  dispose(): void {
    this.registration.dispose();
    this.emitter.dispose();
  }
}
