// coterie/rested: what is likely to be asked where the cursor rests is read ahead, by the expert that would be asked there; a while
// later the expert that the rules name next is loaded and follows.
import type { Connection } from "vscode-languageserver";
import type { Scope } from "../context.ts";
import { restedSchema } from "../incoming.ts";
import { type RestedParams, rested } from "../protocol.ts";
import { type Askable, route } from "../route.ts";
import type { Around } from "./around.ts";
import type { Borrowed } from "./borrowed.ts";
import { readAhead, readingFailed } from "./reading.ts";
import { isQuiet, refusal } from "./refusal.ts";

/** The cursor has rested for so long when another expert is loaded, which takes a third of a second. Milliseconds. */
const nextAfter = 1_500;

export class Rests {
  readonly #around: Around;
  readonly #borrowed: Pick<Borrowed, "of">;
  readonly #failed: (error: unknown) => void;
  #reading = new AbortController();
  #next: NodeJS.Timeout | undefined;
  /** Where it was read ahead last: resting on in the same place asks for nothing. */
  #done = "";

  constructor(around: Around, borrowed: Pick<Borrowed, "of">, warn: (why: string) => void) {
    this.#around = around;
    this.#borrowed = borrowed;
    this.#failed = readingFailed(warn);
  }

  serve(connection: Connection): void {
    connection.onNotification(rested.method, (params: unknown) => {
      this.rest(restedSchema.parse(params)).catch(this.#failed);
    });
  }

  stop(): void {
    this.#reading.abort();
    clearTimeout(this.#next);
  }

  /** The cursor rests at a position. Resolves when what is asked there has been read, or something else was to be done. */
  async rest({ uri, position }: RestedParams): Promise<void> {
    this.stop();
    const mine = new AbortController();
    this.#reading = mine;
    const around = this.#around;
    const settings = await around.settings(uri);
    const document = around.document(uri);
    if (!document || mine.signal.aborted || !settings.automatic) return;
    if (refusal(document, settings, around) !== null) return;
    const { version } = document;
    const place = JSON.stringify([uri, version, position]);
    if (place === this.#done) return;
    const scope = await around.syntax.scope(document, position, around.root(uri));
    const crew = await around.crew(uri);
    if (typeof crew === "string" || isQuiet(scope.region, settings)) return;
    const neighbours = await this.#borrowed.of(document, scope, settings.contextTokens);
    const isStale = () => mine.signal.aborted || around.document(uri)?.version !== version;
    if (isStale()) return;

    const whole = { ...scope, neighbours };
    const read = (expert: string, much: "whole" | "asked" = "whole") =>
      readAhead(whole, expert, crew, settings, much, mine.signal);
    const { expert } = route("complete", scope, crew.rules, crew.installed);
    // The whole window takes seconds on a slow machine; who types before it has been read is answered from the short one.
    await read(expert, "asked");
    if (isStale()) return;
    await read(expert);
    if (!isStale()) this.#done = place;
    const next = nextExpert(scope, expert, crew);
    if (next === null || isStale()) return;
    this.#next = setTimeout(() => {
      if (isStale()) return;
      read(next).catch(this.#failed);
    }, nextAfter);
  }
}

/** Whom the rules name at a place for what is asked there next, if it is another one: a comment above code, code below a comment, words. */
export function nextExpert(scope: Scope, expert: string, { rules, installed }: Askable): string | null {
  const elsewhere = (["comment", "code"] as const).map((region) =>
    route("complete", { ...scope, region }, rules, installed),
  );
  const words = route("explain", scope, rules, installed);
  return [...elsewhere, words].find((other) => other.expert !== expert && other.wanted === null)?.expert ?? null;
}
