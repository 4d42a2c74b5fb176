// textDocument/inlineCompletion: when to ask the model, when not to, and what becomes of its answer.
import type { CancellationToken, InlineCompletionItem, InlineCompletionParams } from "vscode-languageserver";
import { InlineCompletionTriggerKind } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { mayUse, type Verdict } from "../access.ts";
import { answer, type Crew, type Draft, type Limits } from "../answer.ts";
import type { Root, Scope } from "../context.ts";
import type { KnownNames, Question } from "../known.ts";
import { namePlace } from "../naming.ts";
import { type Answer, acceptedCommand, type Region, type Settings } from "../protocol.ts";
import { type Rule, route } from "../route.ts";
import { enabledFor } from "../settings.ts";
import { surroundings } from "../surroundings.ts";
import type { Syntax } from "../syntax/syntax.ts";
import { withSelected } from "./selected.ts";
import { type Shown, typedThrough } from "./through.ts";

/** What completing needs from the rest of the server. */
export interface Surroundings {
  readonly syntax: Syntax;
  /** Null where the editor offers no names. */
  knownNames(): KnownNames | null;
  document(uri: string): TextDocument | undefined;
  settings(uri: string): Promise<Settings>;
  mayRead(uri: string): Verdict;
  root(uri: string): Root | null;
  rules(uri: string): readonly Rule[];
  /** Ids of the experts that can answer, or that could if the engine were there. */
  installed(): readonly string[];
  /** The engine with its experts, once it is loaded, or in words why there is none. */
  crew(uri: string): Promise<Omit<Crew, "addedFaults" | "names"> | string>;
  /** Hears when the model begins to compute and when it rests again. */
  answering(yes: boolean): void;
  report(answer: Answer): void;
}

/** Regions that have a switch of their own. */
const quiet: ReadonlySet<Region> = new Set<Region>(["comment", "docstring", "string"]);

/** Completes in one place at a time: the newest request takes the place of every other one, waiting or running. */
export class Completions {
  readonly #around: Surroundings;
  #current = new AbortController();
  #running = 0;
  #lastId = 0;
  #shown: { readonly what: Shown; readonly id: number } | null = null;
  /** The reason for silence that was last reported, by document: one report, not one a keystroke. */
  readonly #silent = new Map<string, string>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** The items for a position; none when cancelled, overtaken, refused or not worth showing. */
  async complete(params: InlineCompletionParams, token: CancellationToken): Promise<InlineCompletionItem[]> {
    this.#current.abort();
    const mine = new AbortController();
    this.#current = mine;
    const { signal } = mine;
    const listening = token.onCancellationRequested(() => mine.abort());
    if (token.isCancellationRequested) mine.abort();
    try {
      return await this.#answer(params, signal);
    } finally {
      listening.dispose();
    }
  }

  /** Rules, settings or experts changed: what was shown may not be what would be answered now. */
  forget(): void {
    this.#shown = null;
    this.#silent.clear();
  }

  closed(uri: string): void {
    this.#silent.delete(uri);
    if (this.#shown?.what.uri === uri) this.#shown = null;
  }

  /** Ends what is running. */
  stop(): void {
    this.#current.abort();
  }

  async #answer(params: InlineCompletionParams, signal: AbortSignal): Promise<InlineCompletionItem[]> {
    const around = this.#around;
    const { uri } = params.textDocument;
    const settings = await around.settings(uri);
    // Only now, after the last wait, is it known which version of the document counts.
    const document = around.document(uri);
    if (!document || signal.aborted) return [];
    const refused = this.#refusal(document, settings);
    if (refused !== null) return this.#silence(refused, document, params);

    const { version } = document;
    const taken = withSelected(document, params);
    const text = taken.document.getText();
    const offset = taken.document.offsetAt(taken.position);
    const invoked = params.context.triggerKind === InlineCompletionTriggerKind.Invoked;
    // Who asks wants to see what else there is.
    const rest = !invoked && this.#shown && typedThrough(this.#shown.what, uri, text, offset);
    if (this.#shown && rest) return [item(rest, params, this.#shown.id)];

    if (!invoked && !settings.automatic) return this.#silence("completions come only when asked for", document, params);
    const scope = await around.syntax.scope(taken.document, taken.position, around.root(uri));
    if (signal.aborted) return [];
    if (!settings.commentsAndStrings && !invoked && quiet.has(scope.region)) {
      return this.#silence("completions are switched off in comments and strings", document, params);
    }
    // Asked before the pause, so that nobody waits for the answer.
    const question = taken.document === document ? this.#ask(scope, version) : null;
    if (!invoked) await pause(settings.debounce, signal);
    if (signal.aborted) return [];
    const crew = await Promise.race([around.crew(uri), aborted(signal)]);
    if (crew === null || signal.aborted) return [];
    if (typeof crew === "string") return this.#silence(crew, document, params);

    if (question) await Promise.race([question.settled, pause(namesPatience, signal)]);
    if (signal.aborted) return [];
    const addedFaults = (put: string) => around.syntax.addedFaults(taken.document, offset, put);
    const names = () => question?.names ?? null;
    const limits = { ...settings, asked: invoked };
    const done = await this.#run(scope, { ...crew, addedFaults, names }, limits, signal);
    if (signal.aborted || done.stop === "cancelled") return [];
    const moved = around.document(uri)?.version !== version;
    const hidden = moved ? "the text changed before the answer was ready" : done.hidden;
    const id = ++this.#lastId;
    this.#silent.delete(uri);
    const { alternatives, confidence: _, ...record } = done;
    around.report({ ...record, id, hidden, position: params.position });
    if (hidden !== null) return [];
    this.#shown = { what: { uri, document: text, offset, text: done.text }, id };
    return [done.text, ...alternatives].map((each) => item(each, params, id));
  }

  /** Asks the editor for the names that fit in a scope, where names decide. */
  #ask(scope: Scope, version: number): Question | null {
    const around = surroundings(scope);
    const place = namePlace(around);
    const { uri, position } = scope;
    return (place && this.#around.knownNames()?.at(uri, version, position, around.before, place)) ?? null;
  }

  async #run(scope: Scope, crew: Crew, limits: Limits, signal: AbortSignal): Promise<Draft> {
    if (this.#running++ === 0) this.#around.answering(true);
    try {
      const pieces = answer("complete", scope, crew, limits, signal);
      for (;;) {
        const step = await pieces.next();
        // An inline completion is shown whole: what it is worth is known only at its end.
        if (step.done) return step.value;
      }
    } finally {
      if (--this.#running === 0) this.#around.answering(false);
    }
  }

  /** Why nothing may be completed in a document, or null. */
  #refusal(document: TextDocument, settings: Settings): string | null {
    if (!settings.enable) return "completions are switched off";
    if (!enabledFor(document.languageId, settings)) return `completions are switched off for ${document.languageId}`;
    const access = this.#around.mayRead(document.uri);
    if (!access.allowed) return access.why;
    const usable = mayUse(document.getText());
    return usable.allowed ? null : usable.why;
  }

  /** Nothing is shown; the reason is reported when it is not the one reported last. */
  async #silence(
    hidden: string,
    document: TextDocument,
    { position }: InlineCompletionParams,
  ): Promise<InlineCompletionItem[]> {
    const { uri } = document;
    if (this.#silent.get(uri) === hidden) return [];
    this.#silent.set(uri, hidden);
    const { languageId, region, path } = await this.#around.syntax.scope(document, position, this.#around.root(uri));
    const place = { languageId, region, path };
    const chosen = route("complete", place, this.#around.rules(uri), this.#around.installed());
    const nothing = { text: "", promptTokens: 0, reusedTokens: 0, newTokens: 0, ms: 0, stop: "nothing" } as const;
    const id = ++this.#lastId;
    this.#around.report({ ...chosen, ...nothing, id, task: "complete", uri, position, languageId, region, hidden });
    return [];
  }
}

/** The editor's names are waited for so long, after the pause; if they come later, the finished text is held against them. Milliseconds. */
const namesPatience = 50;

function item(text: string, { position, context }: InlineCompletionParams, id: number): InlineCompletionItem {
  const command = { title: "Note that it was accepted", command: acceptedCommand, arguments: [id] };
  const selected = context.selectedCompletionInfo;
  if (selected) return { insertText: selected.text + text, range: selected.range, command };
  return { insertText: text, range: { start: position, end: position }, command };
}

/** Waits, or until the signal comes. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (milliseconds <= 0 || signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}

/** Null as soon as the signal comes. */
function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(null), { once: true }));
}
