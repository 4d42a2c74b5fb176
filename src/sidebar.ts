// The tree of answers: a view of the ledger.
import * as vscode from "vscode";
import type { Command } from "./ids.ts";
import type { Entry, Ledger } from "./ledger.ts";
import { answerDescription, answerDetails, answerLabel, type Detail, fateIcon } from "./words.ts";

interface Line {
  readonly entry: Entry;
  readonly detail: Detail;
}

type Node = Entry | Line;

export class Sidebar implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly ledger: Ledger;
  private readonly emitter = new vscode.EventEmitter<void>();
  private readonly subscription: { dispose(): void };
  readonly onDidChangeTreeData = this.emitter.event;

  constructor(ledger: Ledger) {
    this.ledger = ledger;
    this.subscription = ledger.onDidChange(() => this.emitter.fire());
  }

  getChildren(node?: Node): Node[] {
    if (node === undefined) return [...this.ledger.entries];
    if ("detail" in node) return [];
    const path = name(node);
    return answerDetails(node, path).map((detail) => ({ entry: node, detail }));
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return "detail" in node ? lineItem(node) : answerItem(node);
  }

  dispose(): void {
    this.subscription.dispose();
    this.emitter.dispose();
  }
}

function answerItem(entry: Entry): vscode.TreeItem {
  const item = new vscode.TreeItem(answerLabel(entry), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = String(entry.serial);
  item.description = answerDescription(entry);
  item.iconPath = new vscode.ThemeIcon(fateIcon(entry.fate));
  item.tooltip = entry.answer.text === "" ? answerLabel(entry) : entry.answer.text;
  return item;
}

function lineItem({ entry, detail }: Line): vscode.TreeItem {
  const item = new vscode.TreeItem(detail.label);
  item.id = `${entry.serial}/${detail.label}`;
  item.description = detail.value;
  item.tooltip = `${detail.label}: ${detail.value}`;
  item.iconPath = new vscode.ThemeIcon(detail.icon);
  if (detail.leadsToPlace) {
    const command: Command = "coterie.reveal";
    item.command = { command, title: "Go to the Place", arguments: [entry.answer.uri, entry.answer.position] };
  }
  return item;
}

function name(entry: Entry): string {
  return vscode.workspace.asRelativePath(vscode.Uri.parse(entry.answer.uri));
}
