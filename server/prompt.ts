// From a scope to a prompt: fills the slots of a layout, stable things first. The layouts are data that the training recipe
// reads too, so that experts see the prompts they were trained on.
import file from "../experts/layouts.json" with { type: "json" };
import type { Scope } from "./context.ts";
import type { Piece, Prompt } from "./engine/engine.ts";

type Part =
  | { readonly special: string }
  | { readonly text: string }
  | { readonly slot: string }
  | { readonly if: string; readonly pieces: readonly Part[] };

/** What stands in a slot; an absent slot is empty. */
export type Slots = Readonly<Record<string, string>>;

export type LayoutName = keyof typeof file.layouts;

/** The layout with its slots filled. Neighbouring texts become one piece, since tokens may span them. */
export function compose(layout: LayoutName, slots: Slots): Prompt {
  return joined(filled(file.layouts[layout].pieces as readonly Part[], slots));
}

function* filled(parts: readonly Part[], slots: Slots): Generator<Piece> {
  for (const part of parts) {
    if ("special" in part) yield part;
    else if ("text" in part) yield part.text;
    else if ("slot" in part) yield slots[part.slot] ?? "";
    else if ((slots[part.if] ?? "") !== "") yield* filled(part.pieces, slots);
  }
}

function joined(pieces: Iterable<Piece>): Prompt {
  const prompt: Piece[] = [];
  for (const piece of pieces) {
    const last = prompt.at(-1);
    if (typeof piece === "string" && typeof last === "string") prompt[prompt.length - 1] = last + piece;
    else if (piece !== "") prompt.push(piece);
  }
  return prompt;
}

/** How a model is asked, where it was not trained as the embedded one. */
export interface Manner {
  /** Control tokens before the name of the workspace and before the path in it; null: neither is told. */
  readonly header: { readonly repository: string; readonly file: string } | null;
  /** Control tokens with which it fills in; null: it goes on from the text before the cursor alone. */
  readonly infill: { readonly prefix: string; readonly suffix: string; readonly middle: string } | null;
  /** Whether texts of other files may stand in its prompts: on this machine only. */
  readonly borrows: boolean;
  /** Whether it can say how likely a text is. */
  readonly ranks: boolean;
  /** Whether it knows the embedded model's chat format; else it is asked in plain text, as what comes next. */
  readonly chats: boolean;
}

/** The prompt of a request that is answered in words. */
export function composeTask(slots: Slots, manner: Manner | undefined): Prompt {
  if (manner?.chats !== false) return compose("tasks", slots);
  const { path = "", language = "", window = "", request = "" } = slots;
  const code = window === "" ? "" : `${path}\n\n\`\`\`${language}\n${window}\n\`\`\`\n\n`;
  return [`${code}${question}${request}\n\nAnswer:`];
}

/** A prompt whose reply has begun with a text. */
export const begun = (prompt: Prompt, text: string): Prompt => joined([...prompt, text]);

/** Where the reply to such a prompt ends, besides at the model's own end: a next question would be invented. */
export const stopsOfTask = (manner: Manner | undefined): readonly string[] =>
  manner?.chats === false ? [`\n${question.trim()}`] : [];

export const question = "Question: ";

/**
 * The prompt that a completion continues: workspace, path, then the text before the cursor. It ends in text, so that its
 * last token can be healed; but where a model fills in by tokens of its own, it ends with the one before the middle.
 * @param contextTokens about the most tokens; the window is measured in characters, the engine cuts what is still too long.
 */
export function composeCompletion(scope: Scope, contextTokens: number, manner?: Manner): Prompt {
  if (manner !== undefined) return joined(inManner(scope, contextTokens, manner));
  const context = borrowed(scope, contextTokens);
  return compose("complete", {
    workspace: scope.workspace ?? "",
    path: scope.path,
    context,
    prefix: windowBefore(scope, contextTokens * charactersPerToken - context.length),
  });
}

/** What stands in a prompt of other files: nothing where that would leave less than half of it to the document's own text. */
function borrowed({ neighbours = "" }: Scope, contextTokens: number): string {
  return 2 * neighbours.length > contextTokens * charactersPerToken ? "" : neighbours;
}

function* inManner(scope: Scope, contextTokens: number, { header, infill, borrows }: Manner): Generator<Piece> {
  if (header !== null) {
    yield { special: header.repository };
    yield scope.workspace ?? "";
    yield { special: header.file };
    yield `${scope.path}\n`;
  }
  const context = borrows ? borrowed(scope, contextTokens) : "";
  const prefix = context + windowBefore(scope, contextTokens * charactersPerToken - context.length);
  if (infill === null) return yield prefix;
  yield { special: infill.prefix };
  yield prefix;
  yield { special: infill.suffix };
  yield scope.suffix.slice(0, suffixTokens * charactersPerToken);
  yield { special: infill.middle };
}

/** About the most tokens of the text after the cursor. */
const suffixTokens = 128;

/** Measured on TypeScript and Python sources with the embedded tokenizer: 3.0 to 3.6. */
export const charactersPerToken = 3;

/** Most lines by which the window's start moves, see below. */
const widestStep = 32;

/**
 * The last `most` characters before the cursor, from the start of a line on. The start stands on a line whose number is a
 * multiple of a step, so that it stays where it is, and all behind it in the cache, while the user types on. The step is at most
 * half of what fits, so that no more than that is lost.
 */
export function windowBefore(scope: Pick<Scope, "prefix" | "position">, most: number): string {
  const { prefix, position } = scope;
  const starts: number[] = [];
  for (let at = prefix.indexOf("\n"); at >= 0; at = prefix.indexOf("\n", at + 1)) starts.push(at + 1);
  const firstLine = position.line - starts.length;
  // The prefix itself may have been cut, inside a line then: only what follows its first line end is whole.
  if (firstLine === 0 && prefix.length <= most) return prefix;

  const skipped = starts.filter((start) => prefix.length - start > most).length;
  const fitting = starts.slice(skipped);
  if (fitting.length === 0) return prefix.slice(-most);
  const step = Math.min(widestStep, 2 ** Math.floor(Math.log2(Math.max(1, fitting.length / 2))));
  const start = fitting.find((_, i) => (firstLine + skipped + i + 1) % step === 0) ?? fitting[0]!;
  return prefix.slice(start);
}
