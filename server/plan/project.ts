// The files of one workspace folder as the language service sees them: from the disk or, where a step has changed them, from here.
import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type TS from "typescript";
import type { Syntax } from "../syntax/syntax.ts";
import { decode } from "./bytes.ts";
import { scriptsBelow } from "./sources.ts";

export type TypeScript = typeof TS;

export interface ProjectOptions {
  /** Path of the workspace folder, canonical. */
  readonly root: string;
  readonly ts: TypeScript;
  readonly syntax: Syntax;
  /** The text of a file that is open in an editor, by its path in the folder; undefined where the disk holds it. */
  readonly open?: (file: string) => string | undefined;
}

/** Loads the compiler: 9 MB of JavaScript, so not before a plan needs it. */
export async function loadTypeScript(): Promise<TypeScript> {
  const module = (await import("typescript")) as unknown as { readonly default?: TypeScript } & TypeScript;
  return module.default ?? module;
}

/** Larger projects are looked at file by file only. */
const mostFiles = 2_000;
/** Most files beside those that the configuration names. */
const mostBeside = 500;

export class Project {
  readonly root: string;
  readonly ts: TypeScript;
  readonly syntax: Syntax;
  readonly service: TS.LanguageService;
  readonly #open: (file: string) => string | undefined;
  /** What plans have made of files; null stands for a file that is gone. */
  readonly #overlay = new Map<string, string | null>();
  readonly #versions = new Map<string, { readonly version: number; readonly text: string }>();
  readonly #roots = new Set<string>();
  readonly #options: TS.CompilerOptions;

  /** @param files paths in the folder that the plan is about */
  constructor({ root, ts, syntax, open }: ProjectOptions, files: readonly string[]) {
    this.root = root;
    this.ts = ts;
    this.syntax = syntax;
    this.#open = open ?? (() => undefined);
    const configured = this.#readConfig(files[0] ?? "");
    this.#options = { ...configured.options, noEmit: true, skipLibCheck: true, allowJs: true };
    const built = [this.#options.outDir, this.#options.declarationDir].filter((folder) => folder !== undefined);
    const beside = scriptsBelow(root, mostBeside).filter(
      (path) => !built.some((folder) => path.startsWith(`${folder}/`)),
    );
    for (const name of configured.fileNames.slice(0, mostFiles)) this.#roots.add(name);
    for (const name of beside) this.#roots.add(name);
    for (const file of files) if (isScript(file)) this.#roots.add(this.absolute(file));
    this.service = ts.createLanguageService(this.#host(), ts.createDocumentRegistry());
  }

  absolute(file: string): string {
    return join(this.root, ...file.split("/"));
  }

  /** Path in the folder; null for what lies outside it. */
  relative(path: string): string | null {
    const way = relative(this.root, path).split(sep).join("/");
    return way === "" || way.startsWith("../") || way === ".." ? null : way;
  }

  /** The text of a file, without byte order mark; null where there is none. */
  text(file: string): string | null {
    const known = this.#overlay.get(file);
    if (known !== undefined) return known;
    const opened = this.#open(file);
    if (opened !== undefined) return opened;
    try {
      return decode(readFileSync(this.absolute(file))).text;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return null;
      throw error;
    }
  }

  /** From now on the file reads so; null: it is gone; undefined: what disk or editor hold. */
  set(file: string, text: string | null | undefined): void {
    if (text === undefined) this.#overlay.delete(file);
    else this.#overlay.set(file, text);
    if (isScript(file) && this.text(file) !== null) this.#roots.add(this.absolute(file));
    else this.#roots.delete(this.absolute(file));
  }

  /** What `look` finds while the file reads so; then it reads as before. */
  async trying<T>(file: string, text: string, look: () => Promise<T>): Promise<T> {
    const before = this.#overlay.get(file);
    this.set(file, text);
    try {
      return await look();
    } finally {
      this.set(file, before);
    }
  }

  source(file: string): TS.SourceFile {
    const source = this.service.getProgram()?.getSourceFile(this.absolute(file));
    if (!source) throw new Error(`${file} is not part of the program.`);
    return source;
  }

  /** The folder's own source files in the program, as paths in it. */
  get sources(): readonly string[] {
    const names = this.service.getProgram()?.getSourceFiles() ?? [];
    const own = names.filter(({ fileName }) => !fileName.includes("/node_modules/"));
    return own.flatMap(({ fileName }) => this.relative(fileName) ?? []).sort();
  }

  #readConfig(file: string): { readonly options: TS.CompilerOptions; readonly fileNames: readonly string[] } {
    const { ts } = this;
    const plain = {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
    };
    for (let folder = dirname(this.absolute(file)); this.relative(folder) !== null || folder === this.root; ) {
      for (const name of ["tsconfig.json", "jsconfig.json"]) {
        const path = join(folder, name);
        if (!ts.sys.fileExists(path)) continue;
        const { config } = ts.readConfigFile(path, ts.sys.readFile);
        const parsed = ts.parseJsonConfigFileContent(config ?? {}, ts.sys, folder);
        return { options: parsed.options, fileNames: parsed.fileNames.filter((each) => this.relative(each) !== null) };
      }
      if (folder === this.root) break;
      folder = dirname(folder);
    }
    return { options: plain, fileNames: [] };
  }

  #host(): TS.LanguageServiceHost {
    const { ts } = this;
    const textAt = (path: string): string | undefined => {
      const file = this.relative(path);
      return (file === null ? ts.sys.readFile(path) : this.text(file)) ?? undefined;
    };
    return {
      getCompilationSettings: () => this.#options,
      getScriptFileNames: () => [...this.#roots],
      getScriptVersion: (path) => {
        const text = textAt(path) ?? "";
        const known = this.#versions.get(path);
        if (known?.text === text) return String(known.version);
        const version = (known?.version ?? 0) + 1;
        this.#versions.set(path, { version, text });
        return String(version);
      },
      getScriptSnapshot: (path) => {
        const text = textAt(path);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => this.root,
      getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
      fileExists: (path) => {
        const file = this.relative(path);
        const known = file === null ? undefined : this.#overlay.get(file);
        return known === undefined ? ts.sys.fileExists(path) : known !== null;
      },
      readFile: (path) => textAt(path),
      readDirectory: ts.sys.readDirectory,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      realpath: (path) => ts.sys.realpath?.(path) ?? path,
    };
  }
}

export function isScript(file: string): boolean {
  return /\.([cm]?[jt]s|[jt]sx)$/.test(file);
}
