// "Use Your Own Model...": the models that there are, importing one, changing to one and back, removing one.
import * as vscode from "vscode";
import type { Model, ModelOffer } from "../server/protocol/team.ts";
import type { Client } from "./client.ts";
import { section } from "./ids.ts";
import { choiceLabel, megabytes, modelDescription, modelImported, modelRemoved, offerPlaceholder } from "./words.ts";

interface Item extends vscode.QuickPickItem {
  readonly act?: () => Promise<void>;
  readonly model?: Model;
}

const remove: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon("trash"), tooltip: "Remove This Model" };

/** Lets the user choose a model, or imports the one at `given`. @throws Error when it is refused, in words. */
export async function useModel(client: Client, given: unknown): Promise<void> {
  if (given instanceof vscode.Uri) return importModel(client, given);
  const models = await client.models();
  const chosen = await pick(client, models);
  await chosen?.act?.();
}

function pick(client: Client, models: readonly Model[]): Promise<Item | undefined> {
  const now = vscode.workspace.getConfiguration(section).get<string>("model");
  const mark = (id: string) => (id === now ? "$(check) " : "");
  const embedded: Item = {
    label: `${mark("")}Embedded model`,
    description: "SmolLM2, 135 M parameters, with its experts",
    act: () => change(""),
  };
  const own = models.map(
    (model): Item => ({
      label: `${mark(model.id)}${model.title}`,
      description: modelDescription(model),
      buttons: [remove],
      model,
      act: () => change(model.id),
    }),
  );
  const bring: Item[] = [
    { label: "Import", kind: vscode.QuickPickItemKind.Separator },
    {
      label: "$(file) Import a GGUF File...",
      description: "llama or qwen2 family",
      act: () => importChosen(client, true),
    },
    {
      label: "$(folder) Import a Folder...",
      description: "safetensors with config.json and tokenizer.json",
      act: () => importChosen(client, false),
    },
  ];
  return new Promise((resolve) => {
    const box = vscode.window.createQuickPick<Item>();
    box.title = "Use Your Own Model";
    box.placeholder = "It runs on this machine, by the same rules and checks";
    box.items = [embedded, ...own, ...bring];
    box.onDidAccept(() => {
      resolve(box.selectedItems[0]);
      box.hide();
    });
    box.onDidTriggerItemButton(({ item }) => {
      const { model } = item;
      if (model) resolve({ label: item.label, act: () => removeModel(client, model) });
      box.hide();
    });
    box.onDidHide(() => {
      resolve(undefined);
      box.dispose();
    });
    box.show();
  });
}

/** The server is started again with the new model: the setting is one of those that it opens its engine with. */
async function change(id: string): Promise<void> {
  const value = id === "" ? undefined : id;
  await vscode.workspace.getConfiguration(section).update("model", value, vscode.ConfigurationTarget.Global);
}

async function importChosen(client: Client, file: boolean): Promise<void> {
  const [chosen] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: file,
      canSelectFolders: !file,
      openLabel: "Import",
      title: file ? "Import a Model: a GGUF File" : "Import a Model: the Folder of a Safetensors Model",
      ...(file ? { filters: { GGUF: ["gguf"] } } : {}),
    })) ?? [];
  if (chosen) await importModel(client, chosen);
}

/** Shows what the model will take, compiles it and changes to it. */
async function importModel(client: Client, from: vscode.Uri): Promise<void> {
  const offer = await client.lookAtModel({ uri: from.toString() });
  const bits = await chosenBits(offer);
  if (bits === undefined) return;
  const progress = {
    location: vscode.ProgressLocation.Notification,
    title: `Coterie: compiling ${offer.title}`,
    cancellable: true,
  };
  const model = await vscode.window.withProgress(progress, (report, token) => {
    let said = 0;
    return client.importModel({ uri: from.toString(), bits, id: offer.id }, token, (share) => {
      const percent = Math.floor(100 * share);
      report.report({ increment: percent - said, message: `${percent} %` });
      said = percent;
    });
  });
  if (model === null) return;
  await change(model.id);
  vscode.window.showInformationMessage(modelImported(model));
}

async function chosenBits(offer: ModelOffer): Promise<Model["bits"] | undefined> {
  const items = offer.choices.map(({ bits, memory, disk }) => ({
    label: choiceLabel(bits),
    description: `${megabytes(memory)} of memory, ${megabytes(disk)} of disk`,
    bits,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: `Import ${offer.title}`,
    placeHolder: offerPlaceholder(offer),
  });
  return chosen?.bits;
}

async function removeModel(client: Client, model: Model): Promise<void> {
  const yes = "Remove";
  const question = `Remove the model ${model.title} (${megabytes(model.bytes)})?`;
  const detail = "The file that it was imported from stays.";
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) !== yes) return;
  if (vscode.workspace.getConfiguration(section).get<string>("model") === model.id) await change("");
  await client.removeModel(model.id);
  vscode.window.showInformationMessage(modelRemoved(model));
}
