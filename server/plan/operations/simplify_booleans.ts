// `if (a) return true; else return false` becomes `return a`, where the condition is a boolean.
import type TS from "typescript";
import type { TextEdit } from "../edits.ts";
import { everyNode, holdsComment } from "../nodes.ts";
import { changesOf, type Operation, scriptLanguages } from "../operation.ts";
import type { Project, TypeScript } from "../project.ts";

export const simplifyBooleans: Operation = {
  id: "simplify-booleans",
  title: "Return conditions directly",
  task: "plan",
  suits: { code: 0.5, math: 0.3 },
  fills: false,
  languages: [...scriptLanguages, "python"],
  async perform({ project, file, languageId, text }) {
    if (languageId === "python")
      return changesOf(file, await project.syntax.rewrites(file, languageId, text, "booleans"));
    const { ts } = project;
    const source = project.source(file);
    const edits: TextEdit[] = [];
    everyNode(ts, source, (node) => {
      if (!ts.isIfStatement(node)) return;
      const first = returned(ts, node.thenStatement);
      const other = node.elseStatement ?? next(ts, node);
      const second = other && returned(ts, other);
      if (first === null || !second || first === second || !other) return;
      if (ts.isIfStatement(node.parent) && node.parent.elseStatement === node && node.elseStatement === undefined)
        return;
      const [start, end] = [node.getStart(source), other.end];
      if (holdsComment(ts, text, start, end)) return;
      edits.push({ start, end, text: `return ${condition(project, source, node.expression, first === "true")};` });
    });
    return changesOf(file, edits);
  },
};

/** "true" or "false" where a statement returns that and does nothing else. */
function returned(ts: TypeScript, statement: TS.Statement): "true" | "false" | null {
  const only = ts.isBlock(statement) && statement.statements.length === 1 ? statement.statements[0]! : statement;
  if (!ts.isReturnStatement(only) || !only.expression) return null;
  if (only.expression.kind === ts.SyntaxKind.TrueKeyword) return "true";
  return only.expression.kind === ts.SyntaxKind.FalseKeyword ? "false" : null;
}

function next(ts: TypeScript, node: TS.IfStatement): TS.Statement | undefined {
  const { parent } = node;
  if (!ts.isBlock(parent) && !ts.isSourceFile(parent)) return undefined;
  return parent.statements[parent.statements.indexOf(node) + 1];
}

/** The condition as a boolean, or its opposite. */
function condition(project: Project, source: TS.SourceFile, expression: TS.Expression, straight: boolean): string {
  const { ts } = project;
  const text = expression.getText(source);
  const type = project.service.getProgram()!.getTypeChecker().getTypeAtLocation(expression);
  const boolean =
    (type.flags & ts.TypeFlags.BooleanLike) !== 0 ||
    (type.isUnion() && type.types.every(({ flags }) => (flags & ts.TypeFlags.BooleanLike) !== 0));
  const inner = ts.isParenthesizedExpression(expression) ? expression.expression.getText(source) : text;
  if (straight) return boolean ? inner : `Boolean(${inner})`;
  const opposite = ts.isBinaryExpression(expression)
    ? opposites.get(expression.operatorToken.getText(source))
    : undefined;
  if (opposite !== undefined && ts.isBinaryExpression(expression)) {
    return `${expression.left.getText(source)} ${opposite} ${expression.right.getText(source)}`;
  }
  const simple =
    ts.isIdentifier(expression) || ts.isCallExpression(expression) || ts.isPropertyAccessExpression(expression);
  return simple ? `!${text}` : `!(${inner})`;
}

/** Only equality: `!(a < b)` is not `a >= b` where one is no number. */
const opposites = new Map([
  ["===", "!=="],
  ["!==", "==="],
  ["==", "!="],
  ["!=", "=="],
]);
