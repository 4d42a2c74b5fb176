// The product's answers to samples, by one contender: engines are opened when they are first asked.

import { TextDocument } from "vscode-languageserver-textdocument";
import layouts from "../../experts/layouts.json" with { type: "json" };
import { answer, type Crew, type Draft } from "../../server/answer.ts";
import { endsInBlock } from "../../server/block.ts";
import type { Scope } from "../../server/context.ts";
import type { Engine, Generation, Prompt } from "../../server/engine/engine.ts";
import { openEngine } from "../../server/engine/open.ts";
import { engineOptions, installed } from "../../server/installation.ts";
import { compose, composeCompletion } from "../../server/prompt.ts";
import type { Settings } from "../../server/protocol.ts";
import { finished } from "../../server/saying.ts";
import { surroundings } from "../../server/surroundings.ts";
import { Syntax } from "../../server/syntax/syntax.ts";
import type { Contender } from "./contenders.ts";
import type { Cursor } from "./samples.ts";
import { type Typed, typeAll } from "./typing.ts";

const never = new AbortController().signal;

/** The prompt of a request in layout "tasks". */
export function taskPrompt(slots: { path?: string; language?: string; window?: string; request: string }): Prompt {
  return compose("tasks", slots);
}

export const documentRequest = layouts.requests.document;

/** The product's syntax, which here waits for every tree, so that a result does not hang on the machine. */
export function patientSyntax(): Syntax {
  return new Syntax({ files: installed().syntax, patience: Number.POSITIVE_INFINITY, onTrouble: console.warn });
}

/** What a text does to a document's syntax. */
export interface Harm {
  /** Whether the document has more syntax errors with the text than with what was written. */
  readonly broken: boolean;
  /** Whether the text ends with the head of a block, so that the block's missing end is, or may be, what is wrong. */
  readonly unclosed: boolean;
}

export async function harm(
  text: string,
  written: string,
  scope: Scope,
  addedFaults: Crew["addedFaults"],
): Promise<Harm> {
  const [added, before] = [await addedFaults(text), await addedFaults(written)];
  const broken = added !== null && before !== null && added > Math.max(0, before);
  return { broken, unclosed: broken && endsInBlock(text, surroundings(scope)) };
}

export interface Trial {
  readonly branches?: number;
  readonly neighbours?: string;
}

export class Engines {
  readonly #settings: Settings;
  readonly #open = new Map<string, Promise<Engine>>();
  readonly #syntax = patientSyntax();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * Completes at a cursor through the whole pipeline, when the place is warm: its prompt has been read, as it has where a user
   * is typing. The contender answers whatever the rules say, and nothing is withheld for being unlikely.
   * @param trial what is tried: a number of branches, signatures of what is imported; absent: as the product has it
   * @returns besides, what the text does to the document's syntax.
   */
  async complete(contender: Contender, sample: Cursor, trial: Trial = {}): Promise<Draft & Harm> {
    const engine = await this.#engine(contender.model);
    const root = { uri: `file:///${sample.id}`, name: sample.workspace };
    const path = sample.path.split("/").map(encodeURIComponent).join("/");
    const text = sample.before + sample.after;
    const document = TextDocument.create(`${root.uri}/${path}`, sample.language, 0, text);
    const place = await this.#syntax.scope(document, document.positionAt(sample.before.length), root);
    const scope = { ...place, neighbours: trial.neighbours ?? "" };
    const { expert } = contender;
    const prompt = composeCompletion(scope, this.#settings.contextTokens);
    await generate(engine, { sequence: scope.uri, expert, prompt, heal: true, maxTokens: 1, priority: "completion" });
    const rules = [{ name: "quality#1", expert, because: "this contender is measured" }];
    const addedFaults = (put: string) => this.#syntax.addedFaults(document, sample.before.length, put);
    const threshold = () => unlikeliest;
    const crew: Crew = {
      engine: branching(engine, trial.branches),
      rules,
      installed: [expert],
      addedFaults,
      threshold,
    };
    const limits = this.#settings;
    const draft = await finished(answer("complete", scope, crew, limits, never));
    return { ...draft, ...(await harm(draft.text, sample.rest, scope, addedFaults)) };
  }

  /** Types the rest of a line key by key and takes what the product offers, as its pack's threshold has it. */
  async type(contender: Contender, sample: Cursor): Promise<Typed> {
    return typeAll(sample.rest, async (typed) => {
      const before = sample.before + sample.rest.slice(0, typed);
      const { text, hidden, confidence } = await this.complete(contender, { ...sample, before });
      return hidden === null && (confidence ?? 0) >= contender.threshold ? text : null;
    });
  }

  /** What the model alone says to a prompt, greedily. */
  async say(contender: Contender, sequence: string, prompt: Prompt, maxTokens: number): Promise<string> {
    const engine = await this.#engine(contender.model);
    const { expert } = contender;
    const { continuations } = await generate(engine, {
      sequence,
      expert,
      prompt,
      heal: false,
      maxTokens,
      priority: "command",
    });
    return continuations[0]!.text;
  }

  async close(): Promise<void> {
    for (const engine of this.#open.values()) await (await engine).close();
    this.#open.clear();
  }

  #engine(model: string): Promise<Engine> {
    const options = engineOptions({ ...installed(), model }, this.#settings);
    const contextTokens = Math.max(options.contextTokens, leastContext);
    const opening = this.#open.get(model) ?? openEngine({ ...options, contextTokens });
    this.#open.set(model, opening);
    return opening;
  }
}

/** So unlikely that nothing is withheld for it, nats; the words of prose are chosen as the product does. */
const unlikeliest = -1_000;

/** An engine that follows so many branches, whatever it is asked. */
function branching(engine: Engine, branches: number | undefined): Engine {
  if (branches === undefined) return engine;
  return { ...engine, generate: (request, signal) => engine.generate({ ...request, branches }, signal) };
}

/** Room for the longest request and reply, also where completions are measured with less. */
const leastContext = 1024;

type Ask = Pick<
  Parameters<Engine["generate"]>[0],
  "sequence" | "expert" | "prompt" | "heal" | "maxTokens" | "priority"
>;

function generate(engine: Engine, ask: Ask): Promise<Generation> {
  return finished(engine.generate({ ...ask, stops: [], branches: 1 }, never));
}
