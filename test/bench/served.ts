// The product as an editor meets it: the language server over its standard streams, with its default settings.
import { setTimeout as pause } from "node:timers/promises";
import * as protocol from "../../server/protocol.ts";
import { type Served, served } from "../wire/stdio.ts";
import { median } from "./machine.ts";
import { memoryOf, timed } from "./measures.ts";

export interface ServerRound {
  /** From starting the process to the status "ready"; ms. */
  readonly ready: number;
  /** A completion in a document that is new to the model; ms, without debounce. */
  readonly cold: number;
  /** Of its prompt: a first request has a short one. */
  readonly coldTokens: number;
  /** A completion after one more key; ms. */
  readonly key: number;
  readonly keyTokens: number;
  /** The rest of a suggestion while the user types it; ms. Null when nothing was suggested. */
  readonly through: number | null;
  /** Slowest answer to another request while the engine computes; ms. */
  readonly busy: number;
  /** Bytes. */
  readonly private: number;
}

const lookAt = 4000;

export async function serverRound(text: string, typed: string): Promise<ServerRound> {
  const started = performance.now();
  const server = await served("file:///demo");
  try {
    const first = open(server, "file:///demo/one.ts", text);
    await server.reached("ready");
    const ready = performance.now() - started;
    const cold = await timed(() => first.complete());
    const coldTokens = server.answers.at(-1)!.promptTokens;
    // As a user does who looks at the suggestion: meanwhile the whole prompt is read.
    await pause(lookAt);

    const keys: number[] = [];
    const through: number[] = [];
    let suggested = "";
    for (const character of typed) {
      first.type(character);
      const expected = suggested.startsWith(character) && suggested.length > 1;
      const ms = await timed(async () => {
        suggested = await first.complete();
      });
      (expected ? through : keys).push(ms);
    }
    const keyTokens = server.answers.at(-1)!.promptTokens;
    const { private: bytes } = memoryOf(server.process.pid!);

    const second = open(server, "file:///demo/two.ts", `${text.slice(text.length / 2)}\n${text}`);
    let computing = true;
    const completion = second.complete().then(() => {
      computing = false;
    });
    let busy = 0;
    while (computing) {
      busy = Math.max(busy, await timed(() => second.route()));
      await pause(5);
    }
    await completion;
    return {
      ready,
      cold,
      coldTokens,
      key: median(keys),
      keyTokens,
      through: through.length > 0 ? median(through) : null,
      busy,
      private: bytes,
    };
  } finally {
    await server.end();
  }
}

/** A document that is open in the server, with the cursor at its end. */
function open({ client }: Served, uri: string, content: string) {
  let text = content;
  let version = 1;
  const end = () => {
    const lines = text.split("\n");
    return { line: lines.length - 1, character: lines.at(-1)!.length };
  };
  void client.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "typescript", version, text },
  });
  return {
    type(characters: string) {
      const position = end();
      text += characters;
      const change = { range: { start: position, end: position }, text: characters };
      void client.sendNotification("textDocument/didChange", {
        textDocument: { uri, version: ++version },
        contentChanges: [change],
      });
    },
    /** The text that is suggested, "" for none. */
    async complete(): Promise<string> {
      const items = await client.sendRequest<readonly { readonly insertText: string }[]>(
        "textDocument/inlineCompletion",
        { textDocument: { uri }, position: end(), context: { triggerKind: 2 } },
      );
      return items[0]?.insertText ?? "";
    },
    route: () => client.sendRequest(protocol.route.method, { uri, position: end(), task: "complete" }),
  };
}
