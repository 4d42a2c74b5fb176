// The grammars of tree-sitter: which language has one, and loading it when it is first needed.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Language, Parser } from "web-tree-sitter";

/** Where the parser lies, compiled to WebAssembly. */
export interface GrammarFiles {
  /** The runtime's file. */
  readonly runtime: string;
  /** The folder of tree-sitter-NAME.wasm. */
  readonly folder: string;
}

/** Language id -> the grammar's name. C is read as C++, of which it is nearly a part. */
const names: Readonly<Record<string, string>> = {
  typescript: "typescript",
  typescriptreact: "tsx",
  javascript: "javascript",
  javascriptreact: "javascript",
  python: "python",
  go: "go",
  rust: "rust",
  java: "java",
  csharp: "c-sharp",
  cpp: "cpp",
  c: "cpp",
  php: "php",
  ruby: "ruby",
  css: "css",
  shellscript: "bash",
  powershell: "powershell",
  ini: "ini",
};

/** Names of all grammars that are used. */
export const grammarNames: readonly string[] = [...new Set(Object.values(names))];

/**
 * Loads each grammar once; 0.1 to 5 MB each. None can be unloaded again, that is not in the nature of the parser: all of
 * them together take 21 MB, so those that a user's languages need are simply kept.
 */
export class Grammars {
  readonly #files: GrammarFiles;
  readonly #onTrouble: (message: string) => void;
  readonly #languages = new Map<string, Promise<Language | null>>();
  #runtime: Promise<void> | null = null;

  /** `onTrouble` hears, once a grammar, that one cannot be loaded; its language is then read as if it had none. */
  constructor(files: GrammarFiles, onTrouble: (message: string) => void) {
    this.#files = files;
    this.#onTrouble = onTrouble;
  }

  /** The grammar of a language, or null where there is none. */
  load(languageId: string): Promise<Language | null> {
    const name = Object.hasOwn(names, languageId) ? names[languageId] : undefined;
    if (name === undefined) return Promise.resolve(null);
    const known = this.#languages.get(name);
    if (known) return known;
    const loading = this.#load(name).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      this.#onTrouble(`The grammar for ${languageId} cannot be loaded, so that regions are less exact: ${why}`);
      return null;
    });
    this.#languages.set(name, loading);
    return loading;
  }

  async #load(name: string): Promise<Language> {
    const { runtime, folder } = this.#files;
    this.#runtime ??= Parser.init({ locateFile: () => runtime });
    await this.#runtime;
    return Language.load(await readFile(join(folder, `tree-sitter-${name}.wasm`)));
  }
}
