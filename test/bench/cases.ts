// The hand-written completion cases: how many the installed product gets right, and what healing and reranking add.
import { TextDocument } from "vscode-languageserver-textdocument";
import * as z from "zod";
import { answer, type Crew } from "../../server/answer.ts";
import type { Scope } from "../../server/context.ts";
import { openEngine } from "../../server/engine/open.ts";
import { engineOptions, installed } from "../../server/installation.ts";
import { composeCompletion } from "../../server/prompt.ts";
import type { Settings } from "../../server/protocol.ts";
import { Roster } from "../../server/roster.ts";
import { type Rule, route } from "../../server/route.ts";
import { finished } from "../../server/saying.ts";
import { patientSyntax } from "./ask.ts";
import cases from "./complete.json" with { type: "json" };
import { median, table } from "./machine.ts";

type Case = (typeof cases)[number];
type Team = Omit<Crew, "addedFaults">;

const never = new AbortController().signal;
const ways = ["text as it is", "with healing", "with healing and reranking", "the same by general alone"] as const;

/** A Markdown table, and the lines that the product got wrong. */
export const casesSchema = z.object({ table: z.string(), wrong: z.array(z.string()) });

interface Outcome {
  readonly language: string;
  readonly right: boolean;
  readonly ms: number;
}

/** Asks every case in every way, without any cache, with the packs that are installed and the built-in rules; nothing is withheld. */
export async function measureCases(defaults: Settings): Promise<z.infer<typeof casesSchema>> {
  const settings: Settings = { ...defaults, suggestions: "all" };
  const installation = installed();
  const rules = new Roster({ experts: installation.experts, user: null }).rulesFor(null);
  const engine = await openEngine({ ...engineOptions(installation, settings), cacheBytes: 0 });
  const crew = { engine, rules, installed: engine.experts.map(({ id }) => id) };
  const syntax = patientSyntax();
  const general: Rule[] = [{ name: "quality#1", expert: "general", because: "it is measured alone" }];

  /** The scope that an editor would have. */
  const scopeOf = (each: Case, arm: number): Promise<Scope> => {
    const root = { uri: `file:///${arm}/${each.id}`, name: each.workspace };
    const document = documentOf(each, `${root.uri}/${each.path}`);
    return syntax.scope(document, document.positionAt(each.before.length), root);
  };
  const line = async (way: (typeof ways)[number], each: Case, scope: Scope): Promise<string> => {
    if (way === "text as it is" || way === "with healing")
      return greedy(each, scope, way === "with healing", crew, settings);
    const team = way === "the same by general alone" ? { ...crew, rules: general } : crew;
    const document = documentOf(each, scope.uri);
    const addedFaults = (put: string) => syntax.addedFaults(document, each.before.length, put);
    return (await finished(answer("complete", scope, { ...team, addedFaults }, settings, never))).text;
  };

  const outcomes: Outcome[][] = ways.map(() => []);
  const wrong: string[] = [];
  // Not measured: the first request loads the experts.
  for (const way of ways) await line(way, cases[0]!, await scopeOf(cases[0]!, ways.length));
  // Ways take turns at each case, so that a busy moment of the machine meets all of them.
  for (const each of cases) {
    for (const [at, way] of ways.entries()) {
      const scope = await scopeOf(each, at);
      const started = performance.now();
      const text = (await line(way, each, scope)).split("\n", 1)[0]!.trimEnd();
      const right = each.right.includes(text);
      outcomes[at]!.push({ language: each.language, right, ms: performance.now() - started });
      if (!right && way === "with healing and reranking") wrong.push(`${each.id}: ${JSON.stringify(text)}`);
    }
  }
  await engine.close();

  const languages = [...new Set(cases.map(({ language }) => language))];
  const share = (of: readonly Outcome[]) => {
    const right = of.filter((outcome) => outcome.right).length;
    return `${right} of ${of.length} (${Math.round((100 * right) / of.length)} %)`;
  };
  const rows = ways.map((way, at) => [
    way,
    ...languages.map((language) => share(outcomes[at]!.filter((outcome) => outcome.language === language))),
    share(outcomes[at]!),
    median(outcomes[at]!.map(({ ms }) => ms)).toFixed(0),
  ]);
  const note = `Experts: ${crew.installed.join(", ")}; each is chosen by the built-in rules, but for the last row.`;
  return { table: `${table([["prompt", ...languages, "all", "ms, median"], ...rows])}\n\n${note}`, wrong };
}

/** The likeliest line by greedy decoding, up to the text that follows the cursor on its line. */
async function greedy(each: Case, scope: Scope, heal: boolean, crew: Team, settings: Settings): Promise<string> {
  const { continuations } = await finished(
    crew.engine.generate(
      {
        sequence: scope.uri,
        expert: route("complete", scope, crew.rules, crew.installed).expert,
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

function documentOf(each: Case, uri: string): TextDocument {
  return TextDocument.create(uri, each.language, 0, each.before + each.after);
}
