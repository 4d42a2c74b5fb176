// coterie/explain and coterie/document: answers about code whose facts come from the syntax tree and whose words from an expert.
import type { CancellationToken, Connection } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Scope } from "../context.ts";
import { checkedComment, whatToDocument, wordsFor } from "../documentation.ts";
import { explain, whatToExplain } from "../explain.ts";
import { documentSchema, explainSchema } from "../incoming.ts";
import { Refusal } from "../packs/refusal.ts";
import * as protocol from "../protocol.ts";
import { finished, type Said } from "../saying.ts";
import { authorOf, speak, type Who } from "../speaking.ts";
import type { Around } from "./around.ts";
import { signalOf } from "./waiting.ts";

export interface CommandsOptions {
  readonly around: Pick<
    Around,
    "syntax" | "document" | "root" | "rules" | "installed" | "crew" | "nextId" | "report" | "answering" | "mayRead"
  >;
  /** Sends a piece of a text that is being written. */
  readonly piece: (piece: protocol.Piece) => void;
}

export class Commands {
  readonly #options: CommandsOptions;

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  /** Answers the requests. `fenced` runs each so that whatever goes wrong in it ends there, in words. */
  serve(connection: Connection, fenced: <T>(what: string, run: () => T | Promise<T>) => Promise<unknown>): void {
    connection.onRequest(protocol.explain.method, (params: unknown, token: CancellationToken) =>
      fenced("Explaining failed", () => this.explain(explainSchema.parse(params), token)),
    );
    connection.onRequest(protocol.document.method, (params: unknown, token: CancellationToken) =>
      fenced("Documenting failed", () => this.document(documentSchema.parse(params), token)),
    );
  }

  /** Rejects with a Refusal in words where there is nothing to explain. */
  async explain(
    { uri, range, stream }: protocol.ExplainParams,
    token: CancellationToken,
  ): Promise<protocol.Explanation> {
    const { around, piece } = this.#options;
    const document = this.#opened(uri);
    const [start, end] = [document.offsetAt(range.start), document.offsetAt(range.end)];
    const explained = await whatToExplain(document, start, end, around.syntax);
    if (explained === null)
      throw new Refusal("There is nothing to explain here: select code, or put the cursor into a function.");
    const { facts } = explained;
    const named = explained.named === null ? {} : { named: document.positionAt(explained.named) };
    const begin = () => {
      if (stream !== null) piece({ stream, text: "", facts, ...named });
    };
    begin();
    const scope = await around.syntax.scope(document, range.start, around.root(uri));
    let begun = false;
    const by = (who: Who, signal: AbortSignal) => {
      // Facts again tell that what another expert has written counts no more.
      if (begun) begin();
      begun = true;
      return finished(
        explain(explained, scope, who, signal),
        (text) => stream !== null && piece({ stream, text, facts: null }),
      );
    };
    const { said, author, ms } = await this.#ask("explain", scope, by, token);
    return { facts, text: said.text.trim(), stop: said.stop, ...author, ms };
  }

  /** Rejects with a Refusal in words where nothing can be documented. */
  async document(
    { uri, position }: protocol.DocumentParams,
    token: CancellationToken,
  ): Promise<protocol.Documentation> {
    const { around } = this.#options;
    const document = this.#opened(uri);
    const { version } = document;
    const facts = await whatToDocument(document, document.offsetAt(position), around.syntax);
    if (typeof facts === "string") throw new Refusal(`Nothing is documented: ${facts}.`);
    const scope = await around.syntax.scope(document, position, around.root(uri));
    const by = (who: Who, signal: AbortSignal) => finished(wordsFor(document, facts, scope.path, who, signal));
    const { said, author, ms } = await this.#ask("document", scope, by, token);
    if (around.document(uri)?.version !== version) throw new Refusal("The document was changed meanwhile: ask again.");
    if (said.stop === "cancelled") return { edits: [], version, text: "", ...author, ms };
    const edit = await checkedComment(document, facts, said.text, around.syntax);
    if (typeof edit === "string") {
      throw new Refusal(`Nothing is documented: ${edit}. Write a line yourself and let it be completed.`);
    }
    return { edits: [edit], version, text: edit.newText, ...author, ms };
  }

  #opened(uri: string): TextDocument {
    const { around } = this.#options;
    const document = around.document(uri);
    if (!document)
      throw new Refusal("The document is not open in the language server: open it in an editor and try again.");
    const access = around.mayRead(uri);
    if (!access.allowed) throw new Refusal(`This file is not read: ${access.why}.`);
    return document;
  }

  /** Routes, asks, and reports the answer. Rejects with a Refusal while the model cannot be asked. */
  async #ask(
    task: "explain" | "document",
    scope: Scope,
    by: (who: Who, signal: AbortSignal) => Promise<Said>,
    token: CancellationToken,
  ) {
    const { around } = this.#options;
    const started = performance.now();
    const signal = signalOf(token);
    const { uri, position } = scope;
    const crew = await around.crew(uri);
    if (typeof crew === "string") throw new Refusal(crew);
    around.answering(true);
    try {
      const spoken = await speak(task, scope, crew, (who) => by(who, signal), signal);
      const { said, chosen, host } = spoken;
      const ms = Math.round(performance.now() - started);
      const { languageId, region } = scope;
      const { text, promptTokens, reusedTokens, newTokens, stop } = said;
      const hidden = stop === "cancelled" ? "you have cancelled it" : null;
      around.report({
        ...chosen,
        ...(host === null ? {} : { host }),
        ...{ id: around.nextId(), task, uri, position, languageId, region },
        ...{ text: text.trim(), promptTokens, reusedTokens, newTokens, stop, ms, hidden },
      });
      return { said, author: authorOf(spoken), ms };
    } finally {
      around.answering(false);
    }
  }
}
