// What the documents that are open know.
import type { TextDocument } from "vscode-languageserver-textdocument";
import { holdsName } from "../vocabulary.ts";
import type { Around } from "./around.ts";

/** More text of a document is not searched. Characters. */
const mostSearched = 200_000;

/** Whether a name stands in a document, or in another open one that may be read. */
export function knownIn(document: TextDocument, around: Pick<Around, "opened" | "mayRead">): (name: string) => boolean {
  let others: readonly string[] | null = null;
  const textOf = (each: TextDocument) => each.getText().slice(0, mostSearched);
  const own = document.getText();
  return (name) => {
    if (holdsName(own, name)) return true;
    // Looked for only where a text holds a name that its own document does not.
    others ??= around
      .opened()
      .filter(({ uri }) => uri !== document.uri && around.mayRead(uri).allowed)
      .map(textOf);
    return others.some((text) => holdsName(text, name));
  };
}
