// "Use Your Own Model...": the models that there are, importing one, changing to one and back, removing one.
import * as vscode from "vscode";
import type { ImportModelParams, Model, ModelOffer } from "../server/protocol/team.ts";
import type { RemoteExpert } from "../server/protocol.ts";
import type { Client } from "./client.ts";
import { section } from "./ids.ts";
import {
  choiceDescription,
  choiceLabel,
  importCancelled,
  megabytes,
  modelDescription,
  modelImported,
  modelMissing,
  modelOutdated,
  modelRemoved,
  offerPlaceholder,
} from "./words.ts";

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
      label: `${model.outdated === undefined ? mark(model.id) : "$(warning) "}${model.title}`,
      description: modelDescription(model),
      buttons: [remove],
      model,
      act: () => (model.outdated === undefined ? change(model.id) : compileAgain(client, model, model.outdated)),
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
  const uri = from.toString();
  const offer = await client.lookAtModel({ uri });
  const bits = await chosenBits(offer);
  if (bits !== undefined) await compile(client, offer.title, { uri, bits, id: offer.id });
}

/** Compiles a model that another version of Coterie has compiled, from where it was imported. */
async function compileAgain(client: Client, { title, bits, id }: Model, uri: string): Promise<void> {
  await compile(client, title, { uri, bits, id });
}

/** Compiles a model, with its progress shown, and changes to it unless it was cancelled. */
async function compile(client: Client, title: string, params: ImportModelParams): Promise<void> {
  const progress = {
    location: vscode.ProgressLocation.Notification,
    title: `Coterie: compiling ${title}`,
    cancellable: true,
  };
  const model = await vscode.window.withProgress(progress, (report, token) => {
    let said = 0;
    return client.importModel(params, token, (share) => {
      const percent = Math.floor(100 * share);
      report.report({ increment: percent - said, message: `${percent} %` });
      said = percent;
    });
  });
  if (model === null) {
    vscode.window.setStatusBarMessage(importCancelled(title), 6_000);
    return;
  }
  // A setting that stays as it is starts no new server.
  if (vscode.workspace.getConfiguration(section).get<string>("model") === model.id) await client.restart();
  else await change(model.id);
  vscode.window.showInformationMessage(modelImported(model));
}

async function chosenBits(offer: ModelOffer): Promise<Model["bits"] | undefined> {
  const items = offer.choices.map((choice) => ({
    label: choiceLabel(choice.bits),
    description: choiceDescription(choice, offer.machine),
    bits: choice.bits,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: `Import ${offer.title}`,
    placeHolder: offerPlaceholder(offer),
  });
  return chosen?.bits;
}

/** Says, once for each, that the model which the settings name cannot be asked, and offers what can be done. */
export class ChosenModel {
  private readonly client: Client;
  private readonly told = new Set<string>();

  constructor(client: Client) {
    this.client = client;
  }

  async check(): Promise<void> {
    const settings = vscode.workspace.getConfiguration(section);
    const id = settings.get<string>("model") ?? "";
    const remote = settings.inspect<Record<string, RemoteExpert>>("remoteExperts")?.globalValue ?? {};
    if (id === "" || id in remote || this.told.has(id)) return;
    const model = (await this.client.models()).find((each) => each.id === id);
    if (model !== undefined && model.outdated === undefined) return;
    this.told.add(id);
    if (model?.outdated === undefined) {
      const choose = "Choose a Model";
      if ((await vscode.window.showWarningMessage(modelMissing(id), choose)) === choose)
        await useModel(this.client, null);
    } else {
      const again = "Compile It Again";
      const chosen = await vscode.window.showWarningMessage(modelOutdated(model), again);
      if (chosen === again) await compileAgain(this.client, model, model.outdated);
    }
  }
}

async function removeModel(client: Client, model: Model): Promise<void> {
  const yes = "Remove";
  const question = `Remove the model ${model.title} (${megabytes(model.bytes)})?`;
  const detail = "The file that it was imported from stays.";
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) !== yes) return;
  if (vscode.workspace.getConfiguration(section).get<string>("model") === model.id) {
    await change("");
    // The setting starts the server again.
    await client.runs();
  }
  await client.removeModel(model.id);
  vscode.window.showInformationMessage(modelRemoved(model));
}
