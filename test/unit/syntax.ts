// The syntax service for tests: with the grammars of the packages, and all the time it needs.
import { fileURLToPath } from "node:url";
import { TextDocument } from "vscode-languageserver-textdocument";
import { Syntax } from "../../server/syntax/syntax.ts";

const inPackages = (path: string) => fileURLToPath(new URL(`../../node_modules/${path}`, import.meta.url));

export const files = {
  runtime: inPackages("web-tree-sitter/web-tree-sitter.wasm"),
  folder: inPackages("@vscode/tree-sitter-wasm/wasm"),
};

/** A service that fails the test where something cannot be loaded. */
export function newSyntax(): Syntax {
  const onTrouble = (message: string) => {
    throw new Error(message);
  };
  return new Syntax({ files, patience: Number.POSITIVE_INFINITY, onTrouble });
}

/** A document and the offset of the mark "|" in it; another mark can be named. */
export function marked(languageId: string, text: string, mark = "|"): { document: TextDocument; offset: number } {
  const offset = text.indexOf(mark);
  if (offset < 0) throw new Error(`No ${mark} in: ${text}`);
  const plain = text.slice(0, offset) + text.slice(offset + mark.length);
  return { document: TextDocument.create(`file:///case.${languageId}`, languageId, 1, plain), offset };
}
