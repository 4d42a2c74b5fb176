// Types that the code shows but nobody has written: of parameters by their use, of exported functions by what they return.
import type TS from "typescript";
import type { TextEdit } from "../edits.ts";
import { everyNode } from "../nodes.ts";
import { changesOf, type Operation } from "../operation.ts";
import type { Project } from "../project.ts";

export const addTypes: Operation = {
  id: "add-types",
  title: "Write the types that the code shows",
  task: "plan",
  suits: { code: 0.8 },
  fills: false,
  languages: ["typescript", "typescriptreact", "python"],
  async perform({ project, file, languageId, text }) {
    if (languageId === "python") return changesOf(file, await project.syntax.rewrites(file, languageId, text, "hints"));
    const { ts } = project;
    const source = project.source(file);
    const edits: TextEdit[] = [];
    everyNode(ts, source, (node) => {
      const named =
        ts.isFunctionDeclaration(node) || (ts.isMethodDeclaration(node) && ts.isClassDeclaration(node.parent));
      if (!named || node.type || !node.body || !isExported(project, node)) return;
      const type = returnType(project, node);
      const close = node.getChildren(source).find(({ kind }) => kind === ts.SyntaxKind.CloseParenToken);
      if (type !== null && close) edits.push({ start: close.end, end: close.end, text: `: ${type}` });
    });
    return changesOf(file, edits);
  },
};

/** Of what is private a type is noise; what others use keeps its promise by it. */
function isExported({ ts }: Project, node: TS.FunctionDeclaration | TS.MethodDeclaration): boolean {
  const top = ts.isMethodDeclaration(node) ? (node.parent as TS.ClassDeclaration) : node;
  const hidden = ts.getCombinedModifierFlags(node) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected);
  return !hidden && (ts.getCombinedModifierFlags(top) & ts.ModifierFlags.Export) !== 0;
}

/** What the compiler finds, where it can be written in this file as it stands: no `any`, no long anonymous shapes. */
function returnType(project: Project, node: TS.FunctionDeclaration | TS.MethodDeclaration): string | null {
  const { ts } = project;
  const checker = project.service.getProgram()!.getTypeChecker();
  const signature = checker.getSignatureFromDeclaration(node);
  if (!signature || checker.getTypePredicateOfSignature(signature)) return null;
  const type = checker.getReturnTypeOfSignature(signature);
  const flags = ts.NodeBuilderFlags.NoTruncation | ts.NodeBuilderFlags.UseAliasDefinedOutsideCurrentScope;
  const written = checker.typeToTypeNode(type, node, flags);
  if (!written) return null;
  const text = ts
    .createPrinter({ removeComments: true })
    .printNode(ts.EmitHint.Unspecified, written, node.getSourceFile());
  const shown = text.replace(/\s+/g, " ");
  if (shown.length > 60 || /\bany\b|\bimport\(|\bunique symbol\b|\bthis\b|\{|=>/.test(shown)) return null;
  return namesAreThere(project, written, node, checker) ? shown : null;
}

/** Whether every name of a type means something where it is to be written. */
function namesAreThere({ ts }: Project, written: TS.TypeNode, at: TS.Node, checker: TS.TypeChecker): boolean {
  const known = new Set(
    checker.getSymbolsInScope(at, ts.SymbolFlags.Type | ts.SymbolFlags.Namespace).map(({ name }) => name),
  );
  let there = true;
  everyNode(ts, written, (node) => {
    if (ts.isTypeReferenceNode(node)) {
      let left: TS.EntityName = node.typeName;
      while (!ts.isIdentifier(left)) left = left.left;
      if (!known.has(left.text)) there = false;
    }
    if (ts.isTypeQueryNode(node)) there = false;
  });
  return there;
}
