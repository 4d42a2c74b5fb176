// textDocument/inlineCompletion: when to ask the model, when not to, and what becomes of its answer.
import type { CancellationToken, InlineCompletionItem, InlineCompletionParams } from "vscode-languageserver";
import { InlineCompletionTriggerKind } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { answer, type Crew, type Draft } from "../answer.ts";
import type { Scope } from "../context.ts";
import type { Question } from "../known.ts";
import { namePlace } from "../naming.ts";
import { route } from "../route.ts";
import { surroundings } from "../surroundings.ts";
import { lineAhead } from "./ahead.ts";
import type { Around } from "./around.ts";
import { type Asking, keyFor } from "./asking.ts";
import { Borrowed } from "./borrowed.ts";
import { item } from "./item.ts";
import { knownIn } from "./opened.ts";
import { Pace } from "./pace.ts";
import { pauseReading, readWhole } from "./reading.ts";
import { Recent } from "./recent.ts";
import { isQuiet, refusal } from "./refusal.ts";
import { Run } from "./run.ts";
import { withSelected } from "./selected.ts";
import { type Shown, typedThrough } from "./through.ts";
import { aborted, pause } from "./waiting.ts";

/**
 * Completes in one place at a time: the newest request takes the place of every other one, waiting or running, unless it asks
 * for what is being written already.
 */
export class Completions {
  readonly #around: Around;
  readonly #warn: (why: string) => void;
  readonly #pace = new Pace();
  readonly #recent = new Recent<Draft>();
  readonly borrowed: Borrowed;
  #current = new AbortController();
  #run: Run | null = null;
  #shown: { readonly what: Shown; readonly id: number } | null = null;
  #preparing: NodeJS.Timeout | undefined;
  /** The reason for silence that was last reported, by document: one report, not one a keystroke. */
  readonly #silent = new Map<string, string>();

  constructor(around: Around, warn: (why: string) => void) {
    this.#around = around;
    this.#warn = warn;
    this.borrowed = new Borrowed(around);
  }

  /** The items for a position; none when cancelled, overtaken, refused or not worth showing. */
  async complete(params: InlineCompletionParams, token: CancellationToken): Promise<InlineCompletionItem[]> {
    clearTimeout(this.#preparing);
    this.#current.abort();
    const mine = new AbortController();
    this.#current = mine;
    const cancelled = () => {
      mine.abort();
      // What runs for a newer request is that one's.
      if (this.#current === mine) this.#letGo(params);
    };
    const listening = token.onCancellationRequested(cancelled);
    if (token.isCancellationRequested) cancelled();
    try {
      return await this.#answer(params, mine.signal);
    } finally {
      listening.dispose();
    }
  }

  /** Rules, settings or experts changed: what was shown may not be what would be answered now. */
  forget(): void {
    this.#shown = null;
    this.#recent.clear();
    this.#silent.clear();
    this.borrowed.changed();
  }

  /** A document's text changed. When all that was shown stands there now, the line behind it is prepared. */
  changed(document: TextDocument): void {
    this.#recent.changed(document.uri);
    this.borrowed.changed(document.uri);
    clearTimeout(this.#preparing);
    const what = this.#shown?.what;
    if (what?.uri !== document.uri) {
      this.#shown = null;
      return;
    }
    const text = document.getText();
    const end = what.offset + what.text.length;
    if (text.length !== what.document.length + what.text.length || text.slice(what.offset, end) !== what.text) return;
    this.#preparing = setTimeout(() => this.#prepare(document, end), idleAfter);
  }

  closed(uri: string): void {
    this.#silent.delete(uri);
    this.borrowed.forget(uri);
    if (this.#shown?.what.uri === uri) this.#shown = null;
  }

  /** Ends what is running. */
  stop(): void {
    clearTimeout(this.#preparing);
    this.#current.abort();
    this.#run?.cancel();
  }

  /** Nobody waits for a request any more. Its run goes on while the user types what it writes. */
  #letGo({ textDocument: { uri } }: InlineCompletionParams): void {
    const run = this.#run;
    const text = this.#around.document(uri)?.getText();
    const typed = run && text !== undefined ? text.length - run.document.length : 0;
    if (typed <= 0 || !run?.isTyped(uri, text!, run.offset + typed)) run?.cancel();
  }

  async #answer(params: InlineCompletionParams, signal: AbortSignal): Promise<InlineCompletionItem[]> {
    const around = this.#around;
    const { uri } = params.textDocument;
    const settings = await around.settings(uri);
    // Only now, after the last wait, is it known which version of the document counts.
    const document = around.document(uri);
    if (!document || signal.aborted) return [];
    const taken = withSelected(document, params);
    const text = taken.document.getText();
    const offset = taken.document.offsetAt(taken.position);
    const invoked = params.context.triggerKind === InlineCompletionTriggerKind.Invoked;
    const writing = !invoked && this.#run?.isTyped(uri, text, offset) ? this.#run : null;
    if (!writing) this.#run?.cancel();
    const refused = refusal(document, settings, around);
    if (refused !== null) return this.#silence(refused, document, params);

    const { version } = document;
    this.#pace.key(uri, version);
    // Who asks wants to see what else there is.
    const rest = !invoked && this.#shown && typedThrough(this.#shown.what, uri, text, offset);
    if (this.#shown && rest) return [item(rest, params, this.#shown.id)];

    if (!invoked && !settings.automatic) return this.#silence("completions come only when asked for", document, params);
    const asking: Asking = {
      params,
      settings,
      document: taken.document,
      offset,
      chosen: taken.chosen,
      version,
      invoked,
      signal,
    };
    const known = this.#recent.get(keyFor(asking));
    if (known) return this.#deliver({ ...known, newTokens: 0, reusedTokens: known.promptTokens, ms: 0 }, asking);
    const written = writing && (await this.#written(writing, asking));
    if (signal.aborted) return [];
    if (written) return this.#deliver(written, asking, writing);
    return this.#compute(asking, document);
  }

  /** What is left of the text that a run writes when it has ended; null when it is another one than the user types, or none. */
  async #written(run: Run, { document, offset, signal }: Asking): Promise<Draft | null> {
    const draft = await Promise.race([run.done, aborted(signal)]);
    if (draft === null || draft.hidden !== null) return null;
    // What was typed has been held against what is streamed; the finished text may be another branch.
    const rest = run.rest(draft.text, document.getText(), offset);
    return rest === null ? null : { ...draft, text: rest, alternatives: [] };
  }

  async #compute(asking: Asking, document: TextDocument): Promise<InlineCompletionItem[]> {
    const around = this.#around;
    const { params, settings, invoked, signal, version, offset } = asking;
    const { uri } = document;
    const scope = await around.syntax.scope(asking.document, asking.document.positionAt(offset), around.root(uri));
    if (signal.aborted) return [];
    if (!invoked && isQuiet(scope.region, settings)) {
      return this.#silence("completions are switched off in comments and strings", document, params);
    }
    // Asked before the pause, so that nobody waits for the answer.
    const borrowing = this.borrowed.of(asking.document, scope, settings.contextTokens);
    const question = params.context.selectedCompletionInfo ? null : this.#ask(scope, version);
    if (!invoked) await pauseReading({ scope, borrowing, settings, signal }, this.#pace, around, this.#warn);
    if (signal.aborted) return [];
    const crew = await Promise.race([around.crew(uri), aborted(signal)]);
    if (crew === null || signal.aborted) return [];
    if (typeof crew === "string") return this.#silence(crew, document, params);

    if (question) await Promise.race([question.settled, pause(namesPatience, signal)]);
    const neighbours = await borrowing;
    if (signal.aborted) return [];
    const run = this.#start({ ...scope, neighbours, chosen: asking.chosen }, crew, asking, question);
    const done = await Promise.race([run.done, aborted(signal)]);
    if (done === null || signal.aborted) return [];
    const items = this.#deliver(done, asking);
    // With the editor's names it may be another one: the next request asks again.
    if (isEarly(question)) this.#shown = null;
    return items;
  }

  /** Reports a draft and makes it what is shown. @param run where it began, when some of it has been typed since */
  #deliver(draft: Draft, asking: Asking, run: Run | null = null): InlineCompletionItem[] {
    const { alternatives, confidence: _, shortened: __, ...record } = draft;
    const { params, document, offset, version } = asking;
    const { uri } = document;
    const moved = this.#around.document(uri)?.version !== version;
    const hidden = moved ? "the text changed before the answer was ready" : draft.hidden;
    const id = this.#around.nextId();
    this.#silent.delete(uri);
    this.#around.report({ ...record, id, hidden, position: params.position });
    if (hidden !== null) return [];
    const typed = run ? offset - run.offset : 0;
    const text = run ? document.getText().slice(run.offset, offset) + draft.text : draft.text;
    this.#shown = { what: { uri, document: run?.document ?? document.getText(), offset: offset - typed, text }, id };
    return [draft.text, ...alternatives].map((each) => item(each, params, id));
  }

  /** Asks the editor for the names that fit in a scope, where names decide. */
  #ask(scope: Scope, version: number): Question | null {
    const around = surroundings(scope);
    const place = namePlace(around);
    const { uri, position } = scope;
    return (place && this.#around.knownNames()?.at(uri, version, position, around.before, place)) ?? null;
  }

  /** Begins to compute for a scope, in place of what was computed; what comes of it is remembered. */
  #start(
    scope: Scope,
    team: Omit<Crew, "addedFaults" | "isKnown" | "names">,
    asking: Pick<Asking, "document" | "offset" | "chosen" | "settings" | "invoked">,
    question: Question | null,
  ): Run {
    const { document, offset, settings, invoked } = asking;
    const addedFaults = (put: string) => this.#around.syntax.addedFaults(document, offset, put);
    const isKnown = knownIn(document, this.#around);
    const crew: Crew = { ...team, addedFaults, isKnown, names: () => question?.names ?? null };
    const place = { uri: document.uri, document: document.getText(), offset };
    const key = keyFor(asking);
    this.#run?.cancel();
    this.#around.answering(true);
    const run = new Run(place, (ended) => answer("complete", scope, crew, { ...settings, asked: invoked }, ended));
    this.#run = run;
    const ended = () => {
      this.#around.answering(false);
      if (this.#run === run) this.#run = null;
    };
    run.done.then(
      (draft) => {
        ended();
        if (draft === null) return;
        this.#pace.answered(draft.ms);
        // What was answered with less of the text than there is is answered better the next time: that shall be read by then.
        if (draft.shortened) readWhole(scope, draft.expert, team, settings, this.#warn);
        else if (!isEarly(question)) this.#recent.set(key, document.uri, draft);
      },
      // Whoever waits for it tells of the failure.
      ended,
    );
    return run;
  }

  /** Computes the line behind the offset before it is begun, if nothing else is asked meanwhile. */
  async #prepare(document: TextDocument, offset: number): Promise<void> {
    const ahead = lineAhead(document, offset);
    if (ahead === null || this.#run !== null) return;
    const { uri, version } = document;
    const settings = await this.#around.settings(uri);
    const asking = { ...ahead, settings, chosen: "", invoked: false };
    if (!settings.automatic || refusal(document, settings, this.#around) !== null || this.#recent.get(keyFor(asking)))
      return;
    const { syntax } = this.#around;
    const scope = await syntax.scope(ahead.document, ahead.document.positionAt(ahead.offset), this.#around.root(uri));
    const crew = await this.#around.crew(uri);
    const neighbours = await this.borrowed.of(ahead.document, scope, settings.contextTokens);
    const isIdle = this.#run === null && this.#around.document(uri)?.version === version;
    if (typeof crew === "string" || !isIdle || isQuiet(scope.region, settings)) return;
    this.#start({ ...scope, neighbours }, crew, asking, null);
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
    const id = this.#around.nextId();
    this.#around.report({ ...chosen, ...nothing, id, task: "complete", uri, position, languageId, region, hidden });
    return [];
  }
}

/** Nothing has happened for so long when the next line is prepared. Milliseconds. */
const idleAfter = 250;

/** The editor's names are waited for so long, after the pause; if they come later, the finished text is held against them. Milliseconds. */
const namesPatience = 50;

/** Whether an answer came before the editor could tell its names. */
const isEarly = (question: Question | null) => question !== null && !question.isAnswered;
