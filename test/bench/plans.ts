// npm run bench:plans: refactors of files of held-out packages, four a recipe: is what is done verified, does the package still
// type-check, is it taken back, what does a step cost? It goes on where it was stopped, and writes test/bench/plans.md.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Engine } from "../../server/engine/engine.ts";
import { openEngine } from "../../server/engine/open.ts";
import { engineOptions, installed } from "../../server/installation.ts";
import type { Recipe } from "../../server/plan/recipe.ts";
import { recipes } from "../../server/plan/registry.ts";
import { readDefaults } from "../../server/settings.ts";
import { digestOfFolder, digestOfSources, Journal } from "./journal.ts";
import { machine, median, table } from "./machine.ts";
import { fetched, heldOut, type Package, promising } from "./packages.ts";
import { filesBelow, refactor, type Told, toldSchema } from "./refactors.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "experts/train/data/packages" },
    each: { type: "string", default: "4" },
    /** Most files that are tried for one recipe. */
    tries: { type: "string", default: "15" },
    seconds: { type: "string", default: "3600" },
  },
});
const each = Number(values.each);
/** Larger files are no work for one plan, smaller ones hold nothing. Bytes. */
const [least, most] = [400, 40_000];
/** Larger packages take minutes to compile, and are compiled some times a step. Scripts. */
const mostScripts = 320;

/** What a file must hold for a recipe to be worth a try; without it a compiler would start for nothing. */
const hints: Readonly<Record<string, RegExp>> = {
  "extract-and-name": /(?:\n(?: {2,}|\t+)\S.*){31}/,
  "rename-for-clarity": /[(,] ?[a-z][,:)]|\b(?:const|let|var) (?:[a-z]|tmp|temp|\w+\d) ?=/,
  "async-await": /\.then\(/,
  "tidy-arithmetic": /\b\d+ [-*/+] \d+\b/,
  "split-file": /\b(?:function|class|interface|enum)\b[\s\S]*\n(?:export )?(?:function|class|interface|enum)\b/,
  "add-types": /\bexport (?:async )?(?:function|class)\b|^def /m,
  "replace-pattern": /=== undefined/,
  "document-api": /\bexport (?:async )?(?:function|class)\b|^def |^exports\./m,
};

/** What these do needs the language service, which knows no Python. */
const scriptsOnly = new Set(["extract-and-name", "rename-for-clarity", "async-await", "split-file", "replace-pattern"]);

interface Found {
  readonly name: string;
  readonly folder: string;
  readonly files: readonly string[];
}

/** Those of the packages that are small enough, with the files that people write, the smallest first. */
function chosen(all: readonly Package[]): readonly Found[] {
  const found = all.flatMap(({ name, folder }) => {
    const scripts = filesBelow(folder).filter((file) => /\.([jt]sx?|[cm]js|py)$/.test(file));
    const own = scripts.filter((file) => !/\.(d\.ts|min\.js)$|(^|\/)(dist|cjs|build|umd|es)\//.test(file));
    const files = own.filter((file) => {
      const { size } = statSync(join(folder, file));
      return size >= least && size <= most;
    });
    return scripts.length > mostScripts || files.length === 0 ? [] : [{ name, folder, files, count: scripts.length }];
  });
  return found.sort((one, other) => one.count - other.count);
}

let engine: Engine | null = null;
const installation = installed();
async function who(expert: string) {
  engine ??= await openEngine(engineOptions(installation, readDefaults(installation.packageJson)));
  return { engine, expert, manner: undefined };
}

const packages = chosen(heldOut(values.data));
/** Where the held-out ones hold too little for a recipe. */
const others = chosen(fetched(promising, values.data));
if (packages.length === 0) {
  console.error(`There are no held-out packages in ${values.data}, and none could be fetched.`);
  process.exit(1);
}
const sources = await digestOfSources(["plan/office.ts", "engine/worker.ts"], join(process.cwd(), "server"));
const weights = digestOfFolder(installation.model, "part.json");
const journal = new Journal(".cache/plans.jsonl", `${sources} ${weights}`);
const until = performance.now() + Number(values.seconds) * 1000;
let cut = false;
const rows: string[][] = [
  ["recipe", "refactors", "nothing to do", "steps", "verified", "failed, nothing changed", "wholly verified"].concat([
    "package type-checks as before",
    "restored by undo",
    "s a step, p50",
    "tokens read a step",
    "of them reused",
  ]),
];
const all: Told[] = [];
const notes: string[] = [];
try {
  for (const recipe of recipes) rows.push(await rowOf(recipe));
} finally {
  await (engine as Engine | null)?.close();
}
rows.push(row("all", all, 0));
report();

async function rowOf(recipe: Recipe): Promise<string[]> {
  const told: Told[] = [];
  let idle = 0;
  for (const { folder, name, file } of [...inTurns(packages, recipe), ...inTurns(others, recipe)]) {
    if (told.length >= each) break;
    if (performance.now() > until) cut = true;
    const what = { recipe: recipe.id, name, file };
    const one = await journal.remember(what, toldSchema, cut ? null : () => refactor(recipe, folder, file, who));
    if (one === null) return row(recipe.id, told, idle);
    if (one.steps === 0) idle++;
    else told.push(one);
    console.error(`${recipe.id} ${name} ${file}: ${one.verified} of ${one.steps} steps, ${one.seconds.toFixed(1)} s`);
    for (const why of one.why) notes.push(`${recipe.id}, ${name}, ${file}: ${why}`);
    for (const why of one.broken) notes.push(`${recipe.id}, ${name}, ${file}: BROKEN: ${why}`);
  }
  all.push(...told);
  return row(recipe.id, told, idle);
}

/** The files that are worth a try, as many as are tried; by turns, so that no package counts for a recipe alone. */
function inTurns(pool: readonly Found[], { id }: Recipe) {
  const hint = hints[id] ?? /./;
  const turns = pool.map(({ folder, name, files }) => {
    const fitting = files.filter((file) => !(scriptsOnly.has(id) && file.endsWith(".py")));
    const worth = fitting.filter((file) => hint.test(readFileSync(join(folder, file), "utf8")));
    return worth.map((file) => ({ folder, name, file }));
  });
  const longest = Math.max(0, ...turns.map(({ length }) => length));
  const inOrder = Array.from({ length: longest }, (_, turn) => turns.flatMap((files) => files[turn] ?? [])).flat();
  return inOrder.slice(0, Number(values.tries));
}

function row(id: string, told: readonly Told[], idle: number): string[] {
  const sum = (of: (one: Told) => number) => told.reduce((total, one) => total + of(one), 0);
  const share = (which: (one: Told) => boolean) => `${told.filter(which).length} of ${told.length}`;
  const steps = sum((one) => one.steps);
  const worded = told.filter(({ promptTokens }) => promptTokens > 0);
  const read = worded.reduce((total, one) => total + one.promptTokens, 0);
  const done = worded.reduce((total, one) => total + one.steps, 0);
  const reused = worded.reduce((total, one) => total + one.reusedTokens, 0);
  return [
    id,
    String(told.length),
    id === "all" ? "" : String(idle),
    String(steps),
    String(sum(({ verified }) => verified)),
    String(sum(({ cleanly }) => cleanly)),
    share(({ steps: tried, verified }) => tried === verified),
    share(({ broken }) => broken.length === 0),
    share(({ restored }) => restored),
    told.length === 0 ? "" : median(told.map((one) => one.seconds / one.steps)).toFixed(1),
    read === 0 ? "" : (read / done).toFixed(0),
    read === 0 ? "" : `${((100 * reused) / read).toFixed(0)} %`,
  ];
}

function report(): void {
  const text = [
    "# Planned refactors of held-out packages",
    "",
    `Made by \`npm run bench:plans\` on ${machine()}. Each refactor is a plan for one file of a package that no expert was`,
    "trained on, run on a copy, at most five steps of it. A step is verified where the package has no new errors by the compiler; a",
    "refactor is wholly verified where each of its steps is. `replace-pattern` turns comparisons with undefined round. Chains of",
    "promises, which the held-out packages lack, are looked for in a few more that the corpora do not hold (packages.ts).",
    "",
    table(rows),
    ...(cut ? ["", `Cut off after ${values.seconds} s; the next run goes on from there.`] : []),
    "",
    "## Steps that failed",
    "",
    ...(notes.length === 0 ? ["None."] : notes.map((note) => `- ${note.replace(/\s+/g, " ").slice(0, 300)}`)),
    "",
  ].join("\n");
  console.log(text);
  writeFileSync("test/bench/plans.md", text);
}
