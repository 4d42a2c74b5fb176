// `npm run quality`: losses, first lines, documentation and exercises of every expert and of what it is compared with.
// Usage: npm run quality -- [--only anywhere,cases,code,...: see `names`] [--by general,expert-code,...: only these are asked]
// [--limit N] [--context TOKENS] [--threads N] [--store]: writes into each pack how sure it has to be of what is shown, as chosen on its own domain's places.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import { engineOptions, installed } from "../../server/installation.ts";
import { readDefaults } from "../../server/settings.ts";
import { heldOutFiles, measureAnywhere } from "./anywhere.ts";
import { Engines } from "./ask.ts";
import { measureBranches } from "./branches.ts";
import { casesSchema, measureCases } from "./cases.ts";
import { measureCommands } from "./commands.ts";
import { type Contender, findField } from "./contenders.ts";
import { digestOfFolder, digestOfSources, Journal } from "./journal.ts";
import { Losses } from "./losses.ts";
import { machine } from "./machine.ts";
import { memberAccesses } from "./members.ts";
import { merged } from "./merged.ts";
import { measureMembers } from "./namings.ts";
import { measureNeighbours } from "./neighbours.ts";
import { report } from "./report.ts";
import type { Results } from "./results.ts";
import { type Domain, domains, readSamples } from "./samples.ts";
import { type Asking, sayAnswers, sayDocumentation, sayLines, sayTyping } from "./sections.ts";
import { countsFor, storeThreshold, titleOf } from "./silence.ts";
import { measureSnippets } from "./snippets.ts";
import { chooseThreshold } from "./threshold.ts";
import { partsIn } from "./weights.ts";

const names = [
  "anywhere",
  "branches",
  "cases",
  "code",
  "commands",
  "docs",
  "document",
  "exercises",
  "losses",
  "members",
  "neighbours",
  "snippets",
  "typing",
] as const;
/** How the titles of sections begin that hang on one name alone. */
const soleSections: readonly (readonly [string, (typeof names)[number]])[] = [
  ["Faults", "anywhere"],
  ["Branches", "branches"],
  ["Signatures", "neighbours"],
  ["Lines of other", "snippets"],
  ["Typing", "typing"],
  ["Member accesses", "members"],
  ["Explaining", "commands"],
  ["Hand-written", "cases"],
];
const here = import.meta.dirname;
const root = join(here, "..", "..");

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    by: { type: "string" },
    limit: { type: "string" },
    context: { type: "string" },
    threads: { type: "string" },
    store: { type: "boolean", default: false },
  },
});
const only = values.only?.split(",") ?? names;
const unknown = only.filter((name) => !(names as readonly string[]).includes(name));
if (unknown.length > 0) fail(`There is no section ${unknown.join(", ")}: choose of ${names.join(", ")}.`);
const asked = (name: (typeof names)[number]) => only.includes(name);
const limit = count("limit", Number.POSITIVE_INFINITY);

/** Lines that are typed, each key a completion. */
const mostTyped = 60;
/** Positions of held-out files. */
const mostAnywhere = 2_000;
/** Member accesses that are asked: twice each. */
const mostAccesses = 200;

const installation = installed();
const defaults = readDefaults(installation.packageJson);
const settings = {
  ...defaults,
  contextTokens: count("context", defaults.contextTokens),
  threads: count("threads", defaults.threads),
};
const samples = readSamples(join(root, "experts", "train", "data", "quality"), limit);
if (samples === null)
  console.error("No samples of held-out packages: see experts/train/README.md. Only the hand-written cases are asked.");

const field = findField();
const { comparison, shared } = field;
const who = values.by?.split(",");
const contenders = field.contenders.filter(({ name }) => who?.includes(name) ?? true);
const nobody = who?.filter((each) => field.contenders.every(({ name }) => name !== each)) ?? [];
if (nobody.length > 0)
  fail(`There is no ${nobody.join(", ")}: choose of ${field.contenders.map(({ name }) => name).join(", ")}.`);
const options = engineOptions({ ...installation, model: shared }, settings);
/** What the sections of these files have measured, with the server as they use it. */
const journalOf = async (...files: readonly string[]) =>
  new Journal(
    join(here, ".cache", "quality", "results.jsonl"),
    await digestOfSources(
      // The engine's thread is started, not imported.
      [...files.map((name) => join(here, name)), join(root, "server", "engine", "worker.ts")],
      join(root, "server"),
    ),
  );
const journal = await journalOf(
  "ask.ts",
  "anywhere.ts",
  "cases.ts",
  "losses.ts",
  "namings.ts",
  "neighbours.ts",
  "snippets.ts",
);
const engines = new Engines(settings);
const asking: Asking = { engines, journal, contextTokens: settings.contextTokens, progress };

/** The base, general, all experts, and the arms that were trained for a domain. */
const on = (domain: Domain) =>
  contenders.filter(({ arm, domain: own }) => own === null || arm === "expert" || own === domain);
const lines = {
  code: await sayLines("code", on("code"), samples?.cursors.code ?? [], asked("code"), asking),
  docs: await sayLines("docs", on("docs"), samples?.cursors.docs ?? [], asked("docs"), asking),
};
/** Only lines that are begun from their start tell what a whole line takes. */
const starts = (samples?.cursors.code ?? []).filter(({ kind }) => kind === "start").slice(0, mostTyped);
const typing = await sayTyping(on("code"), starts, asked("typing"), asking);
const coder = contenders.find(({ name }) => name === "expert-code");
const branches =
  asked("branches") && coder && samples ? await measureBranches(coder, samples.cursors.code, asking) : null;
const heldOut =
  asked("anywhere") || asked("commands") || asked("neighbours") || asked("snippets")
    ? await heldOutFiles(join(root, "experts", "train", "data", "corpus.jsonl"))
    : null;
const neighbours =
  asked("neighbours") && coder && samples && heldOut
    ? await measureNeighbours(coder, samples.cursors.code, heldOut, asking)
    : null;
const snippets =
  asked("snippets") && coder && samples && heldOut
    ? await measureSnippets(coder, samples.cursors.code, heldOut, asking)
    : null;
const documentation = await sayDocumentation(on("docs"), samples?.documented ?? [], asked("document"), asking);
const exercises = samples?.exercises ?? [];
const others = ({ domain }: Contender) => domain !== "math";
const answers = [
  await sayAnswers(
    "exercises",
    on("math").filter((each) => !others(each)),
    exercises,
    asked("exercises"),
    asking,
  ),
  // Those that were not trained for it talk long and solve next to nothing: fewer tell as much.
  await sayAnswers("exercises", on("math").filter(others), exercises.slice(0, 40), asked("exercises"), asking),
];
await engines.close();

const measuring = new Losses(options, journal, (done, of) => progress("losses", done, of));
const onShared = contenders.filter(({ model }) => model === shared);
const lossesOf = (domain: Domain) =>
  measuring.of(
    onShared.filter((each) => on(domain).includes(each)),
    samples?.texts[domain] ?? [],
    asked("losses"),
  );
const losses = {
  code: await lossesOf("code"),
  docs: await lossesOf("docs"),
  math: await lossesOf("math"),
} satisfies Results["losses"];

const parts = digestOfFolder(installation.model, "part.json");
const measure = asked("cases") ? () => measureCases(settings) : null;
const cases = await journal.remember(["cases", parts, settings], casesSchema, measure);
const accesses = asked("members")
  ? memberAccesses(join(root, "experts", "train", "data", "packages"), Math.min(limit, mostAccesses))
  : null;
const measureNames = accesses ? () => measureMembers(accesses, settings) : null;
const members = await journal.remember(["members", parts, settings, accesses], z.string(), measureNames);
const anywhere =
  asked("anywhere") && heldOut
    ? await measureAnywhere(heldOut, Math.min(limit, mostAnywhere), settings, journal, (done, of) =>
        progress("anywhere", done, of),
      )
    : null;
const commands =
  asked("commands") && heldOut
    ? await measureCommands(heldOut, limit, settings, await journalOf("commands.ts"), (done, of) =>
        progress("commands", done, of),
      )
    : null;
const results: Results = {
  anywhere,
  commands,
  branches,
  neighbours,
  snippets,
  members,
  typing,
  contenders,
  comparison,
  index: samples?.index ?? null,
  lines,
  documentation,
  answers,
  losses,
  parts: await partsIn(shared),
  cases:
    cases && `${cases.table}\n\nThe product's wrong lines:\n\n${cases.wrong.map((each) => `- \`${each}\``).join("\n")}`,
};
const place = `${machine()}, ${options.threads} thread(s), prompts of up to ${settings.contextTokens} tokens`;
const counts = domains.map(
  (domain) => `${domain} ${domain === "math" ? answers[0]!.samples.length : lines[domain].samples.length}`,
);
const made = `${place}; samples: ${counts.join(", ")}, functions to document ${documentation.samples.length}`;
const reportFile = join(here, "quality.md");
const stood = existsSync(reportFile) ? readFileSync(reportFile, "utf8") : "";
const text = merged(stood, report(results, made), isMeasured, made);
writeFileSync(reportFile, text);
if (values.store) storeThresholds();
console.log(text);

/** Whether a section of the report was asked now; those on the experts only when all of it was. */
function isMeasured(title: string): boolean {
  const silent = contenders.find(({ expert, arm }) => arm !== "equal" && titleOf(expert) === title);
  if (silent) return asked(silent.domain === "docs" ? "docs" : "code");
  const alone = soleSections.find(([start]) => title.startsWith(start));
  return alone ? asked(alone[1]) : !who && names.every(asked);
}

function storeThresholds(): void {
  for (const { name, arm, expert, domain } of contenders) {
    if (domain === "math" || !(arm === "general" || arm === "expert")) continue;
    const { samples: places, by } = lines[domain ?? "code"];
    const chosen = chooseThreshold(places, by.get(name) ?? [], countsFor(domain));
    const folder = join(root, "experts", expert);
    if (chosen === null || !existsSync(join(folder, "expert.json")))
      console.error(`${expert}: no threshold is stored.`);
    else storeThreshold(folder, chosen);
  }
}

function progress(section: string, done: number, of: number): void {
  if (done % 10 === 0 || done === of) process.stderr.write(`${section}: ${done} of ${of}\n`);
}

/** A positive whole number from the command line. */
function count(name: "limit" | "context" | "threads", otherwise: number): number {
  const given = values[name];
  if (given === undefined) return otherwise;
  return /^[1-9]\d*$/.test(given) ? Number(given) : fail(`--${name} must be a positive whole number, not ${given}.`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
