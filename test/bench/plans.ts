// npm run bench:plans: plans over files of held-out packages, each recipe several times: does what is done stay whole, and can it be
// taken back? The packages are those that experts/train has fetched; each run works on a copy.
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import { Access } from "../../server/access.ts";
import { languageOf } from "../../server/language.ts";
import { errorsIn, worse } from "../../server/plan/check.ts";
import { DiskDesk } from "../../server/plan/desk.ts";
import { Journal } from "../../server/plan/journal.ts";
import type { Plan } from "../../server/plan/plan.ts";
import { makePlan, type Planning } from "../../server/plan/planner.ts";
import { Project } from "../../server/plan/project.ts";
import type { Recipe } from "../../server/plan/recipe.ts";
import { recipes } from "../../server/plan/registry.ts";
import { Run } from "../../server/plan/run.ts";
import { patientSyntax } from "./ask.ts";
import { median, table } from "./machine.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "experts/train/data/packages" },
    each: { type: "string", default: "3" },
    seconds: { type: "string", default: "600" },
  },
});
const each = Number(values.each);
/** Larger files are no work for one plan, smaller ones hold nothing. Bytes. */
const [least, most] = [400, 20_000];
/** Larger packages take minutes to compile. Files. */
const mostFiles = 150;

/** What a file must hold for a recipe to be worth a try; without it a compiler would start for nothing. */
const hints: Readonly<Record<string, RegExp>> = {
  "async-await": /\.then\(/,
  "tidy-arithmetic": /\b\d+ [-*/+] \d+\b/,
  "split-file": /\b(?:function|class|interface|enum)\b[\s\S]*\n(?:export )?(?:function|class|interface|enum)\b/,
  "add-types": /\bexport (?:async )?(?:function|class)\b|^def /m,
  "replace-pattern": /=== undefined/,
};

interface Told {
  readonly steps: number;
  readonly verified: number;
  /** Steps that failed and left nothing behind. */
  readonly cleanly: number;
  readonly broken: readonly string[];
  readonly restored: boolean;
  readonly seconds: number;
}

interface Entry {
  readonly from: string;
  readonly name: string;
  readonly split: string;
}

function filesBelow(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => name.replaceAll("\\", "/"));
  return names.filter((name) => !name.includes("node_modules/") && statSync(join(folder, name)).isFile()).sort();
}

function digestOf(folder: string): string {
  const hash = createHash("sha256");
  for (const name of filesBelow(folder)) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  return hash.digest("hex");
}

/** The folders of held-out packages that are there, with the files that people write. */
function heldOut(data: string): readonly { readonly folder: string; readonly files: readonly string[] }[] {
  const manifest = JSON.parse(readFileSync("experts/train/manifest.json", "utf8")) as readonly Entry[];
  const held = manifest.filter(({ split }) => split === "held-out");
  return held.flatMap(({ from, name }) => {
    const folder = join(data, `${from}-${name.replace("/", "_")}`);
    if (!statSync(folder, { throwIfNoEntry: false })) return [];
    const all = filesBelow(folder).filter(
      (file) => /\.([jt]sx?|[cm]js|py)$/.test(file) && !/\.(d\.ts|min\.js)$/.test(file),
    );
    const sized = all.filter((file) => {
      const { size } = statSync(join(folder, file));
      return size >= least && size <= most && !/(^|\/)(dist|lib|cjs|esm|build|umd|es)\//.test(file);
    });
    return all.length > mostFiles || sized.length === 0 ? [] : [{ folder, files: sized }];
  });
}

const syntax = patientSyntax();
const compiler = ts;
const work = realpathSync(mkdtempSync(join(tmpdir(), "coterie-bench-plans-")));
const runs = join(work, "runs");
const options = { find: "$a === undefined", replace: "undefined === $a" };

function planningIn(root: string, files: readonly string[]): Planning {
  const project = new Project({ root, ts: compiler, syntax }, files);
  return { project, pen: null, rules: [], installed: ["general", "code"], languageOf };
}

/** Errors of the whole folder, by a compiler that knows nothing of the run. */
async function errorsOf(root: string, file: string): Promise<ReadonlyMap<string, number>> {
  const { project } = planningIn(root, [file]);
  return errorsIn(project, [...new Set([...project.sources, file])], languageOf);
}

async function tell(root: string, file: string, plan: Plan, planning: Planning): Promise<Told> {
  const [digest, before] = [digestOf(root), await errorsOf(root, file)];
  const journal = Journal.begin(runs, root, plan);
  const run = new Run({ ...planning, journal, desk: new DiskDesk(root), access: new Access() });
  const started = performance.now();
  let cleanly = 0;
  for (const { id } of run.plan.steps) {
    const step = await run.apply(id);
    if (step.state === "failed" && /Nothing was changed/.test(step.check!.found)) cleanly++;
  }
  const seconds = (performance.now() - started) / 1000;
  const broken = worse(before, await errorsOf(root, file));
  const verified = run.plan.steps.filter(({ state }) => state === "verified").length;
  await run.undo(null);
  return { steps: plan.steps.length, verified, cleanly, broken, restored: digestOf(root) === digest, seconds };
}

const packages = heldOut(values.data);
if (packages.length === 0) {
  console.error(`There are no held-out packages in ${values.data}: experts/train/README.md says how to fetch them.`);
  process.exit(1);
}
const until = performance.now() + Number(values.seconds) * 1000;
const rows: string[][] = [
  [
    "recipe",
    "plans",
    "nothing to do",
    "steps",
    "verified",
    "failed, nothing changed",
    "trees with new errors",
    "restored by undo",
    "s a step, p50",
  ],
];
let cut = false;
try {
  for (const recipe of recipes) rows.push(await rowOf(recipe));
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(table(rows));
if (cut) console.log(`\nCut off after ${values.seconds} s: --seconds gives it longer.`);

async function rowOf(recipe: Recipe): Promise<string[]> {
  const told: Told[] = [];
  let idle = 0;
  // By turns, so that no package counts for a recipe alone.
  const hint = hints[recipe.id] ?? /./;
  const tries = packages.map(({ folder, files }) => {
    return { folder, files: files.filter((file) => hint.test(readFileSync(join(folder, file), "utf8"))) };
  });
  const filled = recipe.id === "document-api";
  while (!filled && told.length < each && tries.some(({ files }) => files.length > 0)) {
    for (const { folder, files } of tries) {
      const file = files.shift();
      if (file === undefined || told.length >= each) continue;
      if (performance.now() > until) {
        cut = true;
        return row(recipe, told, idle);
      }
      const root = join(work, relative(values.data, folder));
      cpSync(folder, root, { recursive: true });
      const planning = planningIn(root, [file]);
      const plan = await makePlan(recipe.id, recipe, [file], options, planning);
      if (plan.steps.length === 0) idle++;
      else told.push(await tell(root, file, plan, planning));
      rmSync(root, { recursive: true, force: true });
    }
  }
  return row(recipe, told, idle);
}

function row({ id }: Recipe, told: readonly Told[], idle: number): string[] {
  const sum = (of: (one: Told) => number) => told.reduce((all, one) => all + of(one), 0);
  for (const { broken } of told) if (broken.length > 0) console.log(`${id} broke: ${broken.slice(0, 3).join("; ")}`);
  return [
    id,
    String(told.length),
    String(idle),
    String(sum(({ steps }) => steps)),
    String(sum(({ verified }) => verified)),
    String(sum(({ cleanly }) => cleanly)),
    String(told.filter(({ broken }) => broken.length > 0).length),
    `${told.filter(({ restored }) => restored).length} of ${told.length}`,
    told.length === 0 ? "" : median(told.map(({ seconds, steps }) => seconds / steps)).toFixed(2),
  ];
}
