// `var` becomes `const` or `let`, where block scope changes nothing.
import type TS from "typescript";
import { everyNode, functionAround } from "../nodes.ts";
import { changesOf, type Operation, scriptLanguages } from "../operation.ts";
import type { Project } from "../project.ts";

export const varToLet: Operation = {
  id: "var-to-let",
  title: "Use const and let",
  task: "plan",
  suits: { code: 0.6 },
  fills: false,
  languages: [...scriptLanguages],
  perform({ project, file }) {
    const { ts } = project;
    const source = project.source(file);
    const edits: { start: number; end: number; text: string }[] = [];
    // A declaration at the top of a script without imports is a property of the global object, seen by other scripts.
    everyNode(ts, source, (node) => {
      if (!ts.isVariableDeclarationList(node) || (node.flags & ts.NodeFlags.BlockScoped) !== 0) return;
      if (ts.isSourceFile(functionAround(ts, node)) && !isModule(project, source)) return;
      const word = wordFor(project, file, source, node);
      const start = node.getStart(source);
      if (word !== null) edits.push({ start, end: start + "var".length, text: word });
    });
    return changesOf(file, edits);
  },
};

function isModule({ ts }: Project, source: TS.SourceFile): boolean {
  return ts.isExternalModule(source) || /\brequire\(|\bmodule\.exports\b|\bexports\./.test(source.text);
}

/** `const` or `let`; null where the declaration has to stay. */
function wordFor(
  project: Project,
  file: string,
  source: TS.SourceFile,
  list: TS.VariableDeclarationList,
): string | null {
  const { ts, service } = project;
  const names = list.declarations.flatMap((each) => identifiersIn(project, each.name));
  const scope = scopeOf(project, list);
  let assigned = false;
  for (const name of names) {
    const found = service.getDocumentHighlights(project.absolute(file), name.getStart(source), [
      project.absolute(file),
    ]);
    const spans = found?.flatMap(({ highlightSpans }) => highlightSpans) ?? [];
    if (spans.length === 0) return null;
    for (const { textSpan, kind } of spans) {
      const own = textSpan.start === name.getStart(source);
      // Used before or outside its block, or declared twice: only `var` allows that.
      if (textSpan.start < scope.getStart(source) || textSpan.start >= scope.end) return null;
      if (textSpan.start < name.getStart(source)) return null;
      if (!own && isDeclaredAt(project, source, textSpan.start)) return null;
      if (!own && kind === ts.HighlightSpanKind.writtenReference) assigned = true;
    }
    if (
      capturedInLoop(
        project,
        source,
        list,
        spans.map(({ textSpan }) => textSpan.start),
      )
    )
      return null;
  }
  const looping = ts.isForOfStatement(list.parent) || ts.isForInStatement(list.parent);
  const withoutValue = !looping && list.declarations.some(({ initializer }) => !initializer);
  // Without a value a `var` in a loop keeps that of the round before.
  if (withoutValue && inLoop(project, list)) return null;
  return assigned || withoutValue ? "let" : "const";
}

function identifiersIn({ ts }: Project, name: TS.BindingName): TS.Identifier[] {
  const found: TS.Identifier[] = [];
  everyNode(ts, name, (node) => {
    const parent = node.parent;
    if (ts.isIdentifier(node) && (node === name || (ts.isBindingElement(parent) && parent.name === node)))
      found.push(node);
  });
  return found;
}

function scopeOf({ ts }: Project, list: TS.VariableDeclarationList): TS.Node {
  const { parent } = list;
  if (!ts.isVariableStatement(parent)) return parent;
  // A case clause shares its block with the others, and may be jumped over.
  return parent.parent;
}

function isDeclaredAt({ ts }: Project, source: TS.SourceFile, offset: number): boolean {
  let declared = false;
  everyNode(ts, source, (node) => {
    if (!ts.isIdentifier(node) || node.getStart(source) !== offset) return;
    const { parent } = node;
    declared =
      "name" in parent &&
      parent.name === node &&
      (ts.isVariableDeclaration(parent) ||
        ts.isParameter(parent) ||
        ts.isBindingElement(parent) ||
        ts.isFunctionDeclaration(parent));
  });
  return declared;
}

function inLoop({ ts }: Project, node: TS.Node): boolean {
  for (let at = node.parent; at && !ts.isFunctionLike(at); at = at.parent)
    if (ts.isIterationStatement(at, false)) return true;
  return false;
}

/** Whether a function made in a loop uses the variable: with `let` each round would have its own. */
function capturedInLoop(
  project: Project,
  source: TS.SourceFile,
  list: TS.VariableDeclarationList,
  uses: readonly number[],
): boolean {
  const { ts } = project;
  if (
    !inLoop(project, list) &&
    !ts.isForStatement(list.parent) &&
    !ts.isForOfStatement(list.parent) &&
    !ts.isForInStatement(list.parent)
  )
    return false;
  const home = functionAround(ts, list);
  let captured = false;
  everyNode(ts, source, (node) => {
    if (ts.isIdentifier(node) && uses.includes(node.getStart(source)) && functionAround(ts, node) !== home)
      captured = true;
  });
  return captured;
}
