// Moves one top-level symbol of a file into one of its own, imports and all, by the language service.
import type TS from "typescript";
import type { Change } from "../edits.ts";
import { type Operation, scriptLanguages } from "../operation.ts";
import type { Project } from "../project.ts";
import { refactored } from "../service.ts";

/** The step that makes the file: a step of its own, so that it is confirmed as such. */
export const createFile: Operation = {
  id: "create-file",
  title: "Make the file",
  task: "plan",
  suits: { code: 0.5 },
  fills: false,
  languages: [...scriptLanguages],
  perform({ project, options }) {
    const file = options["into"] ?? "";
    if (project.text(file) !== null) throw new Error(`${file} exists already.`);
    return [{ file, edits: [{ start: 0, end: 0, text: "export {};\n" }], creates: true }];
  },
};

export const moveSymbol: Operation = {
  id: "move-symbol",
  title: "Move the symbol",
  task: "plan",
  suits: { code: 0.8 },
  fills: false,
  languages: [...scriptLanguages],
  wide: true,
  perform({ project, file, options }) {
    const { symbol = "", into = "" } = options;
    const statement = statementOf(project, file, symbol);
    if (!statement) throw new Error(`There is no ${symbol} at the top of ${file} any more.`);
    const range = { pos: statement.getStart(), end: statement.end };
    const made = refactored(project, file, range, "Move to file", () => true, into);
    if (!made) throw new Error(`The language service cannot move ${symbol}.`);
    return made.changes.map((change) =>
      change.file === into ? { ...withoutMark(project, change), creates: false } : change,
    );
  },
};

/** What kept the new file a module is not needed any more: the moved symbol is exported. */
function withoutMark(project: Project, change: Change): Change {
  const text = project.text(change.file) ?? "";
  const at = text.indexOf("export {};");
  if (at < 0) return change;
  const end = text.indexOf("\n", at) + 1 || text.length;
  // An insertion at the mark's edges stays, only the mark goes.
  return {
    ...change,
    edits: [
      ...change.edits.filter((edit) => edit.end <= at),
      { start: at, end, text: "" },
      ...change.edits.filter((edit) => edit.end > at),
    ],
  };
}

function statementOf(project: Project, file: string, symbol: string): TS.Statement | undefined {
  return symbols(project, file).find(({ name }) => name === symbol)?.statement;
}

export interface TopSymbol {
  readonly name: string;
  readonly statement: TS.Statement;
}

/** The functions, classes, types and constants at the top of a file that can move, in its order. */
export function symbols(project: Project, file: string): TopSymbol[] {
  const { ts } = project;
  return project.source(file).statements.flatMap((statement) => {
    const declares =
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      ts.isEnumDeclaration(statement);
    const isDefault = (ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined)?.some(
      ({ kind }) => kind === ts.SyntaxKind.DefaultKeyword,
    );
    return declares && statement.name && !isDefault ? [{ name: statement.name.text, statement }] : [];
  });
}
