// What the walkthrough offers: a place to try a completion, a self-test, and the proof that nothing leaves the machine.
import * as vscode from "vscode";
import type { Client } from "./client.ts";
import type { Pages } from "./pages.ts";
import { offlineDocument, selfTestDocument } from "./reports.ts";

const example = `// Try it: wait a moment for the grey text, press Tab to take it, or type on.
interface Item {
  name: string;
  price: number;
}

/** Returns the sum of all prices. */
function total(items: Item[]): number {
  let sum = 0;
  for (const item of items) {
    sum +=\u0020`;

/** Opens an example with the cursor where a completion is due, and asks for it. */
export async function tryCompletion(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: "typescript", content: example });
  const end = document.positionAt(example.length);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(end, end) });
  await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
}

/** Lets the server test itself and shows what it found. */
export async function runSelfTest(client: Client, pages: Pages): Promise<void> {
  const progress = { location: vscode.ProgressLocation.Notification, title: "Coterie: running the self-test" };
  const checks = await vscode.window.withProgress(progress, () => client.selfTest());
  pages.show("Self-test", selfTestDocument(checks));
}

/** Shows which sockets the server has open; the report can be copied. */
export async function proveOffline(client: Client, pages: Pages): Promise<void> {
  const report = offlineDocument(await client.offline());
  pages.show("Offline", report);
  // Not awaited: the message may stay for as long as the user likes.
  void offerCopy(report);
}

async function offerCopy(report: string): Promise<void> {
  const copy = "Copy the Report";
  const chosen = await vscode.window.showInformationMessage(
    "Coterie: the report on open sockets is shown beside this.",
    copy,
  );
  if (chosen === copy) await vscode.env.clipboard.writeText(report);
}
