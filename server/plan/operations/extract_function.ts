// Takes the best part out of a long function into one of its own, by the language service. The name is the expert's.
import { errorsIn, worse } from "../check.ts";
import { applyEdits, type TextEdit } from "../edits.ts";
import { longFunctions, type Part, partsOf } from "../long.ts";
import { bestName } from "../naming/best.ts";
import { doingOf } from "../naming/hints.ts";
import { namesUsed } from "../naming/poor.ts";
import { camel, wordsOf } from "../naming/words.ts";
import { changesOf, type Operation, scriptLanguages, type Unnamed, type Work } from "../operation.ts";
import type { Project } from "../project.ts";
import { formatOf, preferencesOf } from "../service.ts";

export const extractFunction: Operation = {
  id: "extract-function",
  title: "Extract from",
  task: "name",
  suits: { code: 1 },
  fills: true,
  languages: [...scriptLanguages],
  async perform(work) {
    const { project, file, languageId, text, options, pen, expert, spend } = work;
    const wanted = options["function"] ?? "";
    const long = longFunctions(project, project.source(file)).find(({ name }) => name === wanted);
    if (!long) return [];
    const found = await firstWhole(work, partsOf(project, file, long));
    if (found === null) return [];
    const { part, made, rough } = found;
    const unnamed: Unnamed = {
      ...{ file, languageId, expert },
      ...shown(text.slice(part.start, part.end), rough, made.name),
      candidates: [
        ...doingOf(project.ts, part.statements, made.given),
        camel([...wordsOf(wanted.split(".").at(-1)!), "part"]),
        "handlePart",
      ],
      taken: namesUsed(project.ts, project.source(file)).concat(made.members),
    };
    const name = await bestName(unnamed, pen, spend);
    const edits = made.edits.map((edit) => ({ ...edit, text: edit.text.replace(placeholder(made.name), name) }));
    return changesOf(file, edits);
  },
};

/** Most parts that are tried: each costs a look at the types of the file. */
const mostTried = 4;

/** The best part that the compiler has nothing against: what is known of a value at its place may be lost in a function of its own. */
async function firstWhole({ project, file, languageId, text }: Work, parts: readonly Part[]) {
  const errors = () => errorsIn(project, [file], () => languageId);
  const before = await errors();
  let refused: readonly string[] = [];
  for (const part of parts.slice(0, mostTried)) {
    const made = taken(project, file, part);
    const rough = applyEdits(text, made.edits);
    const added = worse(before, await project.trying(file, rough, errors));
    if (added.length === 0) return { part, made, rough };
    refused = added;
  }
  if (refused.length > 0) throw new Error(`No part can be taken out without new errors: ${refused[0]}.`);
  return null;
}

interface Taken {
  readonly edits: readonly TextEdit[];
  /** What the service has called it. */
  readonly name: string;
  /** The one name that it gives back, or null. */
  readonly given: string | null;
  /** Names of the members of the class that it becomes a method of. */
  readonly members: readonly string[];
}

function taken(project: Project, file: string, { start, end, action, statements }: Part): Taken {
  const { ts, service } = project;
  const preferences = preferencesOf(project, file);
  const format = formatOf(project, file);
  const path = project.absolute(file);
  const found = service.getEditsForRefactor(path, format, { pos: start, end }, "Extract Symbol", action, preferences);
  const changes = found?.edits.flatMap(({ fileName, textChanges }) => (fileName === path ? textChanges : [])) ?? [];
  const edits = changes.map(({ span, newText }) => ({
    start: span.start,
    end: span.start + span.length,
    text: newText,
  }));
  const all = edits.map((edit) => edit.text).join("\n");
  const [name] = /\bnew(?:Function|Method)(?:_\d+)?\b/.exec(all) ?? [];
  if (name === undefined) throw new Error("The language service cannot take this part out.");
  const call = new RegExp(
    `(?:(?:const|let|var)\\s+)?([\\w$]+)(?::[^=;]+)?\\s*=\\s*(?:await\\s+)?(?:this\\.)?${name}\\(`,
  );
  let home = statements[0]!.parent;
  while (home && !ts.isClassLike(home)) home = home.parent;
  const members = home && ts.isClassLike(home) ? home.members.map((each) => each.name?.getText() ?? "") : [];
  return { edits, name, given: call.exec(all)?.[1] ?? null, members };
}

const placeholder = (name: string) => new RegExp(`\\b${name}\\b`, "g");

/** Most characters of the part that a model sees. */
const mostShown = 900;

/** The lines that are taken out, and then the function that they have become. */
function shown(lines: string, rough: string, name: string): Pick<Unnamed, "ask" | "before" | "pieces"> {
  const code = lines.slice(0, mostShown);
  const ask = `// The lines\n${code}\n// are moved into a function with a name that says what they do.\n\nfunction`;
  const declared = new RegExp(`^[ \\t]*(?:private |static |async |function\\*? )*${name}(?![\\w$])`, "m").exec(rough);
  const at = declared?.index ?? rough.lastIndexOf(name);
  const whole = rough.slice(at, at + mostShown);
  const [before = "", ...pieces] = whole.split(placeholder(name));
  return { ask, before: `// Does one part of the work.\n${before}`, pieces: ["", ...pieces] };
}
