// `npm run quality`: how many completion cases the embedded model gets right, and what healing and reranking add.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { TextDocument } from "vscode-languageserver-textdocument";
import { answer, type Crew } from "../../server/answer.ts";
import type { Scope } from "../../server/context.ts";
import { openEngine } from "../../server/engine/open.ts";
import { engineOptions, installed } from "../../server/installation.ts";
import { composeCompletion } from "../../server/prompt.ts";
import { Roster } from "../../server/roster.ts";
import { route } from "../../server/route.ts";
import { readDefaults } from "../../server/settings.ts";
import { Syntax } from "../../server/syntax/syntax.ts";
import cases from "./complete.json" with { type: "json" };
import { machine, median, table } from "./machine.ts";

type Case = (typeof cases)[number];

const installation = installed();
const settings = readDefaults(installation.packageJson);
const rules = new Roster({ experts: installation.experts, user: null }).rulesFor(null);
const engine = await openEngine(engineOptions(installation, settings));
const crew: Omit<Crew, "addedFaults"> = { engine, rules, installed: engine.experts.map(({ id }) => id) };
const syntax = new Syntax({ files: installation.syntax, patience: Number.POSITIVE_INFINITY, onTrouble: console.warn });
const never = new AbortController().signal;

/** What each way of answering gives for a case: the line that would be put at the cursor. */
const arms: Readonly<Record<string, (each: Case, scope: Scope) => Promise<string>>> = {
  "text as it is": (each, scope) => greedy(each, scope, false),
  "with healing": (each, scope) => greedy(each, scope, true),
  "with healing and reranking (the product)": async (each, scope) => {
    const document = documentOf(each, scope.uri);
    const addedFaults = (text: string) => syntax.addedFaults(document, each.before.length, text);
    const { text } = await finished(answer("complete", scope, { ...crew, addedFaults }, settings, never));
    return text;
  },
};

/** The likeliest line by greedy decoding, up to the text that follows the cursor on its line. */
async function greedy(each: Case, scope: Scope, heal: boolean): Promise<string> {
  const { continuations } = await finished(
    engine.generate(
      {
        sequence: scope.uri,
        expert: route("complete", scope, rules, crew.installed).expert,
        prompt: composeCompletion(scope, settings.contextTokens),
        heal,
        maxTokens: settings.maxTokens,
        stops: ["\n"],
        branches: 1,
        priority: "completion",
      },
      never,
    ),
  );
  const line = continuations[0]!.text;
  const rest = each.after.split("\n", 1)[0]!.trim();
  const end = rest === "" ? -1 : line.indexOf(rest);
  return end < 0 ? line : line.slice(0, end);
}

async function finished<Result>(steps: AsyncGenerator<unknown, Result>): Promise<Result> {
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
  }
}

/** The scope that an editor would have; a name of its own for each arm, so that none finds the other's cache. */
function scopeOf(each: Case, arm: number): Promise<Scope> {
  const root = { uri: `file:///${arm}/${each.id}`, name: each.workspace };
  const document = documentOf(each, `${root.uri}/${each.path}`);
  return syntax.scope(document, document.positionAt(each.before.length), root);
}

function documentOf(each: Case, uri: string): TextDocument {
  return TextDocument.create(uri, each.language, 0, each.before + each.after);
}

interface Outcome {
  readonly language: string;
  readonly right: boolean;
  readonly ms: number;
}

const names = Object.keys(arms);
const outcomes: Outcome[][] = names.map(() => []);
const wrong: string[] = [];
// Not measured: the first request loads the expert.
await arms[names[0]!]!(cases[0]!, await scopeOf(cases[0]!, names.length));
// Arms take turns at each case, so that a busy moment of the machine meets all of them.
for (const each of cases) {
  for (const [arm, name] of names.entries()) {
    const scope = await scopeOf(each, arm);
    const started = performance.now();
    const text = (await arms[name]!(each, scope)).split("\n", 1)[0]!.trimEnd();
    const right = each.right.includes(text);
    outcomes[arm]!.push({ language: each.language, right, ms: performance.now() - started });
    if (!right && arm === names.length - 1) wrong.push(`${each.id}: ${JSON.stringify(text)}`);
  }
}
await engine.close();

const languages = [...new Set(cases.map(({ language }) => language))];
const share = (of: readonly Outcome[]) => {
  const right = of.filter((outcome) => outcome.right).length;
  return `${right} of ${of.length} (${Math.round((100 * right) / of.length)} %)`;
};
const rows = names.map((name, arm) => [
  name,
  ...languages.map((language) => share(outcomes[arm]!.filter((outcome) => outcome.language === language))),
  share(outcomes[arm]!),
  median(outcomes[arm]!.map(({ ms }) => ms)).toFixed(0),
]);
const report = table([["prompt", ...languages, "all", "ms, median"], ...rows]);
console.log(report);
console.log(`\nThe product's wrong lines:\n${wrong.join("\n")}`);
writeFileSync(
  join(import.meta.dirname, "quality.md"),
  `# Right first lines of test/bench/complete.json

Made by \`npm run quality\` on ${machine()}, ${engineOptions(installation, settings).threads} thread(s). Each case is a
request without any cache; experts: ${crew.installed.join(", ")}. A line is right when it equals one of the case's lines
but for blanks at its end.

${report}
`,
);
