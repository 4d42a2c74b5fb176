// Functions of held-out files, in their files: what "Explain" and "Write a Comment" are measured on.
import { TextDocument } from "vscode-languageserver-textdocument";
import { whatToDocument } from "../../server/documentation.ts";
import { documentable } from "../../server/protocol.ts";
import type { FunctionPlace } from "../../server/syntax/functions.ts";
import type { Syntax } from "../../server/syntax/syntax.ts";
import type { heldOutFiles } from "./anywhere.ts";

type File = NonNullable<Awaited<ReturnType<typeof heldOutFiles>>>[number];

export interface Chosen {
  readonly file: File;
  readonly document: TextDocument;
  readonly place: FunctionPlace;
}

/** Shorter bodies say nothing, longer ones are cut for the expert. Characters of the whole function. */
const [shortest, longest] = [80, 1_200];

/** So many functions without documentation, one a file, languages by turns; the same for the same files. */
export async function functionsOf(files: readonly File[], syntax: Syntax, count: number): Promise<readonly Chosen[]> {
  const byLanguage = new Map<string, Chosen[]>();
  for (const [number, file] of files.entries()) {
    if (!documentable.includes(file.language)) continue;
    const path = file.path.split("/").map(encodeURIComponent).join("/");
    const document = TextDocument.create(`file:///functions/${number}/${path}`, file.language, 0, file.text);
    const fits = ({ whole, body, documentation, kind }: FunctionPlace) =>
      body !== null &&
      documentation === null &&
      kind !== "class" &&
      whole.end - whole.start >= shortest &&
      whole.end - whole.start <= longest;
    const found = (await syntax.functionsIn(document)).filter(fits);
    // From the middle of the file: what stands first is often alike. What the product refuses to document is no sample, since no model is
    // asked there; whoever reads the share that is usable has to know.
    const from = Math.floor(found.length / 2);
    let place: FunctionPlace | undefined;
    for (const each of [...found.slice(from), ...found.slice(0, from)]) {
      if (typeof (await whatToDocument(document, each.named, syntax)) === "string") continue;
      place = each;
      break;
    }
    syntax.forget(document.uri);
    if (place) byLanguage.set(file.language, [...(byLanguage.get(file.language) ?? []), { file, document, place }]);
  }
  const lists = [...byLanguage.values()];
  const longestList = Math.max(0, ...lists.map(({ length }) => length));
  const byTurns = Array.from({ length: longestList }, (_, i) => lists.flatMap((list) => list[i] ?? [])).flat();
  return byTurns.slice(0, count);
}
