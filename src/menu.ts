// The menu behind the status bar item: what can be switched now, then every other command.
import * as vscode from "vscode";
import { isSynchronised } from "./client.ts";
import { controlled, controls } from "./controls.ts";
import { isOn, type Languages } from "./documents.ts";
import { section } from "./ids.ts";
import type { Snooze } from "./snooze.ts";
import type { StatusView } from "./status.ts";

/** A command as the manifest offers it. */
export interface Titled {
  readonly command: string;
  readonly title: string;
  readonly icon: string;
}

interface Choice extends vscode.QuickPickItem {
  readonly command?: string;
  readonly values?: readonly unknown[];
}

/** Shows the menu and runs what is chosen. */
export async function showMenu(status: StatusView, snooze: Snooze, titled: readonly Titled[]): Promise<void> {
  const line = (label: string): Choice => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const more = titled.filter(({ command }) => !controlled.has(command));
  const items: readonly Choice[] = [
    line("completions"),
    ...controls(switches(snooze)),
    line("more"),
    ...more.map(({ command, title, icon }) => ({ label: `${icon} ${title}`, command })),
  ];
  const chosen = await vscode.window.showQuickPick(items, { title: "Coterie", placeHolder: status.now.detail });
  if (chosen?.command) await vscode.commands.executeCommand(chosen.command, ...(chosen.values ?? []));
}

function switches(snooze: Snooze) {
  const settings = vscode.workspace.getConfiguration(section);
  const isSet = (key: string) => settings.get<boolean>(key) !== false;
  const document = vscode.window.activeTextEditor?.document;
  const id = document && isSynchronised(document) ? document.languageId : null;
  return {
    enable: isSet("enable"),
    automatic: isSet("automatic"),
    commentsAndStrings: isSet("commentsAndStrings"),
    language: id === null ? null : { id, on: isOn(settings.get<Languages>("languages") ?? {}, id) },
    pausedUntil: snooze.until,
  };
}
