// The language server on a connection: makes each part once, wires them to the messages, and reports failure in words.
import type { Connection, InitializeParams, InitializeResult } from "vscode-languageserver";
import {
  DidChangeConfigurationNotification,
  ErrorCodes,
  LSPErrorCodes,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { Access } from "./access.ts";
import { algebra } from "./algebra/thread.ts";
import { diagnosticsOf } from "./diagnostics.ts";
import type { Engine, EngineOptions } from "./engine/engine.ts";
import { Calculations } from "./features/calculate.ts";
import { Chosen, rosterOf } from "./features/chosen.ts";
import { Commands } from "./features/commands.ts";
import { Completions } from "./features/complete.ts";
import { Executed, executable } from "./features/executed.ts";
import { Experts } from "./features/experts.ts";
import { serveHealth } from "./features/health.ts";
import { Models } from "./features/models.ts";
import { Plans } from "./features/plans.ts";
import { Rests } from "./features/rests.ts";
import { explainRoute } from "./features/route.ts";
import { Talk } from "./features/talk.ts";
import type { Fleet } from "./fleet/fleet.ts";
import { foldersSchema, keySchema, optionsSchema, pushedSchema, routeSchema, trustedSchema } from "./incoming.ts";
import type { Installation } from "./installation.ts";
import { askFor, KnownNames } from "./known.ts";
import { countSockets } from "./offline.ts";
import { Refusal } from "./packs/refusal.ts";
import { Shelf } from "./packs/shelf.ts";
import { packer as packerOf } from "./packs/thread.ts";
import { Power } from "./power.ts";
import * as team from "./protocol/team.ts";
import * as protocol from "./protocol.ts";
import { enabledFor, readDefaults, SettingsCache } from "./settings.ts";
import { Syntax } from "./syntax/syntax.ts";
import { folderOf, nameOf, Workspace } from "./workspace.ts";

/**
 * Serves until the connection ends. `open` opens the engine; it is called when the first document is opened.
 * @returns what to call with an error that nobody caught: it is logged and told, and the server stays up.
 */
export function serve(
  connection: Connection,
  installation: Installation,
  open: (options: EngineOptions) => Promise<Engine>,
): (error: unknown) => void {
  const warn = (why: string) => connection.console.warn(why);
  const documents = new TextDocuments(TextDocument);
  const access = new Access();
  const workspace = new Workspace();
  const syntax = new Syntax({
    files: installation.syntax,
    patience: regionPatience,
    onTrouble: warn,
  });
  const roster = rosterOf(installation);
  const packer = packerOf(installation.packer, installation);
  const socketsMade = countSockets();
  let trusted = false;
  let pulls = false;
  let registers = false;
  let knownNames: KnownNames | null = null;
  /** Settings of a client that cannot be asked. */
  let pushed: unknown;

  const settings = new SettingsCache(
    readDefaults(installation.packageJson),
    async (uri) => {
      if (!pulls) return pushed;
      return connection.workspace.getConfiguration(
        uri === "" ? { section: "coterie" } : { scopeUri: uri, section: "coterie" },
      );
    },
    (key) => warn(`The setting coterie.${key} has no valid value and is left out.`),
  );
  const chosen = new Chosen({
    installation,
    roster,
    settings: () => settings.of(""),
    open,
    key: async (id) => keySchema.parse(await connection.sendRequest(team.remoteKey.method, { id })),
    warn,
  });
  const power = new Power<Fleet>(
    (added) => chosen.open(added),
    (status) => {
      if (status.state === "failed") connection.console.error(status.detail);
      const { title: model } = chosen;
      void connection.sendNotification(protocol.status.method, model === undefined ? status : { ...status, model });
    },
  );
  const fleet = () => (typeof power.engine === "string" ? null : power.engine);
  const tellStale = () => {
    if (fleet()?.stale) void connection.sendNotification(protocol.stale.method, null);
  };
  const shelf = new Shelf({
    places: installation,
    packer,
    packs: () => roster.packs.filter(({ added }) => added).map(({ folder }) => folder),
    use: async (parts) => {
      // What is being computed may be an answer of one that is gone.
      completions.stop();
      await power.setAdded(parts);
      tellStale();
    },
    warn,
  });
  const experts = new Experts(roster, shelf);
  /** Lets everything follow the models that come and go. */
  async function takeModels(): Promise<void> {
    try {
      await chosen.follow(fleet());
      power.changed();
      tellStale();
      await shelf.refresh();
    } catch (error) {
      connection.console.error(`Taking over models: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const models = new Models({
    folder: installation.userModels,
    ...{ packer, warn },
    progress: (share) => void connection.sendNotification(team.importProgress.method, { share }),
    changed: takeModels,
  });
  const installed = () =>
    typeof power.engine === "string" ? roster.experts : power.engine.experts.map(({ id }) => id);
  let lastId = 0;
  const around = {
    syntax,
    knownNames: () => knownNames,
    document: (uri: string) => documents.get(uri),
    opened: () => documents.all(),
    settings: (uri: string) => settings.of(uri),
    mayRead: (uri: string) =>
      access.mayRead(
        uri,
        workspace.roots.map((root) => root.uri),
      ),
    root: (uri: string) => workspace.rootOf(uri),
    trusted: () => trusted,
    rules: (uri: string) => roster.rulesFor(folderOf(workspace.rootOf(uri))),
    installed,
    crew: async (uri: string) => {
      // Only a completion that nothing else stands against asks for it, and waits: the editor would not ask again.
      await power.start();
      const { engine } = power;
      if (typeof engine === "string") return engine;
      const about = (expert: string) => engine.about(expert);
      const threshold = (expert: string) => roster.thresholdOf(expert);
      return { engine, rules: around.rules(uri), installed: installed(), threshold, about, absent: around.absent };
    },
    absent: (expert: string) => fleet()?.absent(expert) ?? null,
    nextId: () => ++lastId,
    answering: (yes: boolean) => power.answering(yes),
    report: (answer: protocol.Answer) => void connection.sendNotification(protocol.answered.method, answer),
  };
  const completions = new Completions(around, warn);
  const rests = new Rests(around, completions.borrowed, warn);
  const plans = new Plans({
    installation,
    connection,
    documents: () => documents.all(),
    folderOf: (uri) => folderOf(workspace.rootOf(uri)),
    rules: (folder) => roster.rulesFor(folder),
    ...{ installed, syntax, crew: around.crew, settings: around.settings },
    trusted: () => trusted,
  });

  /** Runs a request so that whatever goes wrong in it ends there, in words. */
  async function fenced<T>(what: string, run: () => T | Promise<T>): Promise<T | ResponseError<void>> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof Refusal) return new ResponseError(LSPErrorCodes.RequestFailed, error.message);
      connection.console.error(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      await power.check();
      return new ResponseError(ErrorCodes.InternalError, error instanceof Error ? error.message : String(error));
    }
  }

  /** Loads the model as soon as a document is open in which it may be needed. */
  async function warmUp({ uri, languageId }: TextDocument): Promise<void> {
    try {
      if (enabledFor(languageId, await settings.of(uri))) await power.start();
    } catch (error) {
      connection.console.error(
        `The settings could not be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  const publish = () => {
    for (const each of roster.problems) void connection.sendDiagnostics(diagnosticsOf(each));
  };
  const takeFolders = () => roster.setFolders(trusted ? workspace.folders : []);

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    const options = optionsSchema.safeParse(params.initializationOptions ?? {});
    trusted = options.success && options.data.trusted;
    pushed = options.data?.settings;
    if (options.data?.names) knownNames = new KnownNames(askFor(connection), warn);
    pulls = params.capabilities.workspace?.configuration === true;
    registers = params.capabilities.workspace?.didChangeConfiguration?.dynamicRegistration === true;
    const only = params.rootUri ? [{ uri: params.rootUri, name: nameOf(params.rootUri) }] : [];
    workspace.set(params.workspaceFolders ?? only);
    takeFolders();
    return {
      serverInfo: { name: "coterie" },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        inlineCompletionProvider: true,
        ...(options.data?.commands ? {} : { executeCommandProvider: { commands: [...executable] } }),
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  });

  connection.onInitialized(() => {
    if (registers) void connection.client.register(DidChangeConfigurationNotification.type, { section: "coterie" });
    roster.watch(() => {
      completions.forget();
      publish();
      void shelf.refresh();
      if (chosen.isOutdated) void takeModels();
    });
    publish();
    void takeModels();
  });

  connection.onNotification("workspace/didChangeWorkspaceFolders", (params: unknown) => {
    const { event } = foldersSchema.parse(params);
    workspace.change(event.added, event.removed);
    takeFolders();
  });

  connection.onNotification(protocol.trusted.method, (params: unknown) => {
    trusted = trustedSchema.parse(params).trusted;
    completions.forget();
    takeFolders();
  });

  connection.onDidChangeConfiguration((params: { readonly settings: unknown }) => {
    if (!pulls) pushed = pushedSchema.parse(params.settings).coterie ?? pushed;
    settings.forget();
    completions.forget();
  });

  // What fits in one document may be said in another.
  documents.onDidChangeContent(({ document }) => {
    knownNames?.changed(document.uri);
    completions.changed(document);
  });
  documents.onDidOpen(({ document }) => void warmUp(document));
  documents.onDidClose(({ document }) => {
    completions.closed(document.uri);
    syntax.forget(document.uri);
  });
  documents.listen(connection);

  connection.languages.inlineCompletion.on((params, token) =>
    fenced("A completion failed", () => completions.complete(params, token)),
  );
  connection.onRequest(protocol.route.method, (params: unknown) =>
    fenced("Routing failed", () => explainRoute(routeSchema.parse(params), around)),
  );
  serveHealth(connection, fenced, { power, roster, socketsMade, hosts: () => chosen.hosts });
  rests.serve(connection);
  experts.serve(connection, fenced);
  const piece = (each: protocol.Piece) => void connection.sendNotification(protocol.piece.method, each);
  const commands = new Commands({ around, piece });
  new Talk(around, piece).serve(connection, fenced);
  const calculations = new Calculations({ around, algebra: algebra(installation.algebra) });
  for (const each of [commands, calculations, new Executed(commands, calculations)]) each.serve(connection, fenced);
  models.serve(connection, fenced);
  plans.serve(connection, fenced);

  connection.onShutdown(async () => {
    completions.stop();
    rests.stop();
    roster.close();
    await plans.close();
    await power.close();
  });
  connection.listen();

  return (error) => {
    connection.console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    void power.check();
  };
}

/** A first parse of a long document may take longer; its text is then scanned instead. Milliseconds. */
const regionPatience = 150;
