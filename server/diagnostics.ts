// Problems of rule files and packs as the editor shows them.
import { DiagnosticSeverity, type PublishDiagnosticsParams } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { FileProblems } from "./json.ts";

export function diagnosticsOf({ uri, text, problems }: FileProblems): PublishDiagnosticsParams {
  const file = TextDocument.create(uri, "jsonc", 0, text);
  const diagnostics = problems.map(({ start, end, message, severity }) => ({
    range: { start: file.positionAt(start), end: file.positionAt(end) },
    severity: severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    source: "coterie",
    message,
  }));
  return { uri, diagnostics };
}
