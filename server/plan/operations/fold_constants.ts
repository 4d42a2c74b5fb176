// Arithmetic with nothing but numbers becomes its result, where that is exact and shorter.
import type TS from "typescript";
import type { TextEdit } from "../edits.ts";
import { holdsComment } from "../nodes.ts";
import { changesOf, type Operation, scriptLanguages } from "../operation.ts";
import type { TypeScript } from "../project.ts";

export const foldConstants: Operation = {
  id: "fold-constants",
  title: "Work out arithmetic with constants",
  task: "calculate",
  suits: { math: 1, code: 0.3 },
  fills: false,
  languages: [...scriptLanguages, "python"],
  async perform({ project, file, languageId, text }) {
    if (languageId === "python")
      return changesOf(file, await project.syntax.rewrites(file, languageId, text, "arithmetic"));
    const { ts } = project;
    const source = project.source(file);
    const edits: TextEdit[] = [];
    const visit = (node: TS.Node): void => {
      const value = ts.isBinaryExpression(node) || ts.isParenthesizedExpression(node) ? exactly(ts, node) : null;
      if (value === null) {
        ts.forEachChild(node, visit);
        return;
      }
      const [start, end] = [node.getStart(source), node.end];
      const written = String(value);
      if (/^-?\d+(\.\d+)?$/.test(written) && written.length < end - start && !holdsComment(ts, text, start, end)) {
        // Behind a sign or before a power a negative number needs its brackets.
        edits.push({ start, end, text: value < 0 ? `(${written})` : written });
      }
    };
    ts.forEachChild(source, visit);
    return changesOf(file, edits);
  },
};

/**
 * The value of an expression of whole numbers, exact in every step; null where a name is in it or a step would round.
 * `a * b / c` is worked out from the left as the language does.
 */
function exactly(ts: TypeScript, node: TS.Node): number | null {
  if (ts.isParenthesizedExpression(node)) return exactly(ts, node.expression);
  if (ts.isNumericLiteral(node)) return Number.isSafeInteger(Number(node.text)) ? Number(node.text) : null;
  if (!ts.isBinaryExpression(node)) return null;
  const [left, right] = [exactly(ts, node.left), exactly(ts, node.right)];
  if (left === null || right === null) return null;
  const { kind } = node.operatorToken;
  let value: number | null = null;
  if (kind === ts.SyntaxKind.PlusToken) value = left + right;
  if (kind === ts.SyntaxKind.MinusToken) value = left - right;
  if (kind === ts.SyntaxKind.AsteriskToken) value = left * right;
  if (kind === ts.SyntaxKind.SlashToken && right !== 0) value = left / right;
  return value !== null && Number.isSafeInteger(value) ? value : null;
}
