// Explaining and documenting held-out functions in their files, by the product's rules and experts, held against other parsers.
import { TextDocument } from "vscode-languageserver-textdocument";
import * as z from "zod";
import { writtenSteps } from "../../server/calculate.ts";
import { checkedComment, whatToDocument, wordsFor } from "../../server/documentation.ts";
import type { Engine } from "../../server/engine/engine.ts";
import { openEngine } from "../../server/engine/open.ts";
import { explain, whatToExplain } from "../../server/explain.ts";
import { engineOptions, installed } from "../../server/installation.ts";
import type { Settings } from "../../server/protocol.ts";
import { Roster } from "../../server/roster.ts";
import { beginsAgain, finished } from "../../server/saying.ts";
import { speak } from "../../server/speaking.ts";
import type { FunctionFacts } from "../../server/syntax/functions.ts";
import type { Syntax } from "../../server/syntax/syntax.ts";
import type { heldOutFiles } from "./anywhere.ts";
import { patientSyntax } from "./ask.ts";
import { type Chosen, functionsOf } from "./functions.ts";
import { digestOfFolder, type Journal } from "./journal.ts";
import { median, quantile, table } from "./machine.ts";
import { type Told, toldByPython, toldByTypeScript } from "./oracle.ts";
import { type Served, toldByService } from "./service.ts";
import { measureSums } from "./sums.ts";

const never = new AbortController().signal;

/** Functions, and calculations. */
const [mostFunctions, mostSums] = [100, 200];

const saidSchema = z.object({ text: z.string(), first: z.number(), ms: z.number() });
type SaidOf = z.infer<typeof saidSchema>;

interface Asked {
  readonly chosen: Chosen;
  readonly facts: FunctionFacts;
  readonly explained: SaidOf;
  /** The document with its comment, and the comment; null where the reply could not be used. */
  readonly commented: { readonly text: string; readonly comment: string; readonly offset: number } | null;
}

/** Markdown: three tables, and what was wrong. */
export async function measureCommands(
  files: NonNullable<Awaited<ReturnType<typeof heldOutFiles>>>,
  limit: number,
  settings: Settings,
  journal: Journal,
  progress: (done: number, of: number) => void,
): Promise<string> {
  const installation = installed();
  const engine = await openEngine(engineOptions(installation, settings));
  const rules = new Roster({ experts: installation.experts, user: null }).rulesFor(null);
  const crew = { engine, rules, installed: engine.experts.map(({ id }) => id) };
  const parts = digestOfFolder(installation.model, "part.json");
  const syntax = patientSyntax();
  const functions = await functionsOf(files, syntax, Math.min(limit, mostFunctions));
  const asked: Asked[] = [];
  for (const [number, chosen] of functions.entries()) {
    const ask = (task: "explain" | "document") =>
      journal.remember(["commands", task, parts, settings, number, chosen.file.text, chosen.place], saidSchema, () =>
        saidTo(task, chosen, syntax, crew),
      );
    const facts = await factsAt(chosen, syntax);
    const [explained, reply] = [(await ask("explain"))!, (await ask("document"))!];
    asked.push({ chosen, facts, explained, commented: await commentedWith(chosen, facts, reply.text, syntax) });
    syntax.forget(chosen.document.uri);
    progress(number + 1, functions.length);
  }
  const steps = (request: string) =>
    journal.remember(["commands", "calculate", parts, request], z.string(), () =>
      writtenSteps({ engine, expert: "math", manner: undefined }, request, never),
    );
  const calculated = await measureSums(Math.min(limit, mostSums), async (request) => (await steps(request))!);
  await engine.close();
  return [
    `${asked.length} functions without documentation, one a file, of held-out packages, in their files; ${Math.min(limit, mostSums)} generated calculations. Where the product would refuse to document, it was passed over.`,
    "### Explain",
    explaining(asked),
    "### Write a Comment",
    await documenting(asked, syntax),
    "### Calculate",
    "With random numbers of up to 999 and powers of up to x^14, larger than most that the expert was trained on.",
    calculated,
  ].join("\n\n");
}

const offsetOf = ({ place }: Chosen) => place.named;

async function factsAt(chosen: Chosen, syntax: Syntax): Promise<FunctionFacts> {
  const facts = await whatToDocument(chosen.document, offsetOf(chosen), syntax);
  if (typeof facts !== "string") return facts;
  return (await syntax.functionAt(chosen.document, offsetOf(chosen)))!;
}

/** What the expert says, and after how many milliseconds the first word came. */
async function saidTo(
  task: "explain" | "document",
  chosen: Chosen,
  syntax: Syntax,
  crew: { readonly engine: Engine } & Omit<Parameters<typeof speak>[2], "engine">,
): Promise<SaidOf> {
  const { document } = chosen;
  const offset = offsetOf(chosen);
  const scope = await syntax.scope(document, document.positionAt(offset), null);
  const started = performance.now();
  let first: number | null = null;
  const { said } = await speak(
    task,
    scope,
    crew,
    async (who) => {
      const explained = task === "explain" ? await whatToExplain(document, offset, offset, syntax) : null;
      const facts = explained === null ? await factsAt(chosen, syntax) : null;
      const pieces = explained
        ? explain(explained, scope, who, never)
        : wordsFor(document, facts!, scope.path, who, never);
      const timed = async function* () {
        for (;;) {
          const step = await pieces.next();
          if (step.done) return step.value;
          if (step.value.trim() !== "") first ??= performance.now() - started;
          yield step.value;
        }
      };
      return finished(timed());
    },
    never,
  );
  const ms = performance.now() - started;
  return { text: said.text, first: first ?? ms, ms };
}

async function commentedWith(
  { document }: Chosen,
  facts: FunctionFacts,
  reply: string,
  syntax: Syntax,
): Promise<Asked["commented"]> {
  const edit = await checkedComment(document, facts, reply, syntax);
  if (typeof edit === "string") return null;
  const text = TextDocument.applyEdits(document, [edit]);
  return { text, comment: edit.newText, offset: document.offsetAt(edit.range.start) };
}

/** What other parsers say of each function, in the file as it is or with its comment. */
function toldOf(asked: readonly Asked[], textOf: (each: Asked) => string): readonly (Told | null)[] {
  const isPython = ({ chosen }: Asked) => chosen.file.language === "python";
  const lineOf = ({ chosen }: Asked) => chosen.document.positionAt(chosen.place.whole.start).line + 1;
  const ours = asked.filter(isPython);
  const told = toldByPython(ours.map((each) => ({ text: textOf(each), name: each.facts.name, line: lineOf(each) })));
  return asked.map((each) => {
    if (isPython(each)) return told?.[ours.indexOf(each)] ?? null;
    const { file, place } = each.chosen;
    const added = textOf(each).length - file.text.length;
    return toldByTypeScript(textOf(each), file.path, each.facts.name, place.whole.start + added);
  });
}

const same = (one: readonly string[], other: readonly string[]) => [...one].sort().join() === [...other].sort().join();
const namesOf = ({ parameters }: FunctionFacts) => parameters.flatMap(({ names }) => names);
const share = (count: number, of: number) => `${count} of ${of}`;

function explaining(asked: readonly Asked[]): string {
  const told = toldOf(asked, ({ chosen }) => chosen.file.text);
  const wrong: string[] = [];
  const check = (what: string, isRight: (each: Asked, by: Told) => boolean) => {
    const known = asked.flatMap((each, i) => (told[i] ? [{ each, by: told[i], right: isRight(each, told[i]) }] : []));
    for (const { each, by, right } of known) {
      if (!right) wrong.push(`- ${what}: \`${each.facts.name}\` of ${each.chosen.file.package}, ${JSON.stringify(by)}`);
    }
    return [what, share(known.filter(({ right }) => right).length, known.length)];
  };
  const lastName = (path: string) => path.replace(/^new /, "").split(/\.|::/).at(-1)!.replace(/^#/, "");
  const blank = (text: string | null) => text?.replace(/\s+/g, "") ?? null;
  const rows = [
    check("parameters", ({ facts }, by) => same(namesOf(facts), by.parameters)),
    check("declared result", ({ facts }, by) => blank(facts.returnType) === blank(by.returnType)),
    check("what is called", ({ facts }, by) =>
      same(
        [...new Set(facts.calls.map(lastName))],
        by.calls.map((name) => name.replace(/^#/, "")),
      ),
    ),
    check("loops", ({ facts }, by) => facts.loops === by.loops),
  ];
  const served = asked.map(({ chosen }) =>
    chosen.file.language === "python" || !/script/.test(chosen.file.language)
      ? null
      : toldByService(chosen.file.text, chosen.file.path, offsetOf(chosen)),
  );
  const against = (what: string, by: (one: Served) => unknown, isRight: (each: Asked, one: Served) => boolean) => {
    const known = asked.flatMap((each, i) => (served[i] && by(served[i]) ? [{ each, one: served[i] }] : []));
    const right = known.filter(({ each, one }) => {
      if (isRight(each, one)) return true;
      wrong.push(`- ${what}: \`${each.facts.name}\` of ${each.chosen.file.package}, ${JSON.stringify(one)}`);
      return false;
    });
    return [what, share(right.length, known.length)];
  };
  const services = [
    against(
      "parameters, by the language service",
      ({ parameters }) => parameters,
      ({ facts }, { parameters }) => namesOf(facts).join() === parameters!.join(),
    ),
    against(
      "all that the language service finds called is told",
      () => true,
      ({ facts }, { calls }) => {
        const ours = new Set(facts.calls.map(lastName));
        return calls.every((name) => ours.has(name) || name === "constructor");
      },
    ),
  ];
  const texts = asked.map(({ explained }) => explained.text);
  const firsts = asked.map(({ explained }) => explained.first);
  return [
    table([["facts as TypeScript's and Python's own parsers find them", "right"], ...rows, ...services]),
    table([
      ["words", ""],
      ["said something", share(texts.filter((text) => /[a-z]{3}/i.test(text)).length, texts.length)],
      ["repeats itself", share(texts.filter(repeats).length, texts.length)],
      ["first word, ms, median", median(firsts).toFixed(0)],
      ["first word, ms, 95 of 100", quantile(firsts, 0.95).toFixed(0)],
    ]),
    ...(wrong.length === 0 ? [] : [wrong.join("\n")]),
  ].join("\n\n");
}

/** Whether a text says a whole sentence twice, or begins again. */
function repeats(text: string): boolean {
  const sentences = text.split(/(?<=[.!?])\s+/).map((each) => each.trim().toLowerCase());
  const long = sentences.filter((each) => each.length > 12);
  return new Set(long).size < long.length || beginsAgain(text) < text.length;
}

async function documenting(asked: readonly Asked[], syntax: Syntax): Promise<string> {
  const commented = asked.filter(({ commented: each }) => each !== null);
  const told = toldOf(commented, ({ commented: each }) => each!.text);
  const wrong: string[] = [];
  const rows: string[][] = [["usable", share(commented.length, asked.length)]];
  const count = (what: string, isRight: (each: Asked, i: number) => boolean) => {
    const right = commented.filter((each, i) => {
      if (isRight(each, i)) return true;
      wrong.push(
        `- ${what}: \`${each.facts.name}\` of ${each.chosen.file.package}: ${JSON.stringify(each.commented!.comment)}`,
      );
      return false;
    });
    rows.push([what, share(right.length, commented.length)]);
  };
  const faults = await Promise.all(
    commented.map(async ({ chosen, commented: each }, i) => {
      const { language, text } = chosen.file;
      const [before, after] = [
        await syntax.faults("before", language, text),
        await syntax.faults("after", language, each!.text),
      ];
      return (after ?? i) <= (before ?? 0);
    }),
  );
  count("parses as the function's documentation", (_, i) => faults[i] === true && told[i]?.described != null);
  count("names exactly the function's parameters", (_, i) => {
    const by = told[i];
    return by?.described != null && same(by.described, by.parameters);
  });
  count("changes no other byte", ({ chosen, commented: each }) => {
    const { text, comment, offset } = each!;
    const isWhole = (offset === 0 || chosen.file.text[offset - 1] === "\n") && comment.endsWith("\n");
    return isWhole && text.slice(0, offset) + text.slice(offset + comment.length) === chosen.file.text;
  });
  return [table([["", "comments"], ...rows]), ...(wrong.length === 0 ? [] : [wrong.join("\n")])].join("\n\n");
}
