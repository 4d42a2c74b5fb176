// The line that is likely to be begun next, when one has been completed. Pure.
import { TextDocument } from "vscode-languageserver-textdocument";
import { opensBlock } from "../block.ts";

/**
 * The document as it would be with a line begun behind the offset, indented as an editor does it, and the offset there; null
 * where the line goes on behind the offset.
 */
export function lineAhead(document: TextDocument, offset: number): { document: TextDocument; offset: number } | null {
  const text = document.getText();
  const before = text.slice(0, offset);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  if (/^[^\r\n]*\S/.test(text.slice(offset)) || line.trim() === "") return null;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const deeper = opensBlock(line, document.languageId) ? unitOf(text) : "";
  const begun = `${eol}${/^[ \t]*/.exec(line)![0]}${deeper}`;
  const ahead = before + begun + text.slice(offset);
  const made = TextDocument.create(document.uri, document.languageId, document.version, ahead);
  return { document: made, offset: offset + begun.length };
}

/** What one level is indented by: as the first indented line is. */
function unitOf(text: string): string {
  return /^(\t| +)\S/m.exec(text)?.[1] ?? "    ";
}
