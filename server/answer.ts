// The pipeline: route -> compose prompt -> generate -> rank -> clean. Every feature's answer comes from here.
import { possibleStops, surroundings, whyHidden } from "./clean.ts";
import type { Scope } from "./context.ts";
import type { Engine, GenerateRequest, Generation } from "./engine/engine.ts";
import { composeCompletion } from "./prompt.ts";
import type { Answer } from "./protocol.ts";
import { type Rule, route } from "./route.ts";

/** Who can answer: the engine with its installed experts, and the rules that choose among them. */
export interface Crew {
  readonly engine: Engine;
  readonly rules: readonly Rule[];
  readonly installed: readonly string[];
}

export interface Limits {
  /** Most new tokens. */
  readonly maxTokens: number;
  /** Most tokens of the prompt. */
  readonly contextTokens: number;
}

/**
 * Completes the line at the cursor.
 * @returns the finished record; `text` is the cleaned candidate, `hidden` why an editor would not show it.
 * @throws Error in words when the engine fails; being cancelled is no error but a stop reason.
 */
export async function* answer(
  task: "complete",
  scope: Scope,
  { engine, rules, installed }: Crew,
  limits: Limits,
  signal: AbortSignal,
): AsyncGenerator<string, Omit<Answer, "id">> {
  const started = performance.now();
  const chosen = route(task, scope, rules, installed);
  const around = surroundings(scope.prefix, scope.suffix);
  const request: GenerateRequest = {
    sequence: scope.uri,
    expert: chosen.expert,
    prompt: composeCompletion(scope, limits.contextTokens),
    shorter: composeCompletion(scope, Math.min(shorterTokens, limits.contextTokens)),
    heal: true,
    maxTokens: limits.maxTokens,
    stops: ["\n"],
    branches: around.after.trim() === "" ? 1 : branchCount,
    priority: "completion",
  };
  const generation = yield* engine.generate(request, signal);
  const ranked = await rank(generation, request, scope.suffix, around.after, engine, signal);
  const stop = ranked.text === "" && ranked.stop !== "cancelled" ? "nothing" : ranked.stop;
  return {
    ...chosen,
    task,
    uri: scope.uri,
    position: scope.position,
    languageId: scope.languageId,
    region: scope.region,
    text: ranked.text,
    promptTokens: generation.promptTokens,
    reusedTokens: generation.reusedTokens,
    newTokens: generation.newTokens,
    ms: Math.round(performance.now() - started),
    stop,
    hidden: stop === "cancelled" ? "a newer request took its place" : whyHidden(ranked.text, around),
  };
}

/** Tokens of the window that is read when most of the whole one is new: a fraction of a second. */
const shorterTokens = 192;

/**
 * Branches that are followed where text stands behind the cursor. On the 72 cases of `npm run quality` two find 58 right first
 * lines, one 57, three and four no more than two; at the end of a line ranking finds none and takes a third of the time.
 */
const branchCount = 2;

/** Characters after the cursor that a candidate must make likely: about 30 tokens. */
const suffixCharacters = 90;

/** Most texts that are ranked; each costs a run of the model. */
const mostRanked = 6;

/**
 * Infilling by ranking: of all candidates and all places where they may stop, the text under which itself and what follows
 * the cursor are likeliest together. Exact, and needs a model that was never trained to fill in.
 */
async function rank(
  { continuations, shortened }: Generation,
  request: GenerateRequest,
  suffix: string,
  afterCursor: string,
  engine: Engine,
  signal: AbortSignal,
): Promise<{ text: string; stop: Answer["stop"] }> {
  const candidates = continuations.flatMap((continuation) =>
    possibleStops(continuation, afterCursor).map((text) => ({ text, stop: continuation.stop })),
  );
  const distinct = candidates.filter(({ text }, i) => candidates.findIndex((other) => other.text === text) === i);
  const first = distinct[0]!;
  if (distinct.length < 2 || suffix.trim() === "" || signal.aborted) return first;

  const contest = distinct.slice(0, mostRanked);
  const following = suffix.slice(0, suffixCharacters);
  const { sequence, expert, heal, priority } = request;
  const prompt = shortened ? request.shorter! : request.prompt;
  const texts = contest.map(({ text }) => text + following);
  const scores = await engine.score({ sequence, expert, prompt, shortened, heal, priority, texts }, signal);
  if (scores === null) return { text: first.text, stop: "cancelled" };
  const logProbabilities = scores.map(({ logProbability }) => logProbability);
  return contest[logProbabilities.indexOf(Math.max(...logProbabilities))]!;
}
