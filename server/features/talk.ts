// coterie/talk: the model on this machine answers in a conversation, by the expert that the rules name for the task "chat".
import type { CancellationToken, Connection } from "vscode-languageserver";
import { talkSchema } from "../incoming.ts";
import { Refusal } from "../packs/refusal.ts";
import * as protocol from "../protocol/talk.ts";
import type { Piece } from "../protocol.ts";
import { finished, say } from "../saying.ts";
import { authorOf, speak, type Who } from "../speaking.ts";
import { composeTalk, recentTurns } from "../talk.ts";
import type { Around } from "./around.ts";
import { signalOf } from "./waiting.ts";

/** Tokens of an answer where nobody says how many. */
const usualTokens = 200;

/** What the rules see of a conversation. */
const nowhere = { languageId: "plaintext", path: "", region: "prose" } as const;

export class Talk {
  readonly #around: Pick<Around, "crew" | "settings" | "answering">;
  readonly #piece: (piece: Piece) => void;

  /** @param piece sends a piece of a text that is being written */
  constructor(around: Pick<Around, "crew" | "settings" | "answering">, piece: (piece: Piece) => void) {
    this.#around = around;
    this.#piece = piece;
  }

  /** Answers the request. `fenced` runs it so that whatever goes wrong in it ends there, in words. */
  serve(connection: Connection, fenced: <T>(what: string, run: () => T | Promise<T>) => Promise<unknown>): void {
    connection.onRequest(protocol.talk.method, (params: unknown, token: CancellationToken) =>
      fenced("Talking failed", () => this.talk(talkSchema.parse(params), token)),
    );
  }

  /** Rejects with a Refusal in words while the model cannot be asked, and where nothing is asked. */
  async talk(
    { turns, stream, maxTokens = usualTokens }: protocol.TalkParams,
    token: CancellationToken,
  ): Promise<protocol.Talked> {
    if ((turns.at(-1)?.text.trim() ?? "") === "") throw new Refusal("Nothing is asked: write a question.");
    const started = performance.now();
    const signal = signalOf(token);
    const crew = await this.#around.crew("");
    if (typeof crew === "string") throw new Refusal(crew);
    const { contextTokens } = await this.#around.settings("");
    const recent = recentTurns(turns, contextTokens);
    let begun = false;
    const ask = async ({ engine, expert, manner }: Who) => {
      // Facts again tell that what another expert has written counts no more.
      if (begun && stream !== null) this.#piece({ stream, text: "", facts: [] });
      begun = true;
      const asked = {
        sequence: "#talk",
        expert,
        slots: {},
        maxTokens: Math.min(maxTokens, protocol.mostTalked),
        manner,
      };
      const pieces = say(engine, { ...asked, prompt: composeTalk(recent, manner) }, signal);
      return finished(pieces, (text) => stream !== null && this.#piece({ stream, text, facts: null }));
    };
    this.#around.answering(true);
    try {
      const spoken = await speak("chat", nowhere, crew, ask, signal);
      const { text, stop } = spoken.said;
      return { text: text.trim(), stop, ...authorOf(spoken), ms: Math.round(performance.now() - started) };
    } finally {
      this.#around.answering(false);
    }
  }
}
