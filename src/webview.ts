// What all our web views have in common: a page without data or commands of its own, into which finished HTML is sent.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

/** Shows HTML in a web view, whenever the view is there to show it. */
export class HtmlView {
  private readonly webview: vscode.Webview;

  /**
   * @param media folder of script and style sheets
   * @param style file name in that folder
   * @param onReady the page stands, for the first time or again after it was hidden: nothing that was sent before is known to it.
   * @param onUnknown the page said something that it never says
   */
  constructor(
    webview: vscode.Webview,
    media: vscode.Uri,
    { title, style }: { readonly title: string; readonly style: string },
    onReady: () => void,
    onUnknown: () => void,
  ) {
    this.webview = webview;
    webview.options = { enableScripts: true, localResourceRoots: [media] };
    webview.onDidReceiveMessage((message: unknown) => (message === "ready" ? onReady() : onUnknown()));
    const uri = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(media, file));
    webview.html = empty(title, webview.cspSource, `${uri(style)}`, `${uri("webview.js")}`);
  }

  /** Replaces what the page shows. A page that is not there yet, or is hidden, does not get it: it says when it is ready. */
  async put(html: string): Promise<void> {
    await this.webview.postMessage({ html });
  }
}

function empty(title: string, source: string, style: string, script: string): string {
  const nonce = randomBytes(16).toString("base64");
  const policy = `default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${style}">
<title>${title}</title>
</head>
<body><main></main><script nonce="${nonce}" src="${script}"></script></body>
</html>`;
}
