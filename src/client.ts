// The LanguageClient: makes one for every start of the server and leaves starting and stopping to the supervisor.
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  type LanguageClient,
  type Middleware,
  TransportKind,
} from "vscode-languageclient/node";
import type { RequestType } from "vscode-languageserver-protocol";
import { writeFiles as writeFilesRequest } from "../server/planning.ts";
import * as health from "../server/protocol/health.ts";
import { environment } from "../server/protocol/process.ts";
import * as team from "../server/protocol/team.ts";
import * as protocol from "../server/protocol.ts";
import { isWritten } from "./documents.ts";
import { section } from "./ids.ts";
import { writeFiles } from "./planfiles.ts";
import { QuietClient, started } from "./quietclient.ts";
import { withUserValues } from "./restricted.ts";
import { type Launched, type Phase, Supervisor } from "./supervisor.ts";
import { namesAt } from "./symbols.ts";

export interface ClientOptions {
  /** Path of the server's bundle. */
  readonly module: string;
  readonly log: vscode.LogOutputChannel;
  /** Ids of the settings that an untrusted workspace must not set. */
  readonly restricted: readonly string[];
  /** Ids of the settings that no workspace can set, trusted or not. */
  readonly userOnly: readonly string[];
  /** Whether the user wants no completions for now. */
  silent(): boolean;
  changed(phase: Phase, detail: string): void;
  status(status: protocol.Status): void;
  answered(answer: protocol.Answer): void;
  /** The key of an expert on another machine, or null. */
  keyOf(id: string): Promise<string | null>;
  /** The server holds memory that only a new process gives back. */
  stale(): void;
}

/** The server as the rest of the extension sees it. */
export class Client {
  private readonly options: ClientOptions;
  private readonly supervisor: Supervisor;
  private running: LanguageClient | undefined;
  /** How many answers have been streamed: each stream has its number. */
  private streams = 0;
  /** A server's notification has one handler, and several may wait for its pieces. */
  private readonly pieces = new vscode.EventEmitter<protocol.Piece>();
  private readonly shares = new vscode.EventEmitter<number>();

  constructor(options: ClientOptions) {
    this.options = options;
    this.supervisor = new Supervisor({
      launch: (crashed) => this.launch(crashed),
      changed: (phase, detail) => {
        if (phase === "waiting" || phase === "gave up") options.log.warn(detail);
        options.changed(phase, detail);
      },
    });
  }

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** Whether the server runs; one that is starting or stopping is waited for. */
  async runs(): Promise<boolean> {
    await this.supervisor.settled();
    return this.isRunning;
  }

  start(): Promise<void> {
    return this.supervisor.start();
  }

  restart(): Promise<void> {
    return this.supervisor.restart();
  }

  stop(): Promise<void> {
    return this.supervisor.stop();
  }

  // Requests: each throws an Error in words when the server is down or refuses.

  async route(params: protocol.RouteParams): Promise<protocol.RouteResult> {
    return this.server.sendRequest(protocol.route, params);
  }

  /** `hear` is told what was written since it was told last, and once the facts. */
  async explain(
    params: Omit<protocol.ExplainParams, "stream">,
    hear: (piece: protocol.Piece) => void,
    token: vscode.CancellationToken,
  ): Promise<protocol.Explanation> {
    return this.streamed(protocol.explain, params, hear, token);
  }

  /** Asks for what is written in pieces: `hear` is told each, and facts tell that it begins anew. */
  async streamed<P extends object, R>(
    type: RequestType<P & { readonly stream: number | null }, R, void>,
    params: P,
    hear: (piece: protocol.Piece) => void,
    token: vscode.CancellationToken,
  ): Promise<R> {
    const stream = ++this.streams;
    const hearing = this.pieces.event((piece) => {
      if (piece.stream === stream) hear(piece);
    });
    try {
      return await this.server.sendRequest<R>(type.method, { ...params, stream }, token);
    } finally {
      hearing.dispose();
    }
  }

  async document(params: protocol.DocumentParams, token: vscode.CancellationToken): Promise<protocol.Documentation> {
    return this.server.sendRequest(protocol.document, params, token);
  }

  async calculate(params: protocol.CalculateParams, token: vscode.CancellationToken): Promise<protocol.Calculation> {
    return this.server.sendRequest(protocol.calculate, params, token);
  }

  /** Whether a text that may be a formula is one that can be worked out. */
  async isCalculable(text: string, token: vscode.CancellationToken): Promise<boolean> {
    return (await this.calculate({ text, place: null, steps: false }, token)).result !== null;
  }

  async selfTest(): Promise<readonly health.Check[]> {
    return this.server.sendRequest(health.selfTest);
  }

  async offline(): Promise<health.OfflineReport> {
    return this.server.sendRequest(health.offline);
  }

  async memory(): Promise<health.MemoryParts | null> {
    return this.server.sendRequest(health.memory);
  }

  async experts(): Promise<readonly team.Expert[]> {
    return this.server.sendRequest(team.experts, null);
  }

  async addExpert(params: team.AddExpertParams): Promise<team.AddExpertResult> {
    return this.server.sendRequest(team.addExpert, params);
  }

  async removeExpert(id: string): Promise<void> {
    await this.server.sendRequest(team.removeExpert, { id });
  }

  async models(): Promise<readonly team.Model[]> {
    return this.server.sendRequest(team.models, null);
  }

  async lookAtModel(params: { readonly uri: string }): Promise<team.ModelOffer> {
    return this.server.sendRequest(team.lookAtModel, params);
  }

  /** Null when it was cancelled. `hear` is told how much is done, from 0 to 1. */
  async importModel(
    params: team.ImportModelParams,
    token: vscode.CancellationToken,
    hear: (share: number) => void,
  ): Promise<team.Model | null> {
    const listening = this.shares.event(hear);
    try {
      return await this.server.sendRequest(team.importModel, params, token);
    } finally {
      listening.dispose();
    }
  }

  async removeModel(id: string): Promise<void> {
    await this.server.sendRequest(team.removeModel, { id });
  }

  /** Asks what only one feature asks. */
  ask<P, R>(type: RequestType<P, R, void>, params: P): Promise<R> {
    return this.server.sendRequest<R>(type.method, params);
  }

  /** Tells the server where the cursor rests; one that is down has nothing to read ahead. */
  rested(params: protocol.RestedParams): void {
    const { running, options } = this;
    running?.sendNotification(protocol.rested, params).catch((error: unknown) => {
      options.log.warn(`Telling the server where the cursor rests: ${error}`);
    });
  }

  /** Tells the server that the workspace is trusted now, and lets it read the settings again. */
  async trust(): Promise<void> {
    await this.running?.sendNotification(protocol.trusted, { trusted: true });
    await this.running?.sendNotification("workspace/didChangeConfiguration", { settings: null });
  }

  private get server(): LanguageClient {
    if (!this.running) throw new Error("The language server is not running.");
    return this.running;
  }

  private async launch(crashed: (why: string) => void): Promise<Launched> {
    const { log } = this.options;
    const env = { ...process.env, ...environment };
    const run = { module: this.options.module, transport: TransportKind.ipc, options: { env } };
    let ended = false;
    const client: LanguageClient = new QuietClient(
      section,
      "Coterie",
      { run, debug: { ...run, options: { env, execArgv: ["--nolazy", "--inspect=6009"] } } },
      {
        documentSelector: [{ language: "*" }],
        outputChannel: log,
        diagnosticCollectionName: section,
        initializationOptions: (): protocol.InitializationOptions => ({
          trusted: vscode.workspace.isTrusted,
          names: true,
          commands: true,
        }),
        // Initialisation is tried again with a new process, by the supervisor.
        initializationFailedHandler: () => false,
        middleware: this.middleware(),
        errorHandler: {
          error: (error, _message, count) => {
            log.error(`Connection to the language server: ${error.message}`);
            return { action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown, handled: true };
          },
          closed: () => {
            ended = true;
            if (this.running === client) this.running = undefined;
            crashed("it ended unexpectedly, see the log.");
            return { action: CloseAction.DoNotRestart, handled: true, message: "The language server has ended." };
          },
        },
      },
    );
    client.onNotification(protocol.status, (status) => this.options.status(status));
    client.onNotification(protocol.answered, (answer) => this.options.answered(answer));
    client.onNotification(protocol.piece, (piece) => this.pieces.fire(piece));
    client.onNotification(team.importProgress, ({ share }) => this.shares.fire(share));
    client.onRequest(protocol.names, namesAt);
    client.onRequest(writeFilesRequest, writeFiles);
    client.onNotification(protocol.stale, () => this.options.stale());
    client.onRequest(team.remoteKey, ({ id }) => this.options.keyOf(id));
    await started(client);
    if (!ended) this.running = client;
    return {
      stop: async () => {
        this.running = undefined;
        try {
          await client.stop();
        } catch (error) {
          log.warn(`Stopping the language server: ${error instanceof Error ? error.message : String(error)}`);
        }
      },
    };
  }

  private middleware(): Middleware {
    return {
      didOpen: (document, next) => (isSynchronised(document) ? next(document) : Promise.resolve()),
      didChange: (event, next) => (isSynchronised(event.document) ? next(event) : Promise.resolve()),
      didSave: (document, next) => (isSynchronised(document) ? next(document) : Promise.resolve()),
      didClose: (document, next) => (isSynchronised(document) ? next(document) : Promise.resolve()),
      provideInlineCompletionItems: (document, position, context, token, next) =>
        isSynchronised(document) && !this.options.silent() ? next(document, position, context, token) : null,
      workspace: {
        configuration: async (params, token, next) => {
          const values = await next(params, token);
          if (!Array.isArray(values)) return values;
          const settings = vscode.workspace.getConfiguration();
          const { restricted, userOnly } = this.options;
          const own = vscode.workspace.isTrusted ? userOnly : restricted;
          return params.items.map((item, index) =>
            withUserValues(item.section ?? "", values[index], own, (id) => settings.inspect(id)),
          );
        },
      },
    };
  }
}

/** Whether the server is told about a document. */
export function isSynchronised(document: vscode.TextDocument): boolean {
  const { scheme } = document.uri;
  return isWritten(scheme, vscode.workspace.fs.isWritableFileSystem(scheme));
}
