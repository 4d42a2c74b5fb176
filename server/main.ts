// Entry of the language server: over IPC (--node-ipc) or the standard streams (--stdio), never over a socket.
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { openEngine } from "./engine/open.ts";
import { installed } from "./installation.ts";
import { serve } from "./serve.ts";

const ways = ["--node-ipc", "--stdio"];
if (!process.argv.slice(2).some((argument) => ways.includes(argument))) {
  process.stderr.write(`coterie language server: start it with ${ways.join(" or ")}.\n`);
  process.exit(2);
}
const onStray = serve(createConnection(ProposedFeatures.all), installed(), openEngine);
process.on("uncaughtException", (error: NodeJS.ErrnoException) => {
  // The client has gone; there is nobody left to answer or to tell.
  if (error.code === "EPIPE" || error.code === "ERR_IPC_CHANNEL_CLOSED") process.exit(1);
  onStray(error);
});
process.on("unhandledRejection", onStray);
