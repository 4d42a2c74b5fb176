// coterie/calculate: the result of a formula with the steps to it.
import type { CancellationToken, Connection } from "vscode-languageserver";
import type { AlgebraJob, AlgebraOutcome } from "../algebra/thread.ts";
import { calculate, writtenSteps } from "../calculate.ts";
import { calculateSchema } from "../incoming.ts";
import { type Answer, type CalculateParams, type Calculation, calculate as request } from "../protocol.ts";
import { Away, chosenOf } from "../route.ts";
import type { Around } from "./around.ts";
import { signalOf } from "./waiting.ts";

export interface CalculationsOptions {
  readonly around: Pick<
    Around,
    "syntax" | "document" | "root" | "rules" | "installed" | "crew" | "absent" | "nextId" | "report" | "answering"
  >;
  readonly algebra: (job: AlgebraJob) => Promise<AlgebraOutcome>;
}

export class Calculations {
  readonly #options: CalculationsOptions;

  constructor(options: CalculationsOptions) {
    this.#options = options;
  }

  /** Answers the request. `fenced` runs it so that whatever goes wrong in it ends there, in words. */
  serve(connection: Connection, fenced: <T>(what: string, run: () => T | Promise<T>) => Promise<unknown>): void {
    connection.onRequest(request.method, (params: unknown, token: CancellationToken) =>
      fenced("A calculation failed", () => this.calculate(calculateSchema.parse(params), token)),
    );
  }

  async calculate({ text, place, steps = true }: CalculateParams, token: CancellationToken): Promise<Calculation> {
    const { around, algebra } = this.#options;
    const signal = signalOf(token);
    const document = place && around.document(place.uri);
    const scope = document ? await around.syntax.scope(document, place!.position, around.root(document.uri)) : nowhere;
    const known = {
      rules: around.rules(document?.uri ?? ""),
      installed: around.installed(),
      absent: (expert: string) => around.absent(expert),
    };
    const chosen = chosenOf("calculate", scope, known);
    let host: string | null = null;
    let away: string | null = null;
    around.answering(true);
    try {
      const write = async (request: string) => {
        const crew = await around.crew(document?.uri ?? "");
        if (typeof crew === "string") return "";
        const { manner, host: machine = null } = crew.about?.(chosen.expert) ?? {};
        host = machine;
        try {
          return await writtenSteps({ engine: crew.engine, expert: chosen.expert, manner }, request, signal);
        } catch (error) {
          if (!(error instanceof Away)) throw error;
          // The result needs no expert, and no other one has learnt to write steps.
          away = error.message;
          return "";
        }
      };
      const done = await calculate(text, { algebra, route: chosen, write: steps ? write : async () => "" }, signal);
      if (document) {
        const { uri, position } = place!;
        const { languageId, region } = scope;
        const who = done.expert === null ? byAlgebra : chosen;
        const instead = away === null ? {} : { wanted: chosen.expert, absent: away };
        const hidden = done.result === null ? `nothing was calculated: ${done.why}` : null;
        const nothing = { promptTokens: 0, reusedTokens: 0, newTokens: 0, stop: "end" } as const;
        const answer: Answer = {
          ...who,
          ...instead,
          ...nothing,
          ...(host === null ? {} : { host }),
          id: around.nextId(),
          task: "calculate",
          uri,
          position,
          languageId,
          region,
          text: done.result ?? "",
          ms: done.ms,
          hidden,
        };
        around.report(answer);
      }
      return done;
    } finally {
      around.answering(false);
    }
  }
}

/** Who answers where no expert was asked. */
const byAlgebra = {
  expert: "algebra",
  wanted: null,
  rule: "none",
  because: "The algebra library found the result; no expert was asked.",
  considered: [],
} as const;

/** What the rules see of a formula that stands in no document. */
const nowhere = { languageId: "plaintext", path: "", region: "math" } as const;
