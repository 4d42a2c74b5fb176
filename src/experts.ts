// Adds and removes experts: the user points at a folder or picks an expert, the server does it and all windows follow.
import * as vscode from "vscode";
import type { Client } from "./client.ts";
import { expertAdded, expertRemoved, noneToRemove } from "./words.ts";

/** Adds the expert in `given`, or in a folder that the user chooses. @throws Error when it is refused, in words. */
export async function addExpert(client: Client, given: unknown): Promise<void> {
  const folder = given instanceof vscode.Uri ? given : await chosenFolder();
  if (!folder) return;
  const progress = {
    location: vscode.ProgressLocation.Notification,
    title: "Coterie: checking and compiling the expert",
  };
  const added = await vscode.window.withProgress(progress, () => client.addExpert({ uri: folder.toString() }));
  vscode.window.showInformationMessage(expertAdded(added));
}

/** Removes the expert with the id `given`, or one that the user picks. @throws Error when it is refused, in words. */
export async function removeExpert(client: Client, given: unknown): Promise<void> {
  const id = typeof given === "string" ? given : await chosenExpert(client);
  if (id === undefined) return;
  await client.removeExpert(id);
  vscode.window.showInformationMessage(expertRemoved(id));
}

async function chosenFolder(): Promise<vscode.Uri | undefined> {
  const title = "Add an Expert: the Folder with Its expert.json";
  const choosing = { canSelectFiles: false, canSelectFolders: true, canSelectMany: false, openLabel: "Add", title };
  const [folder] = (await vscode.window.showOpenDialog(choosing)) ?? [];
  return folder;
}

async function chosenExpert(client: Client): Promise<string | undefined> {
  const added = (await client.experts()).filter((expert) => expert.added);
  if (added.length === 0) {
    vscode.window.showInformationMessage(noneToRemove);
    return undefined;
  }
  const items = added.map(({ id, title }) => ({ label: title, description: id, id }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: "Remove an Expert",
    placeHolder: "It is deleted for all windows; the folder that it was added from stays",
    matchOnDescription: true,
  });
  return chosen?.id;
}
