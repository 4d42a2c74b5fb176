// Small questions to a TypeScript tree that several operations ask.
import type TS from "typescript";
import type { TypeScript } from "./project.ts";

/** The innermost node that holds an offset. */
export function nodeAt(ts: TypeScript, source: TS.SourceFile, offset: number): TS.Node {
  let found: TS.Node = source;
  const visit = (node: TS.Node): void => {
    if (offset < node.getStart(source) || offset >= node.end) return;
    found = node;
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return found;
}

/** Every node below one, itself included, in the order of the text. */
export function everyNode(ts: TypeScript, top: TS.Node, see: (node: TS.Node) => void): void {
  see(top);
  ts.forEachChild(top, (child) => everyNode(ts, child, see));
}

/** Whether computing an expression may do more than give a value. Property reads count as harmless. */
export function mayAct(ts: TypeScript, top: TS.Node): boolean {
  let acts = false;
  const see = (node: TS.Node): void => {
    if (acts || ts.isFunctionLike(node)) return;
    const assigns =
      (ts.isBinaryExpression(node) &&
        node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
        node.operatorToken.kind <= ts.SyntaxKind.LastAssignment) ||
      (ts.isPrefixUnaryExpression(node) &&
        (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken)) ||
      ts.isPostfixUnaryExpression(node);
    acts =
      assigns ||
      ts.isCallExpression(node) ||
      ts.isNewExpression(node) ||
      ts.isAwaitExpression(node) ||
      ts.isYieldExpression(node) ||
      ts.isTaggedTemplateExpression(node) ||
      ts.isDeleteExpression(node) ||
      ts.isClassExpression(node);
    if (!acts) ts.forEachChild(node, see);
  };
  see(top);
  return acts;
}

/** The nearest function, or the file, around a node. */
export function functionAround(ts: TypeScript, node: TS.Node): TS.Node {
  let at = node.parent;
  while (at && !ts.isFunctionLike(at) && !ts.isSourceFile(at)) at = at.parent;
  return at ?? node;
}

/** Whether a node holds another one, or is it. */
export function contains(outer: TS.Node, inner: TS.Node): boolean {
  return inner.pos >= outer.pos && inner.end <= outer.end;
}

/** Whether a comment stands in a range: what is rewritten there would lose it. */
export function holdsComment(ts: TypeScript, text: string, start: number, end: number): boolean {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, false, ts.LanguageVariant.Standard, text.slice(start, end));
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    if (kind === ts.SyntaxKind.SingleLineCommentTrivia || kind === ts.SyntaxKind.MultiLineCommentTrivia) return true;
  }
  return false;
}
