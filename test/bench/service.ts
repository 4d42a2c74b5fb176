// What TypeScript's language service says of a function, to hold our facts against: as an editor asks it, with a file on its own.
import ts from "typescript";

export interface Served {
  /** Names of the parameters, in order; null where one is a pattern. */
  readonly parameters: readonly string[] | null;
  /** What it calls, as far as that is found in the file or in the language's library. */
  readonly calls: readonly string[];
}

/** Libraries are read once for all files. */
const registry = ts.createDocumentRegistry();

/** @param offset of the function's name @returns null where the service knows no function there */
export function toldByService(text: string, path: string, offset: number): Served | null {
  const file = `/${path}`;
  const read = (name: string) => (name === file ? text : ts.sys.readFile(name));
  const service = ts.createLanguageService(
    {
      getCompilationSettings: () => ({ allowJs: true, noResolve: true, target: ts.ScriptTarget.ESNext }),
      getScriptFileNames: () => [file],
      getScriptVersion: () => "0",
      getScriptSnapshot: (name) => {
        const found = read(name);
        return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
      },
      getCurrentDirectory: () => "/",
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: (name) => name === file || ts.sys.fileExists(name),
      readFile: read,
    },
    registry,
  );
  try {
    const parts = service.getQuickInfoAtPosition(file, offset)?.displayParts;
    const item = service.prepareCallHierarchy(file, offset);
    if (!parts || !item) return null;
    const calls = service.provideCallHierarchyOutgoingCalls(file, offset).map(({ to }) => to.name);
    return { parameters: parametersIn(parts), calls: [...new Set(calls)] };
  } finally {
    service.dispose();
  }
}

/** Names at the first depth of brackets: those of functions that are parameters' types are deeper. */
function parametersIn(parts: readonly ts.SymbolDisplayPart[]): readonly string[] | null {
  // Before the name stand brackets of their own: "(method)".
  const begins = parts.findIndex(({ kind }) =>
    /^(?:function|method|class|property|local|alias|parameter)Name$/.test(kind),
  );
  const names: string[] = [];
  let depth = 0;
  for (const { text, kind } of parts.slice(begins + 1)) {
    if (/^[([{<]$/.test(text)) depth++;
    if (/^[)\]}>]$/.test(text) && --depth === 0 && text === ")") return names;
    if (kind === "parameterName" && depth === 1) names.push(text);
    if (text === "{" && depth === 2 && names.length === 0) return null;
  }
  return names.length > 0 ? names : null;
}
