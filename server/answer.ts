// The pipeline: route -> compose prompt -> generate -> rank -> clean -> check. Every feature's answer comes from here.
import { type Attempt, oneAttempt } from "./attempt.ts";
import { blockBegins } from "./block.ts";
import { type AddedFaults, whyBroken } from "./breakage.ts";
import { whyHidden, whyNowhere } from "./clean.ts";
import { builtInThreshold, judged, leastConfidence, leastLikely, leastWord, ofWords, sureWords } from "./confidence.ts";
import type { Scope } from "./context.ts";
import type { Engine, GenerateRequest, Score } from "./engine/engine.ts";
import { isImagined, type NamePlace, namePlace, remainders } from "./naming.ts";
import { composeCompletion, type Manner } from "./prompt.ts";
import type { Answer, Settings } from "./protocol.ts";
import { type Candidate, scored } from "./rank.ts";
import { Away, chosenOf, type Rule, route } from "./route.ts";
import { type Surroundings, surroundings, unwanted } from "./surroundings.ts";
import { holdsName, unknownNames } from "./vocabulary.ts";

/** Who can answer: the engine with its installed experts, the rules that choose among them, and who checks. */
export interface Crew {
  readonly engine: Engine;
  readonly rules: readonly Rule[];
  readonly installed: readonly string[];
  /** How sure an expert has to be of what is shown, see confidence.ts; absent or null: as the built-in threshold says. */
  readonly threshold?: (expert: string) => number | null;
  /** How many more syntax errors the document has with a text at the cursor; null where no grammar tells. */
  readonly addedFaults: AddedFaults;
  /** Whether a name stands in the document or in what else is open; absent: in the scope's text. */
  readonly isKnown?: (name: string) => boolean;
  /** The names that fit at the cursor, as far as they are known by now; null where nobody knows. */
  readonly names?: () => readonly string[] | null;
  /** How an expert is asked that is not the embedded model's, and the other machine that its texts are sent to. */
  readonly about?: (expert: string) => { readonly manner?: Manner; readonly host: string | null } | null;
  /** Why an expert that is there does not answer at the moment, in words; null for all others. */
  readonly absent?: (expert: string) => string | null;
}

export interface Limits extends Pick<Settings, "suggestions"> {
  /** Most new tokens of one line. */
  readonly maxTokens: number;
  /** Most tokens of the prompt. */
  readonly contextTokens: number;
  /** Whether the user asked: then alternatives are looked for, and nothing is withheld for being unlikely. */
  readonly asked?: boolean;
}

/** A finished record before it has a number. */
export interface Draft extends Omit<Answer, "id"> {
  /** Further texts that may be shown in place of the first, the best first. */
  readonly alternatives: readonly string[];
  /** Mean log-probability of the text's tokens, nats, less what unknown names cost; null where there is no text. */
  readonly confidence: number | null;
  /** Whether less of the text was read than there is, see `GenerateRequest.shorter`. */
  readonly shortened: boolean;
}

/**
 * Completes the line at the cursor, or where a block begins its lines.
 * @returns the finished record; `text` is the cleaned candidate, `hidden` why an editor would not show it.
 * @throws Error in words when the engine fails; being cancelled is no error but a stop reason.
 */
export async function* answer(
  task: "complete",
  scope: Scope,
  crew: Crew,
  limits: Limits,
  signal: AbortSignal,
): AsyncGenerator<string, Draft> {
  try {
    return yield* byChosen(task, scope, crew, limits, signal);
  } catch (error) {
    if (!(error instanceof Away) || signal.aborted) throw error;
    // It rests now, and the rules choose who takes its place.
    const away = route(task, scope, crew.rules, crew.installed).expert;
    const others = crew.installed.filter((id) => id !== away);
    return yield* byChosen(task, scope, { ...crew, installed: others }, limits, signal);
  }
}

async function* byChosen(
  task: "complete",
  scope: Scope,
  crew: Crew,
  limits: Limits,
  signal: AbortSignal,
): AsyncGenerator<string, Draft> {
  const started = performance.now();
  const { engine, addedFaults } = crew;
  const chosen = chosenOf(task, scope, crew);
  const { manner, host = null } = crew.about?.(chosen.expert) ?? {};
  const around = surroundings(scope);
  const { uri, position, languageId, region } = scope;
  const record = { ...chosen, task, uri, position, languageId, region };
  const place = namePlace(around);
  const known = place === null ? null : (crew.names?.() ?? null);
  const held = known !== null && place!.kind === "only" ? remainders(known, place!) : null;
  const nowhere = whyNowhere(around) ?? (held?.length === 0 ? noSuchName(place!) : null);
  if (nowhere !== null) return { ...record, ...nothing, hidden: nowhere };

  const least = leastConfidence(crew.threshold?.(chosen.expert) ?? builtInThreshold, limits.suggestions);
  const asked = requestFor(scope, around, chosen.expert, limits, manner);
  const patience = leastLikely(asked, scope, limits, least);
  const request = patience === null ? asked : { ...asked, least: patience };
  // Of words there is no end that a check could find: a line of prose is shown as far as each of its words is sure.
  const cuts = !limits.asked && ofWords.has(region);
  const cut = ({ text, from }: Candidate) =>
    cuts && from !== null ? sureWords(from, text, leastWord(limits.suggestions)) : text;
  const mayBeShown = (candidate: Candidate) => {
    if (limits.asked) return true;
    const shown = cut(candidate);
    // What the editor's list has chosen may make it surer; unknown names only make it less sure.
    const isSure = (scope.chosen ?? "") !== "" || judged(candidate.from, shown, null, [], least).doubt === null;
    return isSure && whyHidden(shown, around) === null;
  };
  const attempt = (names: readonly string[] | null) =>
    oneAttempt({
      ...{ engine, request: names ? { ...request, names } : request, scope, around, signal },
      ...{ ranks: manner?.ranks !== false, mayBeShown },
    });
  let done = yield* attempt(held);
  // The names may have come while the model wrote, or it wrote one where something else might have stood.
  const late = place === null || held !== null ? null : (crew.names?.() ?? null);
  if (late !== null && isImagined(done.best.text, place!, late) && !signal.aborted) {
    const left = remainders(late, place!);
    if (left.length > 0) done = await quietly(attempt(left));
    else if (place!.kind === "only") return { ...record, ...nothing, hidden: noSuchName(place!) };
  }
  const { generation, best, cancelled } = done;
  const head = cut(best);
  const text = head === "" ? best.text : head;
  const stop = cancelled ? "cancelled" : text === "" && best.stop !== "cancelled" ? "nothing" : best.stop;
  const isKnown = (name: string) =>
    (crew.names?.()?.includes(name) ?? false) ||
    (crew.isKnown?.(name) ?? (holdsName(scope.prefix, name) || holdsName(scope.suffix, name)));
  const unknown = unknownNames(text, around, isKnown);
  const ahead = await likelihoodOfChosen(scope, chosen.expert, limits, manner, done, engine, signal);
  const { sure, doubt } = judged(best.from, text, ahead, unknown, least);
  const whyNot = async (shown: string) => whyHidden(shown, around) ?? (await whyBroken(shown, around, addedFaults));
  const hidden =
    stop === "cancelled"
      ? "a newer request took its place"
      : ((generation.unsure === true && (text === "" || doubt !== null) ? whyUnsure.text() : null) ??
        (await whyNot(text)) ??
        (head !== text ? whyUnsure.text() : null) ??
        (doubt !== null && !limits.asked ? whyUnsure[doubt](scope, unknown) : null));
  const alternatives: string[] = [];
  if (hidden === null && !cuts)
    for (const other of done.others) if ((await whyNot(other)) === null) alternatives.push(other);
  return {
    ...record,
    ...(host === null ? {} : { host }),
    text,
    promptTokens: generation.promptTokens,
    reusedTokens: generation.reusedTokens,
    newTokens: generation.newTokens,
    ms: Math.round(performance.now() - started),
    stop,
    hidden,
    alternatives,
    confidence: sure,
    shortened: generation.shortened,
  };
}

const noSuchName = ({ written }: NamePlace) =>
  written === "" ? "nothing is known that fits here" : `nothing that fits here begins with "${written}"`;

const whyUnsure = {
  text: () => "the model is not sure enough",
  chosen: ({ chosen }: Scope) => `the model does not expect "${chosen}", which the list of suggestions has chosen`,
  names: (_: Scope, [unknown]: readonly string[]) => `nothing open here knows the name "${unknown}"`,
};

/** What the engine is asked at a place. */
export function requestFor(
  scope: Scope,
  around: Surroundings,
  expert: string,
  limits: Limits,
  manner: Manner | undefined,
): GenerateRequest {
  const several = blockBegins(around);
  const avoid = unwanted(around);
  const atEnd = around.after.trim() === "";
  return {
    sequence: scope.uri,
    expert,
    prompt: composeCompletion(scope, limits.contextTokens, manner),
    shorter: composeCompletion({ ...scope, neighbours: "" }, Math.min(shorterTokens, limits.contextTokens), manner),
    // What was trained to fill in has seen cuts at any character.
    heal: manner?.infill == null,
    ...(avoid.length > 0 ? { avoid } : {}),
    maxTokens: several ? Math.min(blockLines * limits.maxTokens, mostTokens) : limits.maxTokens,
    stops: several ? [] : ["\n"],
    branches: limits.asked ? askedBranches : atEnd || manner?.ranks === false ? 1 : branchCount,
    priority: "completion",
  };
}

/**
 * How likely the model finds what an editor's list has chosen, behind what was typed. Null where that decides nothing: nothing is
 * chosen or written, the user has asked, it was cancelled.
 */
async function likelihoodOfChosen(
  { chosen = "", ...scope }: Scope,
  expert: string,
  limits: Limits,
  manner: Manner | undefined,
  { generation, best }: Attempt,
  engine: Engine,
  signal: AbortSignal,
): Promise<Score | null> {
  if (chosen === "" || best.text === "" || limits.asked || manner?.ranks === false || signal.aborted) return null;
  const typed = { ...scope, prefix: scope.prefix.slice(0, -chosen.length) };
  const request = requestFor(typed, surroundings(typed), expert, limits, manner);
  return (await scored([chosen], request, generation.shortened, engine, signal))?.[0] ?? null;
}

const nothing = {
  text: "",
  promptTokens: 0,
  reusedTokens: 0,
  newTokens: 0,
  ms: 0,
  stop: "nothing",
  alternatives: [],
  confidence: null,
  shortened: false,
} as const;

/** A block may take the tokens of so many lines. */
const blockLines = 4;
/** The engine keeps no room for more. */
const mostTokens = 256;

/** Tokens of the window that is read when most of the whole one is new: a fraction of a second. */
const shorterTokens = 192;

/**
 * Branches that are followed where text stands behind the cursor. On the 72 cases of `npm run quality` two find 66 right first
 * lines, one 63. Of 82 held-out places one finds 33, two 32, four 31 and eight 22, in 1, 1.4, 1.9 and 2.3 times the time. At the
 * end of a line ranking finds none and takes a third of the time.
 */
const branchCount = 2;

/** Branches that are followed where the user asked, since the editor can then offer one after the other. */
const askedBranches = 3;

/** Runs a generator for its result alone. */
async function quietly<Result>(steps: AsyncGenerator<unknown, Result>): Promise<Result> {
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
  }
}
