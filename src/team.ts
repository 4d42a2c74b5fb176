// The view "Team": figures over the ledger and memory, in a web view that gets finished pictures and no data to act on.
import * as vscode from "vscode";
import type { Client } from "./client.ts";
import { escaped, type Figure, figures } from "./figures.ts";
import type { Ledger } from "./ledger.ts";
import { HtmlView } from "./webview.ts";

/** Milliseconds between two drawings at least: answers may come with every key. */
const pause = 500;

export class Team implements vscode.WebviewViewProvider, vscode.Disposable {
  private readonly client: Client;
  private readonly ledger: Ledger;
  private readonly media: vscode.Uri;
  private readonly log: vscode.LogOutputChannel;
  private readonly subscription: { dispose(): void };
  private view: vscode.WebviewView | undefined;
  private page: HtmlView | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(client: Client, ledger: Ledger, log: vscode.LogOutputChannel, extension: vscode.Uri) {
    this.client = client;
    this.ledger = ledger;
    this.log = log;
    this.media = vscode.Uri.joinPath(extension, "media");
    this.subscription = ledger.onDidChange(() => this.soon());
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const onUnknown = () => this.log.warn("The view of figures sent a message that is not known.");
    const look = { title: "Coterie: Team", style: "figures.css" };
    this.view = view;
    this.page = new HtmlView(view.webview, this.media, look, () => this.soon(), onUnknown);
    view.onDidChangeVisibility(() => this.soon());
    view.onDidDispose(() => {
      this.view = undefined;
      this.page = undefined;
    });
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
    await this.page?.put(drawn.map(section).join(""));
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
