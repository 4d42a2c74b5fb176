// Chains of `then` become `await` in async functions, by the language service.
import { applyEdits } from "../edits.ts";
import { type Operation, scriptLanguages } from "../operation.ts";
import { diagnosticsOf, formatOf, fromService, preferencesOf } from "../service.ts";

/** "This may be converted to an async function." */
const convertible = 80006;

export const awaitPromises: Operation = {
  id: "await-promises",
  title: "Use async and await",
  task: "plan",
  suits: { code: 0.8 },
  fills: false,
  languages: [...scriptLanguages],
  perform({ project, file, text }) {
    const path = project.absolute(file);
    const all: { start: number; end: number; text: string }[] = [];
    for (const { code, start = 0, length = 0 } of diagnosticsOf(project, file)) {
      if (code !== convertible) continue;
      const fixes = project.service.getCodeFixesAtPosition(
        path,
        start,
        start + length,
        [code],
        formatOf(project, file),
        preferencesOf(project, file),
      );
      const changes = fixes
        .flatMap((fix) => fromService(project, fix.changes))
        .filter((change) => change.file === file);
      for (const { edits } of changes) {
        // The fix of an outer function holds that of an inner one; the next run of the plan finds what is left.
        if (!edits.some((edit) => all.some((other) => edit.start <= other.end && other.start <= edit.end)))
          all.push(...edits);
      }
    }
    return all.length === 0 || applyEdits(text, all) === text ? [] : [{ file, edits: all, creates: false }];
  },
};
