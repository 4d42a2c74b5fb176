// `coterie explain FILE:LINE-LINE` and `coterie document FILE:LINE`.
import { commentEdit, whatToDocument, wordsFor } from "../documentation.ts";
import { explain as explanation, whatToExplain } from "../explain.ts";
import type { Installation } from "../installation.ts";
import type { Documentation, Explanation, Route } from "../protocol.ts";
import { route } from "../route.ts";
import type { Said } from "../saying.ts";
import { type Options, rulesAt, syntaxOf } from "./commands.ts";
import { type Reporter, rosterOf, withEngine } from "./engine.ts";
import { BadInput, placeOf } from "./place.ts";

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
  const started = performance.now();
  const rules = rulesAt(place, options, installation, reporter);
  const roster = rosterOf(installation, options.model);
  return withEngine(
    installation,
    roster,
    reporter,
    async (engine) => {
      const chosen = route(
        "explain",
        scope,
        rules,
        engine.experts.map(({ id }) => id),
      );
      reporter.progress("Explaining");
      const { text } = await finished(explanation(explained, scope, { engine, expert: chosen.expert }, never));
      return { facts: explained.facts, text: text.trim(), ...who(chosen), ms: Math.round(performance.now() - started) };
    },
    options.model,
  );
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
  const started = performance.now();
  const rules = rulesAt(place, options, installation, reporter);
  const roster = rosterOf(installation, options.model);
  return withEngine(
    installation,
    roster,
    reporter,
    async (engine) => {
      const chosen = route(
        "document",
        scope,
        rules,
        engine.experts.map(({ id }) => id),
      );
      reporter.progress("Documenting");
      const who_ = { engine, expert: chosen.expert };
      const { text } = await finished(wordsFor(place.document, facts, scope.path, who_, never));
      const edit = commentEdit(place.document, facts, text);
      if (edit === null) throw new Error(`what ${chosen.expert} wrote cannot be used as a comment.`);
      const ms = Math.round(performance.now() - started);
      return { edits: [edit], version: 0, text: edit.newText, ...who(chosen), ms };
    },
    options.model,
  );
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

const who = ({ expert, wanted, rule, because }: Route) => ({ expert, wanted, rule, because });

async function finished(pieces: AsyncGenerator<string, Said>): Promise<Said> {
  for (;;) {
    const step = await pieces.next();
    if (step.done) return step.value;
  }
}
