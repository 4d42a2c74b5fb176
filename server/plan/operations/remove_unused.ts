// Removes declarations that nothing uses, where computing their values does nothing else.
import type TS from "typescript";
import type { TextEdit } from "../edits.ts";
import { mayAct, nodeAt } from "../nodes.ts";
import { changesOf, type Operation, scriptLanguages } from "../operation.ts";
import type { TypeScript } from "../project.ts";
import { diagnosticsOf, formatOf, preferencesOf } from "../service.ts";

/** Of the compiler: "declared but never read", "all imports are unused", "never used" and their like. */
const unused = new Set([6133, 6192, 6196, 6198, 6199]);

export const removeUnused: Operation = {
  id: "remove-unused",
  title: "Remove unused code",
  task: "plan",
  suits: { code: 0.6 },
  fills: false,
  languages: [...scriptLanguages],
  perform({ project, file, text }) {
    const { ts, service } = project;
    const source = project.source(file);
    const edits: TextEdit[] = [];
    for (const { code, start = 0, length = 0 } of diagnosticsOf(project, file)) {
      if (!unused.has(code) || !mayGo(ts, nodeAt(ts, source, start))) continue;
      const path = project.absolute(file);
      const format = formatOf(project, file);
      const fixes = service.getCodeFixesAtPosition(
        path,
        start,
        start + length,
        [code],
        format,
        preferencesOf(project, file),
      );
      // Not by its id, which a fix has only where there are others of its kind; another one puts an underscore in front.
      const fix = fixes.find(
        ({ fixName, description }) => fixName === "unusedIdentifier" && /^(?:Remove|Delete) /.test(description),
      );
      const own = fix?.changes.flatMap(({ fileName, textChanges }) => (fileName === path ? textChanges : []));
      for (const { span, newText } of own ?? []) {
        const edit = withBlankLines(text, { start: span.start, end: span.start + span.length, text: newText });
        // Two that overlap are one removal inside the other; what is left is found the next time.
        if (!edits.some((other) => edit.start < other.end && other.start < edit.end)) edits.push(edit);
      }
    }
    return changesOf(file, edits);
  },
};

/** What is removed between two blank lines, or at the top, takes the one behind it along. */
function withBlankLines(text: string, edit: TextEdit): TextEdit {
  const before = text.slice(0, edit.start);
  if (edit.text !== "" || (edit.start > 0 && !/\n\r?\n$/.test(before))) return edit;
  const blank = /^(\r?\n)+/.exec(text.slice(edit.end))?.[0].length ?? 0;
  return { ...edit, end: edit.end + blank };
}

/** Parameters are part of a signature, and a value may do something while it is computed: both stay. */
function mayGo(ts: TypeScript, node: TS.Node): boolean {
  for (let at: TS.Node | undefined = node; at && !ts.isSourceFile(at); at = at.parent) {
    if (ts.isParameter(at) || ts.isTypeParameterDeclaration(at)) return false;
    if (ts.isVariableStatement(at) || ts.isVariableDeclarationList(at)) {
      const list = ts.isVariableStatement(at) ? at.declarationList : at;
      // What a loop goes over has to have a name.
      if (ts.isForOfStatement(list.parent) || ts.isForInStatement(list.parent)) return false;
      return list.declarations.every(
        ({ initializer, name }) => !initializer || (!mayAct(ts, initializer) && ts.isIdentifier(name)),
      );
    }
    if (ts.isClassDeclaration(at))
      return (
        !at.heritageClauses &&
        at.members.every((each) => !ts.isClassStaticBlockDeclaration(each) && !ts.isPropertyDeclaration(each))
      );
    if (
      ts.isFunctionDeclaration(at) ||
      ts.isImportDeclaration(at) ||
      ts.isInterfaceDeclaration(at) ||
      ts.isTypeAliasDeclaration(at)
    )
      return true;
    if (ts.isClassElement(at) || ts.isBlock(at)) return false;
  }
  return false;
}
