// Keys of experts on other machines: kept in the editor's secret storage, handed to the server when it asks for one.
import * as vscode from "vscode";
import type { RemoteExpert } from "../server/protocol.ts";
import { section } from "./ids.ts";
import { noRemote } from "./words.ts";

const nameOf = (id: string) => `coterie.remote.${id}`;

/** The key for an expert that the user's own settings name; null for any other. */
export async function keyOf(secrets: vscode.SecretStorage, id: string): Promise<string | null> {
  return id in named() ? ((await secrets.get(nameOf(id))) ?? null) : null;
}

/** Asks for the key of an expert, and keeps it; an empty one is forgotten. */
export async function setKey(secrets: vscode.SecretStorage): Promise<void> {
  const experts = Object.entries(named());
  if (experts.length === 0) {
    vscode.window.showInformationMessage(noRemote);
    return;
  }
  const items = experts.map(([id, { title, url }]) => ({ label: title ?? id, description: url, id }));
  const chosen = await vscode.window.showQuickPick(items, { title: "Set the Key of a Remote Expert" });
  if (!chosen) return;
  const key = await vscode.window.showInputBox({
    title: `Key for ${chosen.label}`,
    prompt: `It is sent to ${chosen.description} and to nobody else. Empty: no key.`,
    password: true,
    ignoreFocusOut: true,
  });
  if (key === undefined) return;
  const given = key.trim();
  if (given === "") await secrets.delete(nameOf(chosen.id));
  else await secrets.store(nameOf(chosen.id), given);
  const done = given === "" ? "has no key any more" : "has a key now, kept in the editor's secret storage";
  vscode.window.setStatusBarMessage(`Coterie: ${chosen.label} ${done}.`, 6_000);
}

/** From the user's own settings, whatever a workspace says. */
function named(): Readonly<Record<string, RemoteExpert>> {
  const found = vscode.workspace.getConfiguration(section).inspect<Record<string, RemoteExpert>>("remoteExperts");
  return found?.globalValue ?? {};
}
