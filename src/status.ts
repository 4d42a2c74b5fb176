// The status bar item and its twin in the language status: state, expert, time.
import * as vscode from "vscode";
import type { Status as ServerStatus } from "../server/protocol.ts";
import { isSynchronised } from "./client.ts";
import { isOn, type Languages } from "./documents.ts";
import { type Command, section, stateKey } from "./ids.ts";
import type { Ledger } from "./ledger.ts";
import type { Snooze } from "./snooze.ts";
import type { Phase } from "./supervisor.ts";
import { type Light, pausedUntil, type Shown, statusText } from "./words.ts";

const menu: Command = "coterie.menu";

const colours: Readonly<Partial<Record<Light, string>>> = { failed: "statusBarItem.warningBackground" };

const severities: Readonly<Record<Light, vscode.LanguageStatusSeverity>> = {
  off: vscode.LanguageStatusSeverity.Information,
  loading: vscode.LanguageStatusSeverity.Information,
  ready: vscode.LanguageStatusSeverity.Information,
  failed: vscode.LanguageStatusSeverity.Error,
};

export class StatusView implements vscode.Disposable {
  private readonly ledger: Ledger;
  private readonly snooze: Snooze;
  private readonly bar = vscode.window.createStatusBarItem("coterie.status", vscode.StatusBarAlignment.Right, 100);
  private readonly language = vscode.languages.createLanguageStatusItem("coterie.language", "*");
  private readonly subscriptions: { dispose(): void }[];
  private phase: Phase = "starting";
  private detail = "The language server is starting.";
  private server: ServerStatus | undefined;
  private light: Light | undefined;

  constructor(ledger: Ledger, snooze: Snooze) {
    this.ledger = ledger;
    this.snooze = snooze;
    this.bar.name = this.language.name = "Coterie";
    this.bar.command = menu;
    this.language.command = { command: menu, title: "Menu" };
    this.subscriptions = [
      this.bar,
      this.language,
      ledger.onDidChange(() => this.show()),
      snooze.onDidChange(() => this.show()),
      vscode.window.onDidChangeActiveTextEditor(() => this.show()),
      vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration(section) && this.show()),
    ];
    this.show();
    this.bar.show();
  }

  /** The server's process came, went or comes back. */
  phaseChanged(phase: Phase, detail: string): void {
    this.phase = phase;
    this.detail = detail;
    if (phase !== "running") this.server = undefined;
    this.show();
  }

  /** The server said how it is. */
  serverChanged(status: ServerStatus): void {
    this.server = status;
    this.show();
  }

  /** What is shown now. */
  get now(): Shown {
    return statusText({
      phase: this.phase,
      detail: this.detail,
      server: this.server,
      off: pausedUntil(this.snooze.until) ?? whyOff(),
      latest: this.ledger.latest,
      remote: vscode.env.remoteName,
    });
  }

  dispose(): void {
    for (const each of this.subscriptions) each.dispose();
  }

  private show(): void {
    const { light, text, detail, busy } = this.now;
    const colour = colours[light];
    this.bar.text = text;
    this.bar.tooltip = `Coterie: ${detail}`;
    this.bar.backgroundColor = colour === undefined ? undefined : new vscode.ThemeColor(colour);
    this.language.text = text.replace(/\$\([^)]*\)\s*/, "");
    this.language.detail = detail;
    this.language.busy = busy;
    this.language.severity = severities[light];
    if (light !== this.light) void vscode.commands.executeCommand("setContext", stateKey, light);
    this.light = light;
  }
}

/** Why completions are off for the active editor, or null. */
function whyOff(): string | null {
  const settings = vscode.workspace.getConfiguration(section);
  if (settings.get<boolean>("enable") === false) return "Completions are turned off.";
  const document = vscode.window.activeTextEditor?.document;
  if (!document || !isSynchronised(document)) return null;
  const { languageId } = document;
  const languages = settings.get<Languages>("languages") ?? {};
  return isOn(languages, languageId) ? null : `Completions are turned off for ${languageId}.`;
}
