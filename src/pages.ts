// Read-only documents that are shown beside the editor: routes, reports, explanations. One provider for all of them.
import * as vscode from "vscode";
import { section } from "./ids.ts";

/** A page is known by its name, which is also its title; what it said last stays until it is written again. */
export class Pages implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly emitter = new vscode.EventEmitter<vscode.Uri>();
  // Before the registration, which looks at it once.
  readonly onDidChange = this.emitter.event;
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(section, this);

  /** Writes a page as Markdown; a view of it that is open follows. */
  write(name: string, markdown: string): void {
    this.texts.set(pathOf(name), markdown);
    this.emitter.fire(uriOf(name));
  }

  /** Writes a page and opens its preview: where pages are shown already, else beside the active editor. */
  show(name: string, markdown: string): void {
    this.write(name, markdown);
    // Not awaited: the editor's promise may stay open as long as the preview does.
    this.open(uriOf(name)).catch((error: unknown) =>
      vscode.window.showErrorMessage(`Coterie: no preview can be shown: ${error}`),
    );
  }

  /** Keeps a text to be shown in some other way than as a page. */
  keep(path: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: section, path: `/${path}` });
    this.texts.set(uri.path, text);
    this.emitter.fire(uri);
    return uri;
  }

  private async open(uri: vscode.Uri): Promise<void> {
    await vscode.workspace.openTextDocument(uri);
    // What was written while the document was being opened went unheard.
    this.emitter.fire(uri);
    // As an editor of this page alone: a plain preview would turn to whatever Markdown the user looks at next, and goes one
    // column further where a page is in front.
    const options = { viewColumn: columnOfPages() ?? vscode.ViewColumn.Beside, preserveFocus: true, preview: true };
    await vscode.commands.executeCommand("vscode.openWith", uri, "vscode.markdown.preview.editor", options);
  }

  provideTextDocumentContent({ path }: vscode.Uri): string {
    return this.texts.get(path) ?? "";
  }

  dispose(): void {
    this.registration.dispose();
    this.emitter.dispose();
  }
}

/** Where one of our pages is open. */
function columnOfPages(): vscode.ViewColumn | undefined {
  const isPage = ({ input }: vscode.Tab) => input instanceof vscode.TabInputCustom && input.uri.scheme === section;
  return vscode.window.tabGroups.all.find(({ tabs }) => tabs.some(isPage))?.viewColumn;
}

const pathOf = (name: string): string => `/${name}.md`;

function uriOf(name: string): vscode.Uri {
  return vscode.Uri.from({ scheme: section, path: pathOf(name) });
}
