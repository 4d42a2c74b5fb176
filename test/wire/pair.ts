// Client and server ends of one connection in this process, over streams in memory.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  createConnection,
  ProposedFeatures,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import type { Diagnostic, InlineCompletionItem, Position } from "vscode-languageserver-protocol";
import { CancellationTokenSource, createProtocolConnection } from "vscode-languageserver-protocol/node";
import type { Engine, EngineOptions } from "../../server/engine/engine.ts";
import { type Installation, installed } from "../../server/installation.ts";
import * as protocol from "../../server/protocol.ts";
import { serve } from "../../server/serve.ts";

export interface PairOptions {
  /** Opens the engine; may reject. */
  readonly open: (options: EngineOptions) => Promise<Engine>;
  /** What lies elsewhere than in this installation. The user's own files lie in the folder's "home". */
  readonly places?: Partial<Installation>;
  readonly settings?: Partial<protocol.Settings>;
  readonly trusted?: boolean;
  /** What the editor says when it is asked for names; absent: it offers none. */
  readonly names?: (params: protocol.NamesParams) => Promise<protocol.NamesResult | null>;
}

const unclosed = new Set<Pair>();
// A test that fails leaves its pair open, and with an engine left open the file would not end.
after(async () => {
  for (const pair of unclosed) await pair.close();
});

/** One editor with one workspace folder in a temporary place, and its server. */
export class Pair {
  readonly folder = mkdtempSync(join(tmpdir(), "coterie-wire-"));
  readonly answers: protocol.Answer[] = [];
  readonly statuses: protocol.Status[] = [];
  readonly logged: string[] = [];
  /** How often the server said that it holds memory for nothing. */
  stale = 0;
  readonly diagnostics = new Map<string, readonly Diagnostic[]>();
  readonly client;
  readonly stray: (error: unknown) => void;
  readonly #versions = new Map<string, number>();
  #heard: () => void = () => undefined;

  private constructor({ open, places, names }: PairOptions) {
    const [toServer, toClient] = [new PassThrough(), new PassThrough()];
    // Reader and writer rather than streams: at a stream's end the library would end this process.
    const server = createConnection(
      ProposedFeatures.all,
      new StreamMessageReader(toServer),
      new StreamMessageWriter(toClient),
    );
    this.client = createProtocolConnection(toClient, toServer);
    this.client.onNotification(protocol.answered, (answer) => this.#hear(this.answers, answer));
    this.client.onNotification(protocol.status, (status) => this.#hear(this.statuses, status));
    this.client.onNotification(protocol.stale, () => {
      this.stale++;
      this.#heard();
    });
    this.client.onNotification("window/logMessage", ({ message }: { message: string }) =>
      this.#hear(this.logged, message),
    );
    this.client.onNotification(
      "textDocument/publishDiagnostics",
      (params: { uri: string; diagnostics: Diagnostic[] }) => {
        this.diagnostics.set(params.uri, params.diagnostics);
        this.#heard();
      },
    );
    if (names) this.client.onRequest(protocol.names, names);
    this.client.listen();
    const own = join(this.folder, "home", ".coterie");
    const user = {
      userRules: join(own, "rules.json"),
      userExperts: join(own, "experts"),
      userModel: join(own, "model"),
      userModels: join(own, "models"),
      userRuns: join(own, "runs"),
    };
    this.stray = serve(server, { ...installed(), ...user, ...places }, open);
  }

  /** Connected and initialised. */
  static async open(options: PairOptions): Promise<Pair> {
    const { settings, trusted = true, names } = options;
    const pair = new Pair(options);
    unclosed.add(pair);
    await pair.client.sendRequest("initialize", {
      processId: null,
      rootUri: null,
      workspaceFolders: [{ uri: pathToFileURL(pair.folder).href, name: "demo" }],
      capabilities: {},
      initializationOptions: { trusted, names: names !== undefined, settings: { debounce: 0, ...settings } },
    });
    await pair.client.sendNotification("initialized", {});
    return pair;
  }

  uri(path: string): string {
    return pathToFileURL(join(this.folder, path)).href;
  }

  /** Writes a file of the workspace folder. */
  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  async openDocument(uri: string, text: string, languageId = "typescript"): Promise<void> {
    this.#versions.set(uri, 1);
    await this.client.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId, version: 1, text } });
  }

  /** Types at a position. */
  type(uri: string, position: Position, text: string): Promise<void> {
    return this.edit(uri, { start: position, end: position }, text);
  }

  /** Replaces a range. */
  async edit(uri: string, range: { readonly start: Position; readonly end: Position }, text: string): Promise<void> {
    const version = (this.#versions.get(uri) ?? 0) + 1;
    this.#versions.set(uri, version);
    const contentChanges = [{ range, text }];
    await this.client.sendNotification("textDocument/didChange", { textDocument: { uri, version }, contentChanges });
  }

  complete(
    uri: string,
    position: Position,
    { invoked = false, cancel = new CancellationTokenSource() } = {},
  ): Promise<InlineCompletionItem[]> {
    const context = { triggerKind: invoked ? 1 : 2 };
    const params = { textDocument: { uri }, position, context };
    return this.client.sendRequest("textDocument/inlineCompletion", params, cancel.token);
  }

  route(uri: string, position: Position, task: protocol.Task = "complete"): Promise<protocol.RouteResult> {
    return this.client.sendRequest(protocol.route, { uri, position, task });
  }

  /** Waits until something that arrives makes this true. */
  async until(what: () => boolean): Promise<void> {
    // The server's watch on its files keeps no process alive.
    const alive = setInterval(() => undefined, 1_000);
    while (!what()) await new Promise<void>((resolve) => (this.#heard = resolve));
    clearInterval(alive);
  }

  /** Waits until the engine is there. */
  ready(): Promise<void> {
    return this.until(() => this.statuses.some(({ state }) => state === "ready"));
  }

  async close(): Promise<void> {
    unclosed.delete(this);
    await this.client.sendRequest("shutdown");
    this.client.dispose();
    rmSync(this.folder, { recursive: true });
  }

  #hear<T>(list: T[], item: T): void {
    list.push(item);
    this.#heard();
  }
}

/** A path in the repository. */
export const inRepository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
