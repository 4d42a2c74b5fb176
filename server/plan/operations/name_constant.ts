// Gives a number that is worked out at several places one name at the top of the file. That all forms are equal is proved by algebra.
import type TS from "typescript";
import { lineAfter, lineEnd, lineStart } from "../../lines.ts";
import { type Constant, constantsIn, knownConstants } from "../constants.ts";
import type { TextEdit } from "../edits.ts";
import { bestName } from "../naming/best.ts";
import { namesUsed } from "../naming/poor.ts";
import { camel, wordsOf } from "../naming/words.ts";
import { holdsComment } from "../nodes.ts";
import { changesOf, type Operation, scriptLanguages, type Unnamed, type Work } from "../operation.ts";
import type { TypeScript } from "../project.ts";

export const nameConstant: Operation = {
  id: "name-constant",
  title: "Name",
  task: "name",
  suits: { code: 0.7, math: 0.5 },
  fills: true,
  languages: [...scriptLanguages],
  async perform(work) {
    const { project, file, text, options, prove } = work;
    const { ts } = project;
    const constant = constantsIn(project, file).find(({ value }) => String(value) === options["value"]);
    if (!constant) return [];
    const source = project.source(file);
    const places = constant.places.filter((place) => !holdsComment(ts, text, place.getStart(source), place.end));
    const forms = places.map((place) => place.getText(source));
    const proved = await prove?.(forms.map((form) => [form, String(constant.value)] as const));
    if (proved?.includes(false)) throw new Error(`Algebra does not prove that ${forms.join(", ")} are equal.`);
    const known = constant.known?.name.getText(source);
    const name = known ?? (await newName(work, { ...constant, places }, source));
    const edits: TextEdit[] = places.map((place) => ({ start: place.getStart(source), end: place.end, text: name }));
    if (known === undefined && places.length > 0) {
      const longest = [...forms].sort((one, other) => other.length - one.length)[0]!;
      const value = /^\((.*)\)$/s.exec(longest)?.[1] ?? longest;
      const at = topOf(ts, source, text);
      const end = /;\s*$/m.test(text) ? ";" : "";
      edits.push({
        start: at.offset,
        end: at.offset,
        text: `${at.before}const ${name} = ${value}${end}\n${at.behind}`,
      });
    }
    return changesOf(file, edits);
  },
};

async function newName(work: Work, { value, places }: Constant, source: TS.SourceFile): Promise<string> {
  const { project, file, languageId, text, expert, pen, spend } = work;
  const isUpper = /^(?:export )?const [A-Z][A-Z0-9_]{2,}\b/m.test(text);
  const first = places[0]!;
  const lines = places.map((place) =>
    text.slice(lineStart(text, place.getStart(source)), lineEnd(text, place.end)).trim(),
  );
  const form = first.getText(source);
  const unnamed: Unnamed = {
    ...{ file, languageId, expert },
    ask: `${lines
      .slice(0, 4)
      .map((line) => `// ${line}`)
      .join("\n")}\n// The number in these lines has a name that says what it is.\nconst`,
    before: `${lines.slice(0, 4).join("\n")}\n\nconst `,
    pieces: ["", ` = ${form};\n`, `;\n`],
    candidates: [knownConstants.get(value) ?? "", "factor", "scale"].filter((name) => name !== ""),
    taken: namesUsed(project.ts, source).map((name) => (isUpper ? camel(wordsOf(name)) : name)),
  };
  // What everybody would call it needs no opinion.
  const better = await bestName(unnamed, knownConstants.has(value) ? null : pen, spend);
  return isUpper ? wordsOf(better).join("_").toUpperCase() : better;
}

/** Where a constant of the file goes: behind the imports, else at the top, below what is said of the whole file. */
function topOf(
  ts: TypeScript,
  source: TS.SourceFile,
  text: string,
): { readonly offset: number; readonly before: string; readonly behind: string } {
  let last: TS.Statement | null = null;
  for (const statement of source.statements) {
    const isDirective = ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression);
    const isRequired = ts.isVariableStatement(statement) && /=\s*require\(/.test(statement.getText(source));
    if (ts.isImportDeclaration(statement) || isDirective || isRequired) last = statement;
    else if (last !== null || !isDirective) break;
  }
  if (last !== null) return { offset: lineAfter(text, last.end), before: "\n", behind: "" };
  const [first] = source.statements;
  const [comment] = ts.getLeadingCommentRanges(text, first?.getFullStart() ?? 0) ?? [];
  if (!comment) return { offset: first?.getStart(source) ?? 0, before: "", behind: "\n" };
  const isOfFile = /^\r?\n[ \t]*\r?\n/.test(text.slice(comment.end));
  if (!isOfFile) return { offset: comment.pos, before: "", behind: "\n" };
  return { offset: lineAfter(text, comment.end), before: "\n", behind: "" };
}
