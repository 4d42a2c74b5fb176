// What is wrong in files by the compiler and the grammars, so that a step can be held against it before and after.
import { isScript, type Project } from "./project.ts";

/** Errors by what they say, with how often they occur. */
export type Errors = ReadonlyMap<string, number>;

/** A package that is not installed is missing once, in however many files it is imported. Declarations that it lacks likewise. */
const missingPackage = /^TS(?:2307|2792|7016) [^']*'[^./']/;

/** Beyond so many source files only those that a step touches are looked at, and those that import them. */
const mostLookedAt = 150;

/** Files whose errors may change when `touched` change: all of the folder's where it is not too large. */
export function lookedAt(project: Project, touched: readonly string[]): readonly string[] {
  const scripts = touched.some(isScript) ? project.sources : [];
  const near = scripts.length <= mostLookedAt ? scripts : scripts.filter((file) => mayImport(project, file, touched));
  return [...new Set([...touched, ...near])].sort();
}

/** Whether a file names one of the others as imports do: sometimes too much, never too little. */
function mayImport(project: Project, file: string, others: readonly string[]): boolean {
  const text = project.text(file) ?? "";
  return others.some((other) => {
    const [name = "", folder = "."] = other
      .replace(/(\.d)?\.[cm]?[jt]sx?$/, "")
      .split("/")
      .reverse();
    const ways = name === "index" ? [name, folder] : [name];
    return ways.some((way) => new RegExp(`[/"']${way.replace(/\W/g, "\\$&")}(\\.[cm]?[jt]sx?)?/?["']`).test(text));
  });
}

export async function errorsIn(
  project: Project,
  files: readonly string[],
  languageOf: (file: string) => string,
): Promise<Errors> {
  const errors = new Map<string, number>();
  const add = (what: string, count = 1) =>
    errors.set(what, missingPackage.test(what) ? 1 : (errors.get(what) ?? 0) + count);
  for (const file of files) {
    const text = project.text(file);
    if (text === null) continue;
    if (!isScript(file)) {
      const faults = await project.syntax.faults(file, languageOf(file), text);
      if (faults) add(`${file}: syntax errors`, faults);
      continue;
    }
    const path = project.absolute(file);
    const { ts, service } = project;
    if (!service.getProgram()?.getSourceFile(path)) continue;
    for (const each of [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)]) {
      if (each.category === ts.DiagnosticCategory.Error) {
        // Not the file: what moves takes its errors along.
        add(`TS${each.code} ${ts.flattenDiagnosticMessageText(each.messageText, " ").slice(0, 200)}`);
      }
    }
  }
  return errors;
}

/** What is there now and was not before, or more often, in words. */
export function worse(before: Errors, after: Errors): readonly string[] {
  return [...after].filter(([what, count]) => count > (before.get(what) ?? 0)).map(([what]) => what);
}
