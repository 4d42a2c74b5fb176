// The thresholds of experts, measured: what each would show, what of it is right, and the one that is stored in its pack.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { applyEdits, modify } from "jsonc-parser";
import { table } from "./machine.ts";
import type { Results } from "./results.ts";
import type { Cursor, Domain } from "./samples.ts";
import { type Line, scoreLines } from "./score.ts";
import { chooseThreshold, halves, withThreshold } from "./threshold.ts";

export interface Spoken {
  readonly samples: readonly Cursor[];
  /** As they pass the checks, whatever the threshold. */
  readonly lines: readonly Line[];
  /** As the product has it now. */
  readonly threshold: number;
  /** What is right, see `chooseThreshold`. */
  readonly counts: "lines" | "words";
}

const percent = (share: number | null) => (share === null ? "none" : `${(100 * share).toFixed(1)} %`);

/** A table for one expert on its own samples; says "too few" where no threshold can be chosen. */
export function silence({ samples, lines, threshold, counts }: Spoken): string {
  const row = (title: string, at: number | null, { samples: of, lines: said }: Pick<Spoken, "samples" | "lines">) => {
    const score = at === null ? null : scoreLines(of, withThreshold(said, at));
    if (score === null) return [title, "too few", "", "", "", ""];
    const { shown, exactShown, begunShown } = score;
    return [title, at!.toFixed(2), percent(shown), percent(exactShown), percent(begunShown), `${of.length}`];
  };
  const [one, other] = halves(samples, lines);
  const all = { samples, lines };
  const chosen = chooseThreshold(one.samples, one.lines, counts);
  const steps = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.5].map((step) => -step);
  const rows = table([
    ["", "threshold", "shown", "right of those", "right as far as they go", "places"],
    row("as the pack says", threshold, all),
    row("chosen on one half, there", chosen, one),
    row("the same on the other half", chosen, other),
    row("chosen on all", chooseThreshold(samples, lines, counts), all),
    row("without", -100, all),
    ...steps.map((step) => row("", step, all)),
  ]);
  return counts === "words" ? `${ofProse}\n\n${rows}` : rows;
}

const ofProse =
  "What counts is whether it is right as far as it goes: of prose the words are shown of which the expert is sure, " +
  "and no check could find where its line ends.";

/** Of docs words are shown, see `sureWords`. */
export const countsFor = (domain: Domain | null) => (domain === "docs" ? "words" : "lines");

/** What each expert shows of its own domain, and `general` of code, by how sure it has to be: a title and a table each. */
export function silences({ lines, contenders }: Results): readonly (readonly [string, string])[] {
  const own = contenders.filter(({ arm }) => arm === "general" || arm === "expert");
  return own.flatMap(({ name, expert, threshold, domain }) => {
    const { samples, by } = lines[domain === "docs" ? "docs" : "code"];
    const said = by.get(name) ?? [];
    if (domain === "math" || said.length === 0) return [];
    return [[titleOf(expert), silence({ samples, lines: said, threshold, counts: countsFor(domain) })] as const];
  });
}

/** Of the section on an expert's silence. */
export const titleOf = (expert: string) => `Silence: ${expert}`;

/** Writes a threshold into a pack's description. */
export function storeThreshold(folder: string, threshold: number): void {
  const path = join(folder, "expert.json");
  const text = readFileSync(path, "utf8");
  const formattingOptions = { insertSpaces: true, tabSize: 2 };
  writeFileSync(path, applyEdits(text, modify(text, ["threshold"], threshold, { formattingOptions })));
}
