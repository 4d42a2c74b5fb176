// Removes imports of a Python module whose names occur nowhere else in it, by the syntax tree.
import { changesOf, type Operation } from "../operation.ts";

export const unusedImportsPython: Operation = {
  id: "unused-imports-python",
  title: "Remove imports that are never used",
  task: "plan",
  suits: { code: 0.6 },
  fills: false,
  languages: ["python"],
  async perform({ project, file, languageId, text }) {
    // A package's own file imports so that others can import from it.
    if (file.endsWith("__init__.py")) return [];
    return changesOf(file, await project.syntax.rewrites(file, languageId, text, "unused-imports"));
  },
};
