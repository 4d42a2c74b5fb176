// The pipeline: route -> compose prompt -> generate -> rank -> clean -> check. Every feature's answer comes from here.
import { blockBegins, completed, readBlock } from "./block.ts";
import { candidates, whyHidden, whyNowhere } from "./clean.ts";
import type { Scope } from "./context.ts";
import type { Engine, GenerateRequest, Generation } from "./engine/engine.ts";
import { composeCompletion } from "./prompt.ts";
import type { Answer } from "./protocol.ts";
import { type Rule, route } from "./route.ts";
import { withoutOverlap } from "./stops.ts";
import { isPlain, type Surroundings, surroundings } from "./surroundings.ts";

/** Who can answer: the engine with its installed experts, the rules that choose among them, and who checks. */
export interface Crew {
  readonly engine: Engine;
  readonly rules: readonly Rule[];
  readonly installed: readonly string[];
  /** How many more syntax errors the document has with a text at the cursor; null where no grammar tells. */
  readonly addedFaults: (text: string) => Promise<number | null>;
}

export interface Limits {
  /** Most new tokens of one line. */
  readonly maxTokens: number;
  /** Most tokens of the prompt. */
  readonly contextTokens: number;
}

/**
 * Completes the line at the cursor, or where a block begins its lines.
 * @returns the finished record; `text` is the cleaned candidate, `hidden` why an editor would not show it.
 * @throws Error in words when the engine fails; being cancelled is no error but a stop reason.
 */
export async function* answer(
  task: "complete",
  scope: Scope,
  { engine, rules, installed, addedFaults }: Crew,
  limits: Limits,
  signal: AbortSignal,
): AsyncGenerator<string, Omit<Answer, "id">> {
  const started = performance.now();
  const chosen = route(task, scope, rules, installed);
  const around = surroundings(scope);
  const { uri, position, languageId, region } = scope;
  const record = { ...chosen, task, uri, position, languageId, region };
  const nowhere = whyNowhere(around);
  if (nowhere !== null) return { ...record, ...nothing, hidden: nowhere };

  const lines = blockBegins(around) ? "several" : "one";
  const request: GenerateRequest = {
    sequence: scope.uri,
    expert: chosen.expert,
    prompt: composeCompletion(scope, limits.contextTokens),
    shorter: composeCompletion(scope, Math.min(shorterTokens, limits.contextTokens)),
    heal: true,
    maxTokens: lines === "several" ? Math.min(blockLines * limits.maxTokens, mostTokens) : limits.maxTokens,
    stops: lines === "several" ? [] : ["\n"],
    branches: around.after.trim() === "" ? 1 : branchCount,
    priority: "completion",
  };
  const generation = yield* lines === "several"
    ? oneBlock(engine, request, around, signal)
    : engine.generate(request, signal);
  const texts = generation.continuations.flatMap((continuation) =>
    candidates(continuation, around, lines).map((text) => ({ text, stop: continuation.stop })),
  );
  const ranked = await rank(texts, generation, request, scope.suffix, around.after, engine, signal);
  const text = withoutOverlap(ranked.text, around);
  const stop = text === "" && ranked.stop !== "cancelled" ? "nothing" : ranked.stop;
  return {
    ...record,
    text,
    promptTokens: generation.promptTokens,
    reusedTokens: generation.reusedTokens,
    newTokens: generation.newTokens,
    ms: Math.round(performance.now() - started),
    stop,
    hidden:
      stop === "cancelled"
        ? "a newer request took its place"
        : (whyHidden(text, around) ?? (await whyBroken(text, around, addedFaults))),
  };
}

const nothing = { text: "", promptTokens: 0, reusedTokens: 0, newTokens: 0, ms: 0, stop: "nothing" } as const;

/** A block may take the tokens of so many lines. */
const blockLines = 4;
/** The engine keeps no room for more. */
const mostTokens = 256;

/** Generates until the block that begins at the cursor has ended. */
async function* oneBlock(
  engine: Engine,
  request: GenerateRequest,
  around: Surroundings,
  signal: AbortSignal,
): AsyncGenerator<string, Generation> {
  const enough = new AbortController();
  const pieces = engine.generate(request, AbortSignal.any([signal, enough.signal]));
  for (let text = ""; ; ) {
    const step = await pieces.next();
    if (step.done) {
      if (signal.aborted || !enough.signal.aborted) return step.value;
      const continuations = step.value.continuations.map((each) => ({ ...each, stop: "stop" as const }));
      return { ...step.value, continuations };
    }
    text += step.value;
    if (readBlock(text, around, false).ended) enough.abort();
    yield step.value;
  }
}

/** Comments, prose and strings of several lines hold whatever they like. */
const isCode = (around: Surroundings) => around.region === "code" || (around.region === "string" && isPlain(around));

/** Why a text may not stand at the cursor by the document's grammar, in words; null when it may. */
async function whyBroken(text: string, around: Surroundings, addedFaults: Crew["addedFaults"]): Promise<string | null> {
  if (!isCode(around)) return null;
  const added = await addedFaults(text);
  if (added === null || added <= 0) return null;
  // What opens a block is no error: its end comes with the lines that follow.
  const whole = completed(text, around);
  const left = whole === text ? added : await addedFaults(whole);
  return left !== null && left > 0 ? "it would add a syntax error" : null;
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

/** Nothing but what closes: there something is likely to be missing before it. */
const closersOnly = /^[\s)\]}>"'`;:,]*$/;

interface Candidate {
  readonly text: string;
  readonly stop: Answer["stop"];
}

/**
 * Infilling by ranking: of all candidates and all places where they may stop, the text under which itself and what follows
 * the cursor are likeliest together. Exact, and needs a model that was never trained to fill in. Where more than closers
 * stand behind the cursor, having nothing before them is a candidate too: only what makes them likelier is put in.
 */
async function rank(
  texts: readonly Candidate[],
  { shortened }: Generation,
  request: GenerateRequest,
  suffix: string,
  afterCursor: string,
  engine: Engine,
  signal: AbortSignal,
): Promise<Candidate> {
  const distinct = texts.filter(({ text }, i) => texts.findIndex((other) => other.text === text) === i);
  const first = distinct[0]!;
  const contest = distinct.slice(0, mostRanked);
  if (!closersOnly.test(afterCursor)) contest.push({ text: "", stop: "nothing" });
  if (contest.length < 2 || suffix.trim() === "" || signal.aborted) return first;

  const following = suffix.slice(0, suffixCharacters);
  const { sequence, expert, heal, priority } = request;
  const prompt = shortened ? request.shorter! : request.prompt;
  const asked = contest.map(({ text }) => text + following);
  const scores = await engine.score({ sequence, expert, prompt, shortened, heal, priority, texts: asked }, signal);
  if (scores === null) return { text: first.text, stop: "cancelled" };
  const logProbabilities = scores.map(({ logProbability }) => logProbability);
  return contest[logProbabilities.indexOf(Math.max(...logProbabilities))]!;
}
