// Arithmetic with nothing but numbers becomes its result, where that is exact and shorter, and algebra proves it.
import type TS from "typescript";
import { exactly } from "../constants.ts";
import type { TextEdit } from "../edits.ts";
import { holdsComment } from "../nodes.ts";
import { changesOf, type Operation, scriptLanguages } from "../operation.ts";

export const foldConstants: Operation = {
  id: "fold-constants",
  title: "Work out constants",
  task: "calculate",
  suits: { math: 1, code: 0.3 },
  fills: false,
  languages: [...scriptLanguages, "python"],
  async perform({ project, file, languageId, text, prove }) {
    const proved = async (edits: readonly TextEdit[]) => {
      const pairs = edits.map((edit) => [text.slice(edit.start, edit.end), edit.text] as const);
      const equal = await prove?.(pairs);
      return changesOf(file, equal === undefined ? edits : edits.filter((_edit, i) => equal[i]));
    };
    if (languageId === "python") return proved(await project.syntax.rewrites(file, languageId, text, "arithmetic"));
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
    return proved(edits);
  },
};
