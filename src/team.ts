// The view "Team": figures over the ledger and memory, in a web view that gets finished pictures and no data to act on.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { Client } from "./client.ts";
import { escaped, type Figure, figures } from "./figures.ts";
import type { Ledger } from "./ledger.ts";

/** Milliseconds between two drawings at least: answers may come with every key. */
const pause = 500;

export class Team implements vscode.WebviewViewProvider, vscode.Disposable {
  private readonly client: Client;
  private readonly ledger: Ledger;
  private readonly media: vscode.Uri;
  private readonly log: vscode.LogOutputChannel;
  private readonly subscription: { dispose(): void };
  private view: vscode.WebviewView | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(client: Client, ledger: Ledger, log: vscode.LogOutputChannel, extension: vscode.Uri) {
    this.client = client;
    this.ledger = ledger;
    this.log = log;
    this.media = vscode.Uri.joinPath(extension, "media");
    this.subscription = ledger.onDidChange(() => this.soon());
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    const { webview } = view;
    webview.options = { enableScripts: true, localResourceRoots: [this.media] };
    webview.onDidReceiveMessage((message: unknown) => {
      // The only thing that the page says: it stands and can be drawn on.
      if (message === "ready") this.soon();
      else this.log.warn("The view of figures sent a message that is not known.");
    });
    view.onDidChangeVisibility(() => this.soon());
    view.onDidDispose(() => {
      this.view = undefined;
    });
    webview.html = this.page(webview);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscription.dispose();
  }

  private soon(): void {
    if (!this.view?.visible || this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.draw().catch((error: unknown) => this.log.error(`Drawing the figures: ${error}`));
    }, pause);
  }

  private async draw(): Promise<void> {
    const memory = this.client.isRunning ? await this.client.memory() : null;
    const drawn = figures(this.ledger.entries, memory);
    await this.view?.webview.postMessage({ kind: "figures", html: drawn.map(section).join("") });
  }

  private page(webview: vscode.Webview): string {
    const nonce = randomBytes(16).toString("base64");
    const uri = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(this.media, file));
    const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${uri("figures.css")}">
<title>Coterie: Team</title>
</head>
<body><main id="figures" aria-live="off"></main><script nonce="${nonce}" src="${uri("figures.js")}"></script></body>
</html>`;
  }
}

/** A figure as HTML: the sentence first, then the picture, then the same as a table that can be opened by key. */
function section({ title, summary, svg, table }: Figure): string {
  const [heads = [], ...rows] = table;
  const head = heads.map((each) => `<th scope="col">${escaped(each)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((each) => `<td>${escaped(each)}</td>`).join("")}</tr>`).join("");
  const numbers =
    rows.length === 0
      ? ""
      : `<details><summary>Numbers</summary><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></details>`;
  return `<section data-title="${escaped(title)}"><h2>${escaped(title)}</h2><p>${escaped(summary)}</p>${svg}${numbers}</section>`;
}
