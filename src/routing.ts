// "Explain routing here": asks the server who would answer at the cursor and shows every rule that was tried.
import * as vscode from "vscode";
import { type Client, isSynchronised } from "./client.ts";
import { section } from "./ids.ts";
import { routeDocument } from "./words.ts";

/** Provides the one document that shows the last explanation. */
export class Routing implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly client: Client;
  private readonly emitter = new vscode.EventEmitter<vscode.Uri>();
  private readonly uri = vscode.Uri.from({ scheme: section, path: "/Routing.md" });
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(section, this);
  private text = "";
  readonly onDidChange = this.emitter.event;

  constructor(client: Client) {
    this.client = client;
  }

  /** Shows the route at the cursor of the active editor, beside it. */
  async explain(): Promise<void> {
    // With our own preview in front no text editor is active, but the document beside it is meant.
    const { activeTextEditor, visibleTextEditors } = vscode.window;
    const editor = [activeTextEditor, ...visibleTextEditors].find((each) => each && isSynchronised(each.document));
    if (!editor) {
      vscode.window.showInformationMessage("Coterie: put the cursor into a document first.");
      return;
    }
    const { document, selection } = editor;
    const { line, character } = selection.active;
    const route = await this.client.route({
      uri: document.uri.toString(),
      position: { line, character },
      task: "complete",
    });
    this.text = routeDocument(route, vscode.workspace.asRelativePath(document.uri), line + 1, character + 1);
    this.emitter.fire(this.uri);
    await vscode.commands.executeCommand("markdown.showPreviewToSide", this.uri);
  }

  provideTextDocumentContent(): string {
    return this.text;
  }

  dispose(): void {
    this.registration.dispose();
    this.emitter.dispose();
  }
}
