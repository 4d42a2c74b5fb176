// The names that an editor knows to fit at a place, asked for once a name and remembered while it is written.
import type { Position } from "vscode-languageserver-protocol";
import { type CancellationToken, CancellationTokenSource } from "vscode-languageserver-protocol";
import * as z from "zod";
import type { NamePlace } from "./naming.ts";
import { type NamesParams, names } from "./protocol.ts";

const answerSchema = z.object({ names: z.array(z.string().min(1).max(200)).max(20_000) }).nullable();

/** Sends the question to the editor; the signal says that nobody waits for the answer any more. */
export type AskForNames = (params: NamesParams, signal: AbortSignal) => Promise<unknown>;

/** One question, asked once. */
export interface Question {
  /** What has been answered by now; null: nothing yet, or the editor does not know. */
  readonly names: readonly string[] | null;
  /** Whether the editor has answered, if only that it does not know. */
  readonly isAnswered: boolean;
  /** Resolves when an answer is there or none will come. Never rejects. */
  readonly settled: Promise<void>;
}

interface Asked extends Question {
  names: readonly string[] | null;
  isAnswered: boolean;
  readonly key: string;
  readonly uri: string;
  readonly cancel: AbortController;
}

export class KnownNames {
  readonly #ask: AskForNames;
  readonly #onTrouble: (message: string) => void;
  #last: Asked | null = null;
  #troubled = false;

  /** @param onTrouble hears, once, that an editor which offers names fails to give them */
  constructor(ask: AskForNames, onTrouble: (message: string) => void) {
    this.#ask = ask;
    this.#onTrouble = onTrouble;
  }

  /**
   * Asks for the names that fit where the cursor stands. The names of a place are asked for once while the user writes one of
   * them; a question about another place takes its place.
   */
  at(uri: string, version: number, position: Position, line: string, place: NamePlace): Question {
    const front = line.slice(0, line.length - place.written.length);
    const key = JSON.stringify([uri, position.line, front, place.kind]);
    const last = this.#last;
    if (last?.key === key) return last;
    last?.cancel.abort();
    const cancel = new AbortController();
    const asked: Asked = { key, uri, cancel, names: null, isAnswered: false, settled: Promise.resolve() };
    const answered = this.#ask({ uri, version, position, kind: place.kind }, cancel.signal).then((answer) => {
      asked.isAnswered = true;
      asked.names = answerSchema.parse(answer)?.names ?? null;
      // The editor may not have been ready: the next key asks again.
      if (asked.names === null && this.#last === asked) this.#last = null;
    });
    const settled = answered.catch((error: unknown) => this.#failed(asked, error));
    const question = Object.assign(asked, { settled });
    this.#last = question;
    return question;
  }

  /** A document changed: in another one other names may fit now. */
  changed(uri: string): void {
    if (this.#last === null || this.#last.uri === uri) return;
    this.#last.cancel.abort();
    this.#last = null;
  }

  #failed(asked: Asked, error: unknown): void {
    if (this.#last === asked) this.#last = null;
    if (asked.cancel.signal.aborted || this.#troubled) return;
    this.#troubled = true;
    const why = error instanceof Error ? error.message : String(error);
    this.#onTrouble(`The editor could not tell which names fit: ${why}. Completions go on without.`);
  }
}

/** The editor at the other end of a connection as the one that is asked. */
export function askFor(connection: Requesting): AskForNames {
  return async (params, signal) => {
    const cancel = new CancellationTokenSource();
    const end = () => cancel.cancel();
    signal.addEventListener("abort", end);
    try {
      return await connection.sendRequest(names.method, params, cancel.token);
    } finally {
      signal.removeEventListener("abort", end);
    }
  };
}

interface Requesting {
  sendRequest(method: string, params: NamesParams, token: CancellationToken): Promise<unknown>;
}
