// Starts the built server over its standard streams and speaks LSP with it, as any editor would.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createProtocolConnection, type ProtocolConnection } from "vscode-languageserver-protocol/node";
import { environment } from "../../server/protocol/process.ts";
import * as protocol from "../../server/protocol.ts";

/** The built server. */
export const server = fileURLToPath(new URL("../../dist/server.js", import.meta.url));

export interface Served {
  readonly process: ChildProcess;
  readonly client: ProtocolConnection;
  readonly answers: protocol.Answer[];
  readonly statuses: protocol.Status[];
  /** Resolves with the first status of this state, one that came already included. */
  reached(state: protocol.State): Promise<protocol.Status>;
  /** Shuts the server down; its exit status. */
  end(): Promise<number | null>;
}

export interface ServedOptions {
  /** Another build of the server. */
  readonly server?: string;
  /** The user's home folder. */
  readonly home?: string;
  /** Absent: no pause before a completion is computed. */
  readonly settings?: Partial<protocol.Settings>;
}

/** A server that was told about `folder` (a URI) and initialised. */
export async function served(folder: string | null, options: ServedOptions = {}): Promise<Served> {
  const home = options.home === undefined ? {} : { HOME: options.home, USERPROFILE: options.home };
  // As the extension starts it.
  const env = { ...process.env, ...environment, ...home };
  const args = [options.server ?? server, "--stdio"];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"], env });
  const client = createProtocolConnection(child.stdout!, child.stdin!);
  const answers: protocol.Answer[] = [];
  const statuses: protocol.Status[] = [];
  let heard: () => void = () => undefined;
  client.onNotification(protocol.answered, (answer) => void answers.push(answer));
  client.onNotification(protocol.status, (status) => {
    statuses.push(status);
    heard();
  });
  client.onUnhandledNotification(() => undefined);
  client.listen();
  await client.sendRequest("initialize", {
    processId: process.pid,
    rootUri: null,
    workspaceFolders: folder === null ? null : [{ uri: folder, name: "demo" }],
    capabilities: {},
    initializationOptions: { trusted: true, settings: options.settings ?? { debounce: 0 } },
  });
  await client.sendNotification("initialized", {});
  return {
    process: child,
    client,
    answers,
    statuses,
    async reached(state) {
      for (;;) {
        const found = statuses.find((status) => status.state === state);
        if (found) return found;
        const failed = statuses.find((status) => status.state === "failed");
        if (failed) throw new Error(`the server failed: ${failed.detail}`);
        await new Promise<void>((resolve) => (heard = resolve));
      }
    },
    async end() {
      const exited = once(child, "exit");
      await client.sendRequest("shutdown");
      await client.sendNotification("exit");
      const [code] = (await exited) as [number | null];
      client.dispose();
      return code;
    },
  };
}
