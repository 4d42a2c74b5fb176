// The model as plans use it: it writes the words of comments, by the same stages as the command that documents one function, and
// finds names.
import { TextDocument } from "vscode-languageserver-textdocument";
import { checkedComment, whatToDocument, wordsFor } from "../documentation.ts";
import { finished } from "../saying.ts";
import type { Who } from "../speaking.ts";
import type { Syntax } from "../syntax/syntax.ts";
import { namesBy } from "./naming/model.ts";
import type { Asked, Documented, Named, Pen, Unnamed } from "./operation.ts";

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
  readonly #comments = new Map<string, Documented>();
  readonly #names = new Map<string, Named>();

  constructor(parts: PenParts) {
    this.#parts = parts;
  }

  /** @throws Error in words when the engine fails */
  async document(asked: Asked): Promise<Documented | { readonly why: string }> {
    return once(this.#comments, asked, () => this.#document(asked));
  }

  /** @throws Error in words when the engine fails */
  async name(unnamed: Unnamed): Promise<Named | { readonly why: string }> {
    return once(this.#names, unnamed, async () => {
      const who = await this.#parts.who(unnamed.expert);
      return typeof who === "string" ? { why: who } : namesBy(who, unnamed);
    });
  }

  async #document(asked: Asked): Promise<Documented | { readonly why: string }> {
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
    return { offset: document.offsetAt(edit.range.start), text: edit.newText, spent };
  }
}

/** What was answered before, else what is answered now; why there is no answer is not remembered. */
async function once<T extends object>(
  known: Map<string, T>,
  asked: Asked | Unnamed,
  ask: () => Promise<T | { readonly why: string }>,
): Promise<T | { readonly why: string }> {
  const key = JSON.stringify(asked);
  const found = known.get(key) ?? (await ask());
  if ("why" in found) return found;
  if (known.size >= mostRemembered) known.clear();
  known.set(key, found);
  return found;
}
