// The model as plans use it: it writes the words of comments, by the same stages as the command that documents one function.
import { TextDocument } from "vscode-languageserver-textdocument";
import { checkedComment, whatToDocument, wordsFor } from "../documentation.ts";
import { finished } from "../saying.ts";
import type { Who } from "../speaking.ts";
import type { Syntax } from "../syntax/syntax.ts";
import type { Asked, Documented, Pen } from "./operation.ts";

export interface PenParts {
  readonly syntax: Syntax;
  /** An expert by his id, ready to be asked, or why he cannot be, in words. */
  readonly who: (expert: string) => Promise<Who | string>;
}

/** Most answers that are remembered: what was previewed is what is written, and is not asked for again. */
const mostRemembered = 100;
const never = new AbortController().signal;

export class ModelPen implements Pen {
  readonly #parts: PenParts;
  readonly #remembered = new Map<string, Documented>();

  constructor(parts: PenParts) {
    this.#parts = parts;
  }

  /** @throws Error in words when the engine fails */
  async document(asked: Asked): Promise<Documented | { readonly why: string }> {
    const key = JSON.stringify(asked);
    const known = this.#remembered.get(key);
    if (known) return known;
    const { file, languageId, text, offset, expert } = asked;
    const document = TextDocument.create(`plan:/${file}`, languageId, 0, text);
    const facts = await whatToDocument(document, offset, this.#parts.syntax);
    if (typeof facts === "string") return { why: facts };
    const who = await this.#parts.who(expert);
    if (typeof who === "string") return { why: who };
    const started = performance.now();
    const said = await finished(wordsFor(document, facts, file, who, never));
    const edit = await checkedComment(document, facts, said.text, this.#parts.syntax);
    if (typeof edit === "string") return { why: edit };
    const { promptTokens, reusedTokens, newTokens } = said;
    const spent = { promptTokens, reusedTokens, newTokens, ms: Math.round(performance.now() - started) };
    const written = { offset: document.offsetAt(edit.range.start), text: edit.newText, spent };
    if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
    this.#remembered.set(key, written);
    return written;
  }
}
