// What is told beside the editor: routes, reports, explanations. Markdown in web views of our own: the editor's preview of Markdown
// forgets what changes while it is loading, and a page could say for ever that the model is reading.
import * as vscode from "vscode";
import { htmlOf } from "./html.ts";
import { pageView } from "./ids.ts";
import { HtmlView } from "./webview.ts";

interface Page {
  readonly panel: vscode.WebviewPanel;
  readonly view: HtmlView;
  /** What it says, as Markdown. */
  text: string;
}

/** A page is known by its name, which is also its title; it is open once at most. */
export class Pages implements vscode.Disposable {
  private readonly media: vscode.Uri;
  private readonly log: vscode.LogOutputChannel;
  private readonly open = new Map<string, Page>();

  /** @param extension folder in which the extension is installed */
  constructor(extension: vscode.Uri, log: vscode.LogOutputChannel) {
    this.media = vscode.Uri.joinPath(extension, "media");
    this.log = log;
  }

  /** Writes a page as Markdown. One that the user has closed stays closed. */
  write(name: string, text: string): void {
    const page = this.open.get(name);
    if (!page) return;
    page.text = text;
    this.put(name, page);
  }

  /** Writes a page and brings it to the front: where pages are shown already, else beside the active editor. */
  show(name: string, text: string): void {
    const page = this.open.get(name);
    if (page) page.panel.reveal(undefined, true);
    else this.open.set(name, this.made(name));
    this.write(name, text);
  }

  dispose(): void {
    for (const { panel } of this.open.values()) panel.dispose();
  }

  private made(name: string): Page {
    const [other] = this.open.values();
    const where = { viewColumn: other?.panel.viewColumn ?? vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel(pageView, name, where, { enableFindWidget: true });
    panel.iconPath = vscode.Uri.joinPath(this.media, "icon.svg");
    panel.onDidDispose(() => this.open.delete(name));
    const look = { title: `Coterie: ${name}`, style: "page.css" };
    const onUnknown = () => this.log.warn(`The page "${name}" sent a message that is not known.`);
    const onReady = () => this.put(name, page);
    const page = { panel, view: new HtmlView(panel.webview, this.media, look, onReady, onUnknown), text: "" };
    return page;
  }

  private put(name: string, { view, text }: Page): void {
    view.put(htmlOf(text)).catch((error: unknown) => this.log.error(`Writing the page "${name}": ${error}`));
  }
}
