// `coterie explain FILE:LINE-LINE` and `coterie document FILE:LINE`.

import type { Scope } from "../context.ts";
import { checkedComment, whatToDocument, wordsFor } from "../documentation.ts";
import { explain as explanation, whatToExplain } from "../explain.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { Installation } from "../installation.ts";
import type { Author, Documentation, Explanation, Stop } from "../protocol.ts";
import { finished, type Said } from "../saying.ts";
import { authorOf, speak, type Who } from "../speaking.ts";
import { type Options, rulesAt, syntaxOf } from "./commands.ts";
import { type Reporter, rosterOf, withEngine } from "./engine.ts";
import { BadInput, type Place, placeOf } from "./place.ts";

const never = new AbortController().signal;

/** @throws BadInput; Error in words when the engine fails */
export async function explain(
  argument: string | undefined,
  options: Options,
  installation: Installation,
  reporter: Reporter,
): Promise<Explanation> {
  const [, file, first, last] = /^(.+):(\d+)(?:-(\d+))?$/s.exec(argument ?? "") ?? [];
  if (file === undefined) throw new BadInput("Name lines as FILE:LINE-LINE, for example src/app.ts:12-20.");
  const place = placeOf(`${file}:${first}:1`, options.root);
  const { document, root } = place;
  const end = last === undefined ? null : Number(last);
  if (end !== null && (end < Number(first) || end > document.lineCount))
    throw new BadInput(`There are no lines ${first}-${last}.`);
  const syntax = syntaxOf(installation, reporter);
  const start = document.offsetAt(place.position);
  const until = end === null ? start : document.offsetAt({ line: end, character: 0 });
  const explained = await whatToExplain(document, start, until, syntax);
  if (explained === null) throw new BadInput(`Line ${first} is in no function: name the lines to explain.`);
  const scope = await syntax.scope(document, place.position, root);
  const by: Asked = (who) => explanation(explained, scope, who, never);
  const { text, stop, ms, author } = await asked("explain", place, scope, by, options, installation, reporter);
  return { facts: explained.facts, text: text.trim(), stop, ...author, ms };
}

/** The comment and the edit that would put it in; nothing is written. @throws BadInput; Error in words when the engine fails */
export async function document(
  argument: string | undefined,
  options: Options,
  installation: Installation,
  reporter: Reporter,
): Promise<Documentation> {
  const [, file, line] = /^(.+):(\d+)$/s.exec(argument ?? "") ?? [];
  if (file === undefined) throw new BadInput("Name a line of the function as FILE:LINE, for example src/app.ts:12.");
  const place = placeOf(`${file}:${line}:1`, options.root);
  const syntax = syntaxOf(installation, reporter);
  const facts = await whatToDocument(place.document, place.document.offsetAt(place.position), syntax);
  if (typeof facts === "string") throw new BadInput(`Nothing is documented: ${facts}.`);
  const scope = await syntax.scope(place.document, place.position, place.root);
  const by: Asked = (who) => wordsFor(place.document, facts, scope.path, who, never);
  const { text, ms, author } = await asked("document", place, scope, by, options, installation, reporter);
  const edit = await checkedComment(place.document, facts, text, syntax);
  if (typeof edit === "string") throw new Error(`Nothing is documented: ${edit}.`);
  return { edits: [edit], version: 0, text: edit.newText, ...author, ms };
}

/** What is asked of an expert on an engine. */
type Asked = (who: Who) => AsyncGenerator<string, Said>;

/** Opens the engine and asks the expert that the rules name for a task at a place. */
async function asked(
  task: "explain" | "document",
  place: Place,
  scope: Scope,
  by: Asked,
  options: Options,
  installation: Installation,
  reporter: Reporter,
): Promise<{ readonly text: string; readonly stop: Stop; readonly ms: number; readonly author: Author }> {
  const started = performance.now();
  const rules = rulesAt(place, options, installation, reporter);
  const use = async (engine: Fleet) => {
    const installed = engine.experts.map(({ id }) => id);
    const crew = { engine, rules, installed, about: (id: string) => engine.about(id) };
    reporter.progress(task === "explain" ? "Explaining" : "Documenting");
    const spoken = await speak(task, scope, crew, (who) => finished(by(who)), never);
    const { text, stop } = spoken.said;
    return { text, stop, ms: Math.round(performance.now() - started), author: authorOf(spoken) };
  };
  return withEngine(installation, rosterOf(installation, options.model), reporter, use, options.model);
}

export function humanExplanation({ facts, text, expert, because, rule, ms }: Explanation): string {
  const lines = facts.map((fact) => `${fact.name}: ${fact.text.replaceAll("`", "")}`);
  return [
    ...lines,
    ...(lines.length > 0 ? [""] : []),
    `${expert} says: ${text}`,
    "",
    `${because} (${rule}; ${ms} ms)`,
  ].join("\n");
}

export function humanDocumentation({ text, expert, because, rule, ms }: Documentation): string {
  return `${text}\nBy ${expert}: ${because} (${rule}; ${ms} ms). Nothing was written.`;
}
