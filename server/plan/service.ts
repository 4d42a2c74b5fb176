// What the language service proposes -> our changes: organise imports, fixes by their name, refactors.
import type TS from "typescript";
import type { Change } from "./edits.ts";
import { eolOf } from "./edits.ts";
import type { Project } from "./project.ts";

/** The service writes code in the style of the file. */
export function formatOf(project: Project, file: string): TS.FormatCodeSettings {
  const text = project.text(file) ?? "";
  const indented = /^( +|\t)\S/m.exec(text)?.[1] ?? "  ";
  const size = indented === "\t" ? 4 : Math.min(8, indented.length);
  const endsWithSemicolon = (text.match(/;\s*$/gm)?.length ?? 0) * 4 > text.split("\n").length;
  return {
    ...project.ts.getDefaultFormatCodeSettings(eolOf(text)),
    indentSize: size,
    tabSize: size,
    convertTabsToSpaces: indented !== "\t",
    semicolons: endsWithSemicolon ? project.ts.SemicolonPreference.Insert : project.ts.SemicolonPreference.Ignore,
  };
}

export function preferencesOf(project: Project, file: string): TS.UserPreferences {
  const text = project.text(file) ?? "";
  const single = (text.match(/'/g)?.length ?? 0) > (text.match(/"/g)?.length ?? 0);
  return {
    quotePreference: single ? "single" : "double",
    importModuleSpecifierEnding: /from ["'][^"']+\.ts["']/.test(text) ? "js" : "auto",
    allowTextChangesInNewFiles: true,
  };
}

/** Changes of files outside the folder are left out: they are not ours. */
export function fromService(project: Project, changes: readonly TS.FileTextChanges[]): readonly Change[] {
  return changes.flatMap(({ fileName, textChanges, isNewFile }) => {
    const file = project.relative(fileName);
    if (file === null || textChanges.length === 0) return [];
    const edits = textChanges.map(({ span, newText }) => ({
      start: span.start,
      end: span.start + span.length,
      text: newText,
    }));
    return [{ file, edits, creates: isNewFile === true }];
  });
}

/** Everywhere in the file the fix of that name, for the errors of those codes; null where none is offered. */
export function fixAll(project: Project, file: string, fixId: string): readonly Change[] {
  const path = project.absolute(file);
  const { changes } = project.service.getCombinedCodeFix(
    { type: "file", fileName: path },
    fixId,
    formatOf(project, file),
    preferencesOf(project, file),
  );
  return fromService(project, changes);
}

/** Every diagnostic of a file: errors, and what the service suggests. */
export function diagnosticsOf(project: Project, file: string): readonly TS.Diagnostic[] {
  const path = project.absolute(file);
  return [...project.service.getSemanticDiagnostics(path), ...project.service.getSuggestionDiagnostics(path)];
}

/** The changes of one refactor of the service at a range, or none where it is not offered. */
export function refactored(
  project: Project,
  file: string,
  range: { readonly pos: number; readonly end: number },
  refactor: string,
  wanted: (action: TS.RefactorActionInfo) => boolean,
  target?: string,
): { readonly changes: readonly Change[]; readonly edit: TS.RefactorEditInfo } | null {
  const path = project.absolute(file);
  const preferences = preferencesOf(project, file);
  const offered = project.service
    .getApplicableRefactors(path, range, preferences, "invoked", undefined, true)
    .filter(({ name }) => name === refactor)
    .flatMap(({ actions }) => actions)
    .find((action) => action.notApplicableReason === undefined && wanted(action));
  if (!offered) return null;
  const extra = target === undefined ? undefined : { targetFile: project.absolute(target) };
  const format = formatOf(project, file);
  const edit = project.service.getEditsForRefactor(path, format, range, refactor, offered.name, preferences, extra);
  return edit ? { changes: fromService(project, edit.edits), edit } : null;
}
