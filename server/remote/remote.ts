// An expert on another machine, asked by the OpenAI completions protocol. The only file that opens a connection to a network.
import type { Engine, GenerateRequest, Generation } from "../engine/engine.ts";
import type { RemoteExpert } from "../protocol.ts";
import { Away } from "../route.ts";
import { type Asked, askedFor, type Body, Received } from "./asked.ts";
import { BadAnswer, type Delta, readEvents, readWhole, saidIn } from "./events.ts";
import { Rest } from "./rest.ts";

/** Milliseconds until the first byte, between two pieces, and for a whole answer. */
export interface Patience {
  readonly first: number;
  readonly between: number;
  readonly whole: number;
}

export interface RemoteOptions {
  readonly id: string;
  readonly expert: RemoteExpert;
  /** The key that the editor keeps for it, or null. */
  readonly key: () => Promise<string | null>;
  readonly patience?: Patience;
  /** Hears why it did not answer. */
  readonly onTrouble: (message: string) => void;
}

const usual: Patience = { first: 10_000, between: 5_000, whole: 30_000 };

/** Characters that a token may have, so that an engine that knows no limit ends somewhere. */
const longestToken = 32;

export class RemoteEngine implements Engine {
  readonly stale = false;
  readonly experts;
  readonly #options: RemoteOptions;
  readonly #rest = new Rest();

  constructor(options: RemoteOptions) {
    this.#options = options;
    this.experts = [{ id: options.id, layers: [0, 0] as const, parameters: 0, bytes: 0 }];
  }

  /** Why it is not asked at the moment, in words, or null. */
  get away(): string | null {
    return this.#rest.why;
  }

  /** @throws Away when it does not answer as it should; then it rests. */
  async *generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<string, Generation> {
    const { expert } = this.#options;
    const asked = askedFor(request, expert);
    const received = new Received(asked, request.stops, request.maxTokens * longestToken);
    const limits = new Limits(this.#options.patience ?? usual, signal);
    let pieces = 0;
    let finish: string | null = null;
    try {
      for await (const delta of this.#deltas(asked, limits)) {
        limits.heard();
        pieces++;
        finish = delta.finish;
        const more = received.push(delta.text);
        if (more !== "") yield more;
        if (received.ended !== null || finish !== null) break;
      }
      this.#rest.answered();
    } catch (error) {
      if (!signal.aborted) throw this.#fail(error, limits);
    } finally {
      // Ends the connection, whatever is still to come on it.
      limits.end();
    }
    const stop = signal.aborted ? "cancelled" : (received.ended ?? (finish === "length" ? "length" : "end"));
    const continuations = [{ text: received.text, tokens: [], stop } as const];
    return { continuations, shortened: false, promptTokens: 0, reusedTokens: 0, newTokens: pieces, runs: pieces };
  }

  async score(): Promise<never> {
    throw new Error("an expert on another machine cannot rank texts");
  }

  async warm(): Promise<void> {
    // Nothing is sent before it is asked.
  }

  async setAdded(): Promise<void> {
    // Experts that are added belong to models on this machine.
  }

  async memory() {
    return { backbone: 0, experts: {}, head: 0, caches: 0, rest: 0, process: 0 };
  }

  async close(): Promise<void> {
    // Each request ends its own connection.
  }

  async *#deltas({ body }: Asked, limits: Limits): AsyncGenerator<Delta> {
    // Headers may come at once, and the first token after the prompt was read.
    const response = await this.#send(body, limits.signal);
    const { status, headers } = response;
    if (status === 0 || (status >= 300 && status < 400))
      throw new BadAnswer("it wants to send us elsewhere, which is refused");
    if (response.body === null) throw new BadAnswer("it sent nothing");
    if (status !== 200) throw new BadAnswer(`it said ${status}${await wordsOf(response.body)}`);
    if (/^application\/json\b/.test(headers.get("content-type") ?? "")) yield await readWhole(response.body);
    else yield* readEvents(response.body);
  }

  async #send(body: Body, signal: AbortSignal): Promise<Response> {
    const key = await this.#options.key();
    const headers = {
      "content-type": "application/json",
      accept: "text/event-stream",
      "user-agent": "coterie",
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    };
    const url = `${this.#options.expert.url.replace(/\/+$/, "")}/completions`;
    // Followed, a redirect could carry the prompt to anywhere.
    return fetch(url, { method: "POST", headers, body: JSON.stringify(body), redirect: "manual", signal });
  }

  #fail(error: unknown, limits: Limits): Away {
    const why =
      limits.expired ?? (error instanceof BadAnswer ? error.message : `it cannot be reached (${causeOf(error)})`);
    this.#rest.failed(why);
    const { id, onTrouble } = this.#options;
    onTrouble(`${id}: ${why}.`);
    return new Away(this.#rest.why ?? why);
  }
}

/** What a refusal says, if it is short and plain. */
async function wordsOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  try {
    await readWhole(body);
    return "";
  } catch (error) {
    return error instanceof BadAnswer && error.message.startsWith("it said") ? `: ${error.message.slice(9)}` : "";
  }
}

/** What the operating system says of a connection. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error && "code" in cause && typeof cause.code === "string") return cause.code;
  return saidIn(cause);
}

/** Ends a request when it takes too long, or when nobody waits for it any more. */
class Limits {
  readonly #own = new AbortController();
  readonly #patience: Patience;
  readonly #whole: NodeJS.Timeout;
  #next: NodeJS.Timeout;
  readonly signal: AbortSignal;
  /** Which limit ended it, in words, or null. */
  expired: string | null = null;

  constructor(patience: Patience, signal: AbortSignal) {
    this.#patience = patience;
    this.signal = AbortSignal.any([signal, this.#own.signal]);
    this.#whole = this.#timer(patience.whole, "it took too long to answer");
    this.#next = this.#timer(patience.first, "it did not begin to answer in time");
  }

  heard(): void {
    clearTimeout(this.#next);
    if (!this.signal.aborted)
      this.#next = this.#timer(this.#patience.between, "it stopped in the middle of its answer");
  }

  end(): void {
    clearTimeout(this.#whole);
    clearTimeout(this.#next);
    this.#own.abort();
  }

  #timer(milliseconds: number, words: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.expired ??= words;
      this.#own.abort();
    }, milliseconds);
  }
}
