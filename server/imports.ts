// What a file imports from its neighbours, and what a neighbour's declaration looks like to who uses it. By lines, for JavaScript
// and its kin and for Python. Pure.
import { posix } from "node:path";

/** One import of a file of the same project. */
export interface Imported {
  /** Paths that it may mean, relative to the workspace with "/", the likeliest first. */
  readonly paths: readonly string[];
  readonly names: readonly string[];
}

const scripts = new Set(["typescript", "typescriptreact", "javascript", "javascriptreact"]);
const endings = [".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", "/index.ts", "/index.tsx", "/index.js"];
const fromScript =
  /^(?:import|export)\s+(?:type\s+)?(?:([\w$]+)\s*,?\s*)?(?:\{([^}]*)\}\s*)?from\s+['"](\.[^'"\n]+)['"]|^(?:const|let|var)\s+(?:([\w$]+)|\{([^}]*)\})\s*=\s*require\(\s*['"](\.[^'"\n]+)['"]\s*\)/gm;
const fromPython = /^from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(?:\(([^)]*)\)|([^(\n]+))$/gm;

/** Whether imports of a language are known. */
export function importsKnown(languageId: string): boolean {
  return scripts.has(languageId) || languageId === "python";
}

/** The imports of a text from files of its own project. @param path of the text, relative to the workspace */
export function importsOf(text: string, path: string, languageId: string): readonly Imported[] {
  const folder = posix.dirname(path);
  if (languageId === "python") {
    return [...text.matchAll(fromPython)].map(([, module = "", many, few]) => ({
      paths: pythonPaths(folder, module),
      names: namesIn(many ?? few ?? ""),
    }));
  }
  if (!scripts.has(languageId)) return [];
  return [...text.matchAll(fromScript)].map((found) => {
    const bare = posix.join(folder, found[3] ?? found[6]!).replace(/\.[mc]?[jt]sx?$/, "");
    const whole = found[1] ?? found[4];
    return {
      paths: endings.map((ending) => bare + ending),
      names: [...(whole === undefined ? [] : [whole]), ...namesIn(found[2] ?? found[5] ?? "")],
    };
  });
}

/** `.a.b` is beside the file, `..a` a folder above, `a.b` below the workspace or beside the package that the file is in. */
function pythonPaths(folder: string, module: string): string[] {
  const [, dots, name] = /^(\.*)(.*)$/.exec(module)!;
  const way = name!.replaceAll(".", "/");
  const above = Array<string>(Math.max(0, dots!.length - 1)).fill("..");
  const bases = dots === "" ? ["", "src", posix.dirname(folder)] : [posix.join(folder, ...above)];
  return bases.flatMap((base) => [`${posix.join(base, way)}.py`, posix.join(base, way, "__init__.py")]);
}

/** The names of an import's list as the other file calls them. */
function namesIn(list: string): string[] {
  const names = list
    .replace(/#.*$|\/\/.*$/gm, "")
    .split(",")
    .map((each) => each.trim().replace(/^type\s+/, ""));
  return names
    .map((each) => each.split(/\s+as\s+|\s*:\s*/)[0]!)
    .filter((each) => /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(each));
}

/** Lines of a declaration that are told, methods of a class among them. */
const mostLines = 8;
/** Lines that a class is searched for. */
const mostSearched = 300;

/** The declaration of a name at the top of a text, without bodies; null where there is none. */
export function signatureOf(text: string, name: string, languageId: string): string | null {
  const escaped = name.replace(/\$/g, "\\$&");
  const declared =
    languageId === "python"
      ? new RegExp(`^(?:async )?(?:def|class) ${escaped}(?![\\w$])`, "m")
      : new RegExp(
          `^(?:export )?(?:default )?(?:declare )?(?:abstract )?(?:async )?(?:function\\*?|class|const|let|var|interface|type|enum) ${escaped}(?![\\w$])`,
          "m",
        );
  const found = declared.exec(text);
  if (found === null) return null;
  const lines = text.slice(found.index).split(/\r?\n/, mostSearched);
  return languageId === "python" ? ofPython(lines) : ofScript(lines);
}

function ofPython([head = "", ...lines]: readonly string[]): string {
  if (!head.startsWith("class")) return `${upTo([head, ...lines], /:\s*(#.*)?$/).replace(/:\s*(#.*)?$/, "")}: ...`;
  const end = lines.findIndex((line) => /^\S/.test(line));
  const methods = (end < 0 ? lines : lines.slice(0, end)).filter((line) => /^ {4}(?:async )?def (?!_)/.test(line));
  const told = methods.slice(0, mostLines - 2).map((line) => `${line.replace(/:?\s*(#.*)?$/, "")}: ...`);
  return told.length === 0 ? `${head.replace(/:\s*(#.*)?$/, "")}: ...` : [head, ...told].join("\n");
}

const method =
  /^ {2}(?:(?:public|static|async|get|set) )*(?!if|for|while|switch|return|constructor)[\w$]+(?:<[^>]*>)?\([^)]*\)[^;]*\{\s*$/;

function ofScript([head = "", ...lines]: readonly string[]): string {
  if (/\bclass\b/.test(head)) {
    if (/\}\s*$/.test(head)) return head;
    const end = lines.findIndex((line) => line.startsWith("}"));
    const methods = (end < 0 ? lines : lines.slice(0, end)).filter((line) => method.test(line));
    return [head, ...methods.slice(0, mostLines - 2).map((line) => line.replace(/\s*\{\s*$/, ";")), "}"].join("\n");
  }
  // A type of several lines ends where a line ends at the margin.
  if (/\b(?:interface|type|enum)\b/.test(head) && !/[;}]\s*$/.test(head))
    return [head, upTo(lines, /^[}\])]|^\s+\|.*;\s*$/)].join("\n");
  if (/\b(?:interface|type|enum)\b/.test(head)) return head;
  return upTo([head, ...lines], /[{;]\s*$|=>/).replace(/\s*\{\s*$/, ";");
}

/** The lines up to the first that fits, at most `mostLines`. */
function upTo(lines: readonly string[], end: RegExp): string {
  const last = lines.slice(0, mostLines).findIndex((line) => end.test(line));
  return lines.slice(0, last < 0 ? mostLines : last + 1).join("\n");
}
