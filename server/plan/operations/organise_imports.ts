// Sorts the imports and leaves out those that nothing uses, by the language service.
import { effective } from "../edits.ts";
import { type Operation, scriptLanguages } from "../operation.ts";
import { formatOf, fromService, preferencesOf } from "../service.ts";

export const organiseImports: Operation = {
  id: "organise-imports",
  title: "Organise imports",
  task: "plan",
  suits: { code: 0.6 },
  fills: false,
  languages: [...scriptLanguages],
  perform({ project, file, text }) {
    const scope = { type: "file", fileName: project.absolute(file) } as const;
    const edits = project.service.organizeImports(scope, formatOf(project, file), preferencesOf(project, file));
    return fromService(project, edits)
      .map((change) => ({ ...change, edits: effective(text, change.edits) }))
      .filter((change) => change.file === file && change.edits.length > 0);
  },
};
