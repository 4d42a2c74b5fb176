// The commands of the command line: each returns the object that --json prints.
import { readFileSync, statSync } from "node:fs";
import { answer } from "../answer.ts";
import { knownExperts, readRules } from "../experts.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { Installation } from "../installation.ts";
import { type Answer, type RouteResult, tasks } from "../protocol.ts";
import { type Rule, route } from "../route.ts";
import { finished } from "../saying.ts";
import { readDefaults } from "../settings.ts";
import { Syntax } from "../syntax/syntax.ts";
import { type Reporter, rosterOf, withEngine } from "./engine.ts";
import { BadInput, type Place, placeOf } from "./place.ts";

export interface Options {
  readonly root?: string | undefined;
  /** A rule file that stands before all others. */
  readonly rules?: string | undefined;
  readonly task?: string | undefined;
  /** Id of the user's own model that answers where no rule says otherwise. */
  readonly model?: string | undefined;
}

export type Completion = Pick<
  Answer,
  | "text"
  | "expert"
  | "wanted"
  | "rule"
  | "because"
  | "region"
  | "promptTokens"
  | "reusedTokens"
  | "newTokens"
  | "ms"
  | "stop"
  | "hidden"
>;

/** @throws BadInput; Error in words when the engine cannot be opened or fails. */
export async function complete(
  argument: string | undefined,
  options: Options,
  installation: Installation,
  reporter: Reporter,
): Promise<Completion> {
  const place = placeOf(argument, options.root);
  const rules = rulesAt(place, options, installation, reporter);
  const roster = rosterOf(installation, options.model);
  const use = async (engine: Fleet) => {
    const { document, position, root } = place;
    const syntax = syntaxOf(installation, reporter);
    const scope = await syntax.scope(document, position, root);
    const offset = document.offsetAt(position);
    const addedFaults = (text: string) => syntax.addedFaults(document, offset, text);
    const installed = engine.experts.map(({ id }) => id);
    const [about, absent] = [engine.about.bind(engine), engine.absent.bind(engine)];
    const crew = { engine, rules, installed, addedFaults, about, absent };
    // Who asks is answered, however unlikely it is.
    const limits = { ...readDefaults(installation.packageJson), suggestions: "all" as const };
    reporter.progress("Completing");
    const draft = await finished(answer("complete", scope, crew, limits, new AbortController().signal));
    const { text, expert, wanted, rule, because, region, promptTokens, reusedTokens, newTokens, ms, stop, hidden } =
      draft;
    return { text, expert, wanted, rule, because, region, promptTokens, reusedTokens, newTokens, ms, stop, hidden };
  };
  return withEngine(installation, roster, reporter, use, options.model);
}

/** @throws BadInput */
export async function explainRoute(
  argument: string | undefined,
  options: Options,
  installation: Installation,
  reporter: Reporter,
): Promise<RouteResult> {
  const task = tasks.find((each) => each === (options.task ?? "complete"));
  if (!task) throw new BadInput(`There is no task "${options.task}". Tasks: ${tasks.join(", ")}.`);
  const place = placeOf(argument, options.root);
  const rules = rulesAt(place, options, installation, reporter);
  const scope = await syntaxOf(installation, reporter).scope(place.document, place.position, place.root);
  const { experts } = rosterOf(installation, options.model);
  const { expert, wanted, rule, because, considered } = route(task, scope, rules, experts);
  return { expert, wanted, rule, because, region: scope.region, languageId: scope.languageId, considered };
}

/** Nobody types meanwhile: a region may take its time. */
export function syntaxOf({ syntax }: Installation, { warn }: Reporter): Syntax {
  return new Syntax({ files: syntax, patience: Number.POSITIVE_INFINITY, onTrouble: warn });
}

/** Whoever runs a command in a folder trusts it as far as rules go: they only choose among experts. */
export function rulesAt(
  place: Place,
  options: Options,
  installation: Installation,
  reporter: Reporter,
): readonly Rule[] {
  const roster = rosterOf(installation, options.model);
  roster.setFolders([place.folder]);
  for (const { uri, problems } of roster.problems) {
    for (const { message } of problems) reporter.warn(`${uri}: ${message}`);
  }
  const rules = roster.rulesFor(place.folder);
  if (options.rules === undefined) return rules;
  if (!statSync(options.rules, { throwIfNoEntry: false })?.isFile()) {
    throw new BadInput(`--rules ${options.rules} is not a file.`);
  }
  const known = [...new Set([...knownExperts, ...roster.experts])];
  const given = readRules(readFileSync(options.rules, "utf8").replace(/^\ufeff/, ""), "given", known);
  const error = given.problems.find(({ severity }) => severity === "error");
  if (error) throw new BadInput(`--rules ${options.rules}, character ${error.start + 1}: ${error.message}`);
  for (const { message } of given.problems) reporter.warn(`${options.rules}: ${message}`);
  return [...given.rules, ...rules];
}
