// Which expert answers: the first rule that matches, and what was considered on the way.
import { matchesGlob } from "./glob.ts";
import type { Considered, Region, Route, Task } from "./protocol.ts";

/** When all that is named here fits, this expert answers. Read and checked by experts.ts. */
export interface Rule {
  /** Where it stands: "workspace", "user", "pack:ID" or "built-in", then "#" and its place from 1. */
  readonly name: string;
  readonly task?: Task | readonly Task[] | undefined;
  readonly language?: string | readonly string[] | undefined;
  /** Globs, see glob.ts. */
  readonly path?: string | readonly string[] | undefined;
  readonly region?: Region | readonly Region[] | undefined;
  readonly expert: string;
  readonly because: string;
}

/** What rules see of the place where something is asked. */
export interface Place {
  readonly languageId: string;
  /** Relative to the workspace folder, with "/"; for a file outside of one, its name. */
  readonly path: string;
  readonly region: Region;
}

/**
 * Finds the expert for a task at a place. `rules` in order of precedence; `installed` the ids of experts that can answer.
 * When the rule names another one, `general` answers and `wanted` says whom the rule names. Total: with no matching rule
 * (a broken installation, since the last built-in rule matches everything) `general` answers as well.
 */
export function route(task: Task, place: Place, rules: readonly Rule[], installed: readonly string[]): Route {
  const considered: Considered[] = [];
  for (const rule of rules) {
    const verdict = held(rule, task, place);
    considered.push({ rule: rule.name, expert: rule.expert, ...verdict });
    if (!verdict.matched) continue;
    const there = installed.includes(rule.expert);
    return {
      expert: there ? rule.expert : fallback(installed),
      wanted: there ? null : rule.expert,
      rule: rule.name,
      because: rule.because,
      considered,
    };
  }
  const because = "No rule matched: Coterie's built-in rules could not be read. Reinstall the extension.";
  return { expert: fallback(installed), wanted: null, rule: "none", because, considered };
}

/** Who can be asked: the ids of experts that can answer, and of one that cannot now why, in words, where that is known. */
export interface Askable {
  readonly rules: readonly Rule[];
  readonly installed: readonly string[];
  readonly absent?: ((expert: string) => string | null) | undefined;
}

/** The expert for a task at a place, and why the one that the rule names does not answer where that is known. */
export function chosenOf(task: Task, place: Place, { rules, installed, absent }: Askable): Route {
  const chosen = route(task, place, rules, installed);
  const why = chosen.wanted === null ? null : (absent?.(chosen.wanted) ?? null);
  return why === null ? chosen : { ...chosen, absent: why };
}

function fallback(installed: readonly string[]): string {
  return installed.includes("general") ? "general" : (installed[0] ?? "general");
}

/** Holds a rule against task and place: whether it matched, and in words why or why not. */
function held(rule: Rule, task: Task, place: Place): { readonly matched: boolean; readonly why: string } {
  const conditions = [
    { name: "task", asked: rule.task, is: task, fits: (value: string) => value === task },
    {
      name: "language",
      asked: rule.language,
      is: place.languageId,
      fits: (value: string) => value === place.languageId,
    },
    { name: "path", asked: rule.path, is: place.path, fits: (value: string) => matchesGlob(value, place.path) },
    { name: "region", asked: rule.region, is: place.region, fits: (value: string) => value === place.region },
  ];
  const met: string[] = [];
  for (const { name, asked, is, fits } of conditions) {
    if (asked === undefined) continue;
    const values: readonly string[] = typeof asked === "string" ? [asked] : asked;
    const value = values.find(fits);
    if (value === undefined) return { matched: false, why: `the ${name} is ${is}, not ${values.join(" or ")}` };
    met.push(value === is ? `the ${name} is ${is}` : `the ${name} ${is} fits ${value}`);
  }
  return { matched: true, why: met.length > 0 ? met.join(", ") : "it matches everything" };
}

/** The expert that was chosen does not answer just now; the message says why, behind its name. Another one may take its place. */
export class Away extends Error {
  override readonly name = "Away";
}
