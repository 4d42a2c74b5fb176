// Makes each object once, ties them together, and says in words when something fails.
import * as vscode from "vscode";
import type { Settings } from "../server/protocol.ts";
import { FormulaActions } from "./calculate.ts";
import { joinChat } from "./chat.ts";
import { Client, isSynchronised } from "./client.ts";
import { registerCommands } from "./commands.ts";
import { WhenIdle } from "./idle.ts";
import { answersView, type Command, section, stepsView, teamView } from "./ids.ts";
import { Ledger } from "./ledger.ts";
import { provideModel } from "./localmodel.ts";
import type { Titled } from "./menu.ts";
import { ChosenModel } from "./models.ts";
import { Pages } from "./pages.ts";
import { Plans } from "./plans.ts";
import { PlanView } from "./planview.ts";
import { PreviewTexts } from "./previewtexts.ts";
import { keyOf } from "./remote.ts";
import { CursorRest } from "./rest.ts";
import { Sidebar } from "./sidebar.ts";
import { Snooze } from "./snooze.ts";
import { StatusView } from "./status.ts";
import { TaskActions } from "./tasks.ts";
import { Team } from "./team.ts";
import { logLine } from "./words.ts";

/** What is read from package.json. */
interface Manifest {
  readonly version: string;
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly Titled[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope: string }>> };
  };
}

/** Settings that the engine is opened with: a change of one needs a new server. */
const settingsOfStart: readonly (keyof Settings)[] = [
  "threads",
  "contextTokens",
  "model",
  "modelMemory",
  "remoteExperts",
];

/** Milliseconds after which the cursor counts as resting: longer than between two keys. */
const restsAfter = 400;

/** Milliseconds without an answer until a server that holds memory for nothing is replaced. */
const idleAfter = 60_000;

// The editor calls `deactivate` without arguments, and only its promise is waited for.
let stop: (() => Promise<void>) | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const { subscriptions } = context;
  const manifest: Manifest = context.extension.packageJSON;
  const log = vscode.window.createOutputChannel("Coterie", { log: true });
  const ledger = new Ledger();
  const snooze = new Snooze();
  const status = new StatusView(ledger, snooze);
  const sidebar = new Sidebar(ledger);
  const client = new Client({
    module: context.asAbsolutePath("dist/server.js"),
    log,
    restricted: manifest.capabilities.untrustedWorkspaces.restrictedConfigurations,
    userOnly: Object.entries(manifest.contributes.configuration.properties).flatMap(([id, { scope }]) =>
      scope === "machine" ? id : [],
    ),
    keyOf: (id) => keyOf(context.secrets, id),
    silent: () => snooze.until !== undefined,
    answered: (answer) => {
      log.info(logLine(answer));
      ledger.add(answer);
    },
    stale: () => recycling.ask(),
    changed: (phase, detail) => {
      status.phaseChanged(phase, detail);
      if (phase === "starting") {
        recycling.forget();
        rest.forget();
      }
      if (phase === "gave up") void complain(detail, log);
    },
    status: (news) => {
      if (news.state !== "answering") log.info(news.detail);
      if (news.state === "ready") {
        tellRest();
        chosen.check().catch((error: unknown) => log.warn(`Looking for the chosen model: ${error}`));
      }
      recycling.stir(news.state === "answering");
      const { light, detail } = status.now;
      status.serverChanged(news);
      const known = light === "failed" && detail === news.detail;
      if (news.state === "failed" && !known) void complain(news.detail, log);
    },
  });
  const chosen = new ChosenModel(client);
  const recycling = new WhenIdle(idleAfter, () => {
    log.info("Nobody waits for an answer: the server is started again, without the weights of experts that are gone.");
    void client.restart();
  });
  const rest = new CursorRest(restsAfter, (uri, position) => {
    if (snooze.until === undefined) client.rested({ uri, position });
  });
  const tellRest = () => {
    const editor = vscode.window.activeTextEditor;
    if (editor && isSynchronised(editor.document)) {
      const { document, selection } = editor;
      rest.moved(document.uri.toString(), document.version, selection.active);
    }
  };
  const pages = new Pages(context.extensionUri, log);
  const steps = new PlanView();
  const previews = new PreviewTexts();
  const plans = new Plans(client, steps, previews);
  const stepsTree = vscode.window.createTreeView(stepsView, { treeDataProvider: steps });
  stepsTree.onDidChangeCheckboxState(({ items }) => steps.tick(items));
  subscriptions.push(steps, previews, stepsTree);
  const team = new Team(client, ledger, log, context.extensionUri);
  subscriptions.push(log, snooze, status, sidebar, pages, team, recycling);
  subscriptions.push(vscode.window.registerWebviewViewProvider(teamView, team));
  subscriptions.push(vscode.window.registerTreeDataProvider(answersView, sidebar));
  subscriptions.push(
    registerCommands({
      ...{ client, ledger, log, pages, plans, previews, snooze, status, secrets: context.secrets },
      titled: manifest.contributes.commands,
    }),
  );
  subscriptions.push(...watchFates(ledger), rest);
  subscriptions.push(
    vscode.window.onDidChangeActiveTextEditor(tellRest),
    vscode.window.onDidChangeTextEditorSelection(tellRest),
  );
  subscriptions.push(joinChat(client, plans, log), provideModel(client, manifest.version));
  subscriptions.push(vscode.languages.registerCodeActionsProvider(TaskActions.selector, new TaskActions()));
  subscriptions.push(
    vscode.languages.registerCodeActionsProvider({ pattern: "**" }, new FormulaActions(), {
      providedCodeActionKinds: [vscode.CodeActionKind.RefactorRewrite],
    }),
  );
  subscriptions.push(
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      // A server that is down hears of it when it starts.
      client.trust().catch((error: unknown) => log.warn(`Telling the server of the trust: ${error}`));
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (settingsOfStart.some((key) => event.affectsConfiguration(`${section}.${key}`))) void client.restart();
    }),
  );
  stop = () => client.stop();
  // Not awaited: the editor must not wait for a process to start. Failures are told by `changed`.
  void client.start();
}

export function deactivate(): Promise<void> | undefined {
  return stop?.();
}

/** Lets the ledger see what the editor tells about shown text: edits and where the cursor stands. */
function watchFates(ledger: Ledger): vscode.Disposable[] {
  return [
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      const edits = contentChanges.map(({ range, text }) => ({ start: range.start, end: range.end, text }));
      ledger.edited(document.uri.toString(), edits);
    }),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
      const [first] = selections;
      if (first) ledger.moved(textEditor.document.uri.toString(), first.active);
    }),
  ];
}

async function complain(detail: string, log: vscode.LogOutputChannel): Promise<void> {
  const restart: Command = "coterie.restart";
  const chosen = await vscode.window.showErrorMessage(`Coterie: ${detail}`, "Restart", "Show Log");
  if (chosen === "Restart") await vscode.commands.executeCommand(restart);
  if (chosen === "Show Log") log.show();
}
