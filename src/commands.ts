// Every command and its handler.
import * as vscode from "vscode";
import type { Documentation } from "../server/protocol.ts";
import { calculateHere, replaceWithResult } from "./calculate.ts";
import type { Client } from "./client.ts";
import { isOn, type Languages } from "./documents.ts";
import { addExpert, removeExpert } from "./experts.ts";
import { proveOffline, runSelfTest, tryCompletion } from "./firstrun.ts";
import { type Command, section } from "./ids.ts";
import type { Ledger } from "./ledger.ts";
import { showMenu, type Titled } from "./menu.ts";
import { useModel } from "./models.ts";
import type { Pages } from "./pages.ts";
import type { Plans } from "./plans.ts";
import type { PreviewTexts } from "./previewtexts.ts";
import { setKey } from "./remote.ts";
import { explainRouting } from "./routing.ts";
import { openRules } from "./rules.ts";
import { type Snooze, snoozes } from "./snooze.ts";
import type { StatusView } from "./status.ts";
import { documentHere, explainHere, proposeFor } from "./tasks.ts";

export interface Parts {
  readonly client: Client;
  readonly ledger: Ledger;
  readonly log: vscode.LogOutputChannel;
  readonly pages: Pages;
  readonly plans: Plans;
  readonly previews: PreviewTexts;
  readonly secrets: vscode.SecretStorage;
  readonly snooze: Snooze;
  readonly status: StatusView;
  /** The commands' titles, from the manifest. */
  readonly titled: readonly Titled[];
}

type Handler = (...values: never[]) => unknown;

/** Registers all commands; dispose the result to take them back. */
export function registerCommands(parts: Parts): vscode.Disposable {
  const { client, ledger, log, pages, plans, previews } = parts;
  const handlers: Readonly<Record<Command, Handler>> = {
    "coterie.toggle": () => toggle("enable"),
    "coterie.toggleLanguage": toggleLanguage,
    "coterie.snooze": (minutes?: unknown) => snoozeOrWake(parts, minutes),
    "coterie.toggleAutomatic": () => toggle("automatic"),
    "coterie.toggleCommentsAndStrings": () => toggle("commentsAndStrings"),
    "coterie.explainRouting": () => withServer(parts, () => explainRouting(client, pages)),
    "coterie.explain": (range?: unknown) => withServer(parts, () => explainHere(client, pages, range)),
    "coterie.document": () => withServer(parts, () => documentHere(client, previews)),
    "coterie.calculate": () => withServer(parts, () => calculateHere(client, pages)),
    "coterie.replaceWithResult": (uri: string, range: vscode.Range) =>
      withServer(parts, () => replaceWithResult(client, vscode.Uri.parse(uri), range)),
    "coterie.propose": (uri: string, done: Documentation) => proposeFor(previews, vscode.Uri.parse(uri), done),
    "coterie.showLog": () => log.show(),
    "coterie.restart": () => client.restart(),
    "coterie.openRules": openRules,
    "coterie.tryCompletion": tryCompletion,
    "coterie.selfTest": () => withServer(parts, () => runSelfTest(client, pages)),
    "coterie.proveOffline": () => withServer(parts, () => proveOffline(client, pages)),
    "coterie.addExpert": (folder?: unknown) => withServer(parts, () => addExpert(client, folder)),
    "coterie.removeExpert": (id?: unknown) => withServer(parts, () => removeExpert(client, id)),
    "coterie.useModel": (model?: unknown) => withServer(parts, () => useModel(client, model)),
    "coterie.setRemoteKey": () => setKey(parts.secrets),
    "coterie.plan": (...given) => withServer(parts, () => plans.make(...given)),
    "coterie.planPreview": (step?: unknown) => withServer(parts, () => plans.preview(step)),
    "coterie.planApply": (step?: unknown) => withServer(parts, () => plans.apply(step)),
    "coterie.planAll": (run?: unknown) => withServer(parts, () => plans.applyAll(run)),
    "coterie.planSkip": (step?: unknown) => withServer(parts, () => plans.change(step, "skip")),
    "coterie.planEarlier": (step?: unknown) => withServer(parts, () => plans.change(step, "earlier")),
    "coterie.planLater": (step?: unknown) => withServer(parts, () => plans.change(step, "later")),
    "coterie.planExpert": (step?: unknown, id?: unknown) => withServer(parts, () => plans.giveToExpert(step, id)),
    "coterie.planUndoStep": (step?: unknown) => withServer(parts, () => plans.undo(step, false)),
    "coterie.planUndo": () => withServer(parts, () => plans.undo(undefined, true)),
    "coterie.planResume": () => withServer(parts, () => plans.resume()),
    "coterie.planSave": (target?: unknown) => withServer(parts, () => plans.save(target)),
    "coterie.planOpen": (uri?: unknown) => withServer(parts, () => plans.openSaved(uri)),
    "coterie.accepted": (id: number) => ledger.accepted(id),
    "coterie.menu": () => showMenu(parts.status, parts.snooze, parts.titled),
    "coterie.reveal": reveal,
  };
  return vscode.Disposable.from(
    ...Object.entries(handlers).map(([id, handler]) => vscode.commands.registerCommand(id, reported(log, handler))),
  );
}

/** A handler whose failure is told to the user. */
function reported(log: vscode.LogOutputChannel, handler: Handler): Handler {
  return async (...values) => {
    try {
      await handler(...values);
    } catch (error) {
      log.error(error instanceof Error ? error : String(error));
      const chosen = await vscode.window.showErrorMessage(
        `Coterie: ${error instanceof Error ? error.message : String(error)}`,
        "Show Log",
      );
      if (chosen) log.show();
    }
  };
}

/** Does what needs the server, as soon as it has started, or says why it cannot be done. */
async function withServer({ client, status }: Parts, action: () => Promise<void>): Promise<void> {
  if (client.isRunning) return action();
  const progress = { location: vscode.ProgressLocation.Window, title: "Coterie: starting" };
  if (await vscode.window.withProgress(progress, () => client.runs())) return action();
  const chosen = await vscode.window.showWarningMessage(`Coterie cannot answer now. ${status.now.detail}`, "Restart");
  if (chosen) await client.restart();
}

async function toggle(key: "enable" | "automatic" | "commentsAndStrings"): Promise<void> {
  const settings = vscode.workspace.getConfiguration(section);
  await settings.update(key, !settings.get<boolean>(key), scopeOf(settings, key));
}

/** Is silent for some minutes, asked for where they are not given; 0 ends a pause. */
async function snoozeOrWake({ snooze }: Parts, given?: unknown): Promise<void> {
  const minutes = typeof given === "number" ? given : await askMinutes(snooze.until !== undefined);
  if (minutes === undefined) return;
  if (minutes > 0) snooze.start(minutes);
  else snooze.stop();
}

async function askMinutes(isPaused: boolean): Promise<number | undefined> {
  const wake = isPaused ? [{ label: "End the pause", minutes: 0 }] : [];
  const choices = [...wake, ...snoozes.map((minutes) => ({ label: `${minutes} minutes`, minutes }))];
  return (await vscode.window.showQuickPick(choices, { title: "Pause Completions" }))?.minutes;
}

async function toggleLanguage(): Promise<void> {
  const languageId = vscode.window.activeTextEditor?.document.languageId;
  if (languageId === undefined) {
    vscode.window.showInformationMessage("Coterie: open a document of the language first.");
    return;
  }
  const settings = vscode.workspace.getConfiguration(section);
  const on = !isOn(settings.get<Languages>("languages") ?? {}, languageId);
  const target = scopeOf(settings, "languages");
  const known = settings.inspect<Languages>("languages");
  const own = target === vscode.ConfigurationTarget.Workspace ? known?.workspaceValue : known?.globalValue;
  await settings.update("languages", { ...own, [languageId]: on }, target);
  vscode.window.setStatusBarMessage(`Coterie: completions are ${on ? "on" : "off"} for ${languageId}.`, 4_000);
}

/** Where a setting is changed: in the workspace when that says something about it, else for the user. */
function scopeOf(settings: vscode.WorkspaceConfiguration, key: string): vscode.ConfigurationTarget {
  return settings.inspect(key)?.workspaceValue === undefined
    ? vscode.ConfigurationTarget.Global
    : vscode.ConfigurationTarget.Workspace;
}

async function reveal(uri: string, { line, character }: vscode.Position): Promise<void> {
  const place = new vscode.Position(line, character);
  await vscode.window.showTextDocument(vscode.Uri.parse(uri), { selection: new vscode.Range(place, place) });
}
