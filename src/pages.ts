// Read-only documents that are shown beside the editor: routes, reports, explanations. One provider for all of them.
import * as vscode from "vscode";
import { section } from "./ids.ts";

/** A page is known by its name, which is also its title; what it said last stays until it is written again. */
export class Pages implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly emitter = new vscode.EventEmitter<vscode.Uri>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(section, this);
  readonly onDidChange = this.emitter.event;

  /** Writes a page as Markdown; a view of it that is open follows. */
  write(name: string, markdown: string): void {
    this.texts.set(pathOf(name), markdown);
    this.emitter.fire(uriOf(name));
  }

  /** Writes a page and opens its preview beside the active editor. */
  async show(name: string, markdown: string): Promise<void> {
    this.write(name, markdown);
    await vscode.commands.executeCommand("markdown.showPreviewToSide", uriOf(name));
  }

  provideTextDocumentContent({ path }: vscode.Uri): string {
    return this.texts.get(path) ?? "";
  }

  dispose(): void {
    this.registration.dispose();
    this.emitter.dispose();
  }
}

const pathOf = (name: string): string => `/${name}.md`;

function uriOf(name: string): vscode.Uri {
  return vscode.Uri.from({ scheme: section, path: pathOf(name) });
}
