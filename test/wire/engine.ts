// An engine for tests that plays by the engine's rules but lets the test decide when and what it answers.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine, GenerateRequest, Generation, WarmRequest } from "../../server/engine/engine.ts";

export interface Played {
  readonly request: GenerateRequest;
  readonly signal: AbortSignal;
  /** Ends the generation with this text. */
  finish(text: string): void;
  /** Ends it with an error. */
  fail(message: string): void;
}

export interface PlayedEngine extends Engine {
  /** Every generation that was started. */
  readonly started: readonly Played[];
  /** Every prompt that was read ahead. */
  readonly warmed: readonly WarmRequest[];
  /** How many run now. */
  running(): number;
  /** Resolves with generation number `index` as soon as it is started. */
  nth(index: number): Promise<Played>;
}

/** `text` answers at once; without it each generation waits for the test, or for being cancelled. */
export function playedEngine(experts: readonly string[], text?: string): PlayedEngine {
  const started: Played[] = [];
  const warmed: WarmRequest[] = [];
  let running = 0;
  let added: readonly string[] = [];
  let woken: () => void = () => undefined;

  function begin(request: GenerateRequest, signal: AbortSignal): Promise<Generation> {
    running++;
    return new Promise<Generation>((resolve, reject) => {
      const end = (said: string, stop: "stop" | "cancelled") => {
        const tokens = [{ id: 0, text: said, logProbability: -0.1 }];
        resolve({
          continuations: [{ text: said, tokens, stop }],
          promptTokens: 9,
          reusedTokens: 4,
          newTokens: 1,
          runs: 1,
          shortened: false,
        });
      };
      signal.addEventListener("abort", () => end("", "cancelled"));
      if (signal.aborted) end("", "cancelled");
      started.push({ request, signal, finish: (said) => end(said, "stop"), fail: (said) => reject(new Error(said)) });
      if (text !== undefined) end(text, "stop");
      woken();
    }).finally(() => running--);
  }

  return {
    get experts() {
      const ids = [
        ...experts,
        ...added.map((folder) => String(JSON.parse(readFileSync(join(folder, "part.json"), "utf8")).id)),
      ];
      return ids.map((id) => ({ id, layers: [24, 30] as const, parameters: 1, bytes: 1 }));
    },
    stale: false,
    setAdded: async (folders) => {
      added = folders;
    },
    started,
    warmed,
    running: () => running,
    async nth(index) {
      while (!started[index]) await new Promise<void>((resolve) => (woken = resolve));
      return started[index];
    },
    async *generate(request, signal) {
      const generation = await begin(request, signal);
      yield generation.continuations[0]!.text;
      return generation;
    },
    score: async ({ texts }, signal) => (signal.aborted ? null : texts.map(() => ({ logProbability: -1, tokens: 1 }))),
    warm: async (request) => {
      warmed.push(request);
    },
    memory: async () => ({ backbone: 1, experts: {}, head: 1, caches: 1, rest: -2, process: 1 }),
    close: async () => undefined,
  };
}
