// Replaces every expression of one shape by another: `$name` in the pattern stands for any expression, and may return in the new one.
import type TS from "typescript";
import type { TextEdit } from "../edits.ts";
import { changesOf, type Operation, scriptLanguages } from "../operation.ts";
import type { TypeScript } from "../project.ts";

export const replacePattern: Operation = {
  id: "replace-pattern",
  title: "Replace the pattern",
  task: "plan",
  suits: { code: 0.7 },
  fills: false,
  languages: [...scriptLanguages],
  perform({ project, file, options }) {
    const { ts } = project;
    const pattern = expressionOf(ts, options["find"] ?? "");
    const replacement = options["replace"] ?? "";
    const wanted = expressionOf(ts, replacement);
    if (!pattern || !wanted)
      throw new Error(
        "Pattern and replacement have to be one expression each, such as `assert.ok($a)` and `assert($a)`.",
      );
    const source = project.source(file);
    const edits: TextEdit[] = [];
    const visit = (node: TS.Node): void => {
      const bound = new Map<string, TS.Node>();
      if (ts.isExpression(node) && fits(ts, pattern.node, pattern.source, node, source, bound)) {
        const { pos, end } = { pos: node.getStart(source), end: node.end };
        const text = replacement.replace(/\$[A-Za-z_]\w*/g, (name) => bound.get(name)?.getText(source) ?? name);
        edits.push({ start: pos, end, text });
        return;
      }
      ts.forEachChild(node, visit);
    };
    ts.forEachChild(source, visit);
    return changesOf(file, edits);
  },
};

function expressionOf(
  ts: TypeScript,
  text: string,
): { readonly node: TS.Expression; readonly source: TS.SourceFile } | null {
  const source = ts.createSourceFile("pattern.ts", `(${text}\n)`, ts.ScriptTarget.Latest, true);
  const { parseDiagnostics } = source as unknown as { readonly parseDiagnostics: readonly unknown[] };
  const [statement, ...more] = source.statements;
  if (more.length > 0 || parseDiagnostics.length > 0 || !statement || !ts.isExpressionStatement(statement)) return null;
  const { expression } = statement;
  return ts.isParenthesizedExpression(expression) ? { node: expression.expression, source } : null;
}

/** Whether a node has the shape of a pattern; the same placeholder twice has to be the same text twice. */
function fits(
  ts: TypeScript,
  pattern: TS.Node,
  from: TS.SourceFile,
  node: TS.Node,
  source: TS.SourceFile,
  bound: Map<string, TS.Node>,
): boolean {
  if (ts.isIdentifier(pattern) && pattern.text.startsWith("$") && pattern.text.length > 1) {
    const known = bound.get(pattern.text);
    if (known) return known.getText(source) === node.getText(source);
    bound.set(pattern.text, node);
    return ts.isExpression(node) && !ts.isSpreadElement(node);
  }
  if (pattern.kind !== node.kind) return false;
  const [parts, own] = [childrenOf(ts, pattern), childrenOf(ts, node)];
  if (parts.length === 0 && own.length === 0)
    return pattern.getText(from) === node.getText(source) || sameText(ts, pattern, node);
  return parts.length === own.length && parts.every((part, i) => fits(ts, part, from, own[i]!, source, bound));
}

function sameText(ts: TypeScript, pattern: TS.Node, node: TS.Node): boolean {
  return ts.isStringLiteral(pattern) && ts.isStringLiteral(node) && pattern.text === node.text;
}

function childrenOf(ts: TypeScript, node: TS.Node): TS.Node[] {
  const found: TS.Node[] = [];
  ts.forEachChild(node, (child) => void found.push(child));
  return found;
}
