// A machine elsewhere, played by an HTTP server on this one.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Heard {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Record<string, unknown>;
}

export type Answering = (response: ServerResponse, heard: Heard) => void;

/** A server on this machine that notes what it hears. */
export async function serverThat(answers: Answering) {
  const heard: Heard[] = [];
  const http = createServer((request, response) => {
    let text = "";
    request.on("data", (piece) => (text += piece));
    request.on("end", () => {
      const one = { path: request.url ?? "", headers: request.headers, body: JSON.parse(text) };
      heard.push(one);
      answers(response, one);
    });
  });
  await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
  const { port } = http.address() as AddressInfo;
  const close = () => {
    http.closeAllConnections();
    return new Promise((closed) => http.close(closed));
  };
  return { url: `http://127.0.0.1:${port}/v1`, host: `127.0.0.1:${port}`, heard, close };
}

/** A piece of a streamed answer. */
export const event = (text: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ text, finish_reason: finish }] })}\n\n`;
export const stream = (response: ServerResponse) => response.writeHead(200, { "content-type": "text/event-stream" });
export const good: Answering = (response) => {
  stream(response).write(event(" left"));
  response.end(`${event(" + right;")}${event("", "stop")}data: [DONE]\n\n`);
};
