// Writes the documentation comment of one function or class: its place by the syntax tree, its words by an expert.
import { TextDocument } from "vscode-languageserver-textdocument";
import { documentable } from "../../protocol.ts";
import type { FunctionPlace } from "../../syntax/functions.ts";
import type { Syntax } from "../../syntax/syntax.ts";
import { changesOf, type Operation } from "../operation.ts";

export const documentSymbol: Operation = {
  id: "document-symbol",
  title: "Document",
  task: "document",
  suits: { docs: 1 },
  fills: true,
  languages: [...documentable],
  async perform({ project, file, languageId, text, options, pen, expert, spend }) {
    const symbol = options["symbol"] ?? "";
    const all = await exported(project.syntax, file, languageId, text);
    const place = all.find((each) => nameOf(each) === symbol);
    if (!place) throw new Error(`There is no exported ${symbol} in ${file} any more.`);
    if (place.documentation !== null) return [];
    if (pen === null) throw new Error("No model is at hand to write the comment.");
    const written = await pen.document({ file, languageId, text, offset: place.header.start, expert });
    if ("why" in written) throw new Error(`Nothing is documented: ${written.why}.`);
    spend(written.spent);
    return changesOf(file, [{ start: written.offset, end: written.offset, text: written.text }]);
  },
};

/** What others can use of a file: its functions, classes and their methods, in order. */
export async function exported(
  syntax: Syntax,
  file: string,
  languageId: string,
  text: string,
): Promise<readonly FunctionPlace[]> {
  const places = await syntax.functionsIn(TextDocument.create(`plan:/${file}`, languageId, 0, text));
  // A constructor is described with its class, a getter as a property would be.
  const described = places.filter(({ kind }) => kind === "function" || kind === "method" || kind === "class");
  return described.filter(({ isExported }) => isExported);
}

export function nameOf({ name, within }: FunctionPlace): string {
  return within === null ? name : `${within}.${name}`;
}
