// Which files .gitignore and .coterieignore leave out, nested ones included.
import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import createIgnore, { type Ignore } from "ignore";
import { matchesGlob } from "./glob.ts";

/** Larger ones are cut: no hand writes them. Bytes. */
const mostBytes = 256 * 1024;
/** Files remembered before all are forgotten. */
const mostRemembered = 1_000;

/** An ignore file as it was read. */
interface Lines {
  readonly file: string;
  /** Changes with the file. */
  readonly stamp: string;
  readonly lines: readonly string[];
  /** Patterns that only the linear matcher may try. */
  readonly globs: readonly string[];
}

/** Remembers ignore files by path; one that changed is read again. */
export class IgnoreFiles {
  readonly #remembered = new Map<string, Lines>();
  /** Of the files from some top, where their patterns are rebased to, down to some folder. */
  readonly #together = new Map<string, Ignore>();

  /** Path of the ignore file that leaves `path` out, or null. Absolute; `root` is the workspace folder, if there is one. */
  ignores(path: string, root: string | null): string | null {
    // What a repository ignores is its own affair, also of one inside of another; the other file is about the workspace.
    const own = root ?? dirname(path);
    return (
      this.#by(".gitignore", path, repositoryOf(dirname(path)) ?? own) ??
      this.#by(".coterieignore", path, repositoryOf(own) ?? own)
    );
  }

  #by(name: string, path: string, top: string): string | null {
    const steps = relative(top, path).split(sep);
    const folders = steps.map((_, depth) => join(top, ...steps.slice(0, depth)));
    const files = folders.flatMap((folder) => this.#read(join(folder, name)) ?? []);
    if (files.length === 0) return null;
    const { ignored, rule } = this.#joined(files, top).test(steps.join("/"));
    if (ignored) return rule?.mark ?? files[0]!.file;
    for (const { file, globs } of files) {
      const within = relative(dirname(file), path).split(sep);
      const isOut = within.some((_, depth) => {
        const part = within.slice(0, depth + 1).join("/");
        return globs.some((glob) => matchesGlob(glob, part));
      });
      if (isOut) return file;
    }
    return null;
  }

  /** All their patterns as if they stood at the top, where the last one decides and nothing below an ignored folder comes back. */
  #joined(files: readonly Lines[], top: string): Ignore {
    const key = [top, ...files.map(({ file, stamp }) => `${file}:${stamp}`)].join("\n");
    let ignore = this.#together.get(key);
    if (ignore === undefined) {
      if (this.#together.size >= mostRemembered) this.#together.clear();
      // On Linux git tells capital letters from small ones.
      ignore = createIgnore({ ignorecase: process.platform !== "linux" });
      for (const { file, lines } of files) {
        const folder = relative(top, dirname(file)).split(sep).join("/");
        ignore.add(lines.map((line) => ({ pattern: rebased(line, folder), mark: file })));
      }
      this.#together.set(key, ignore);
    }
    return ignore;
  }

  #read(file: string): Lines | null {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!stat?.isFile()) {
      this.#remembered.delete(file);
      return null;
    }
    const stamp = `${stat.mtimeMs}-${stat.size}`;
    const known = this.#remembered.get(file);
    if (known?.stamp === stamp) return known;
    if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
    const read = { file, stamp, ...parse(readFileSync(file, "utf8").slice(0, mostBytes)) };
    this.#remembered.set(file, read);
    return read;
  }
}

/** The nearest folder at or above one that is a git repository, or null. */
function repositoryOf(start: string): string | null {
  for (let folder = start; ; folder = dirname(folder)) {
    if (statSync(join(folder, ".git"), { throwIfNoEntry: false })) return folder;
    if (folder === dirname(folder)) return null;
  }
}

/** A pattern of a file in a folder, as it would have to stand at the top. */
function rebased(line: string, folder: string): string {
  if (folder === "") return line;
  const [, not = "", pattern = ""] = /^(!?)(.*)$/.exec(line) ?? [];
  const escaped = folder.replace(/[\\*?[\]!#]/g, "\\$&");
  // One with a slash before its end is about one place, any other about every folder below.
  const isAnchored = /\/(?=.*[^/\s])/.test(pattern);
  return `${not}/${escaped}/${isAnchored ? pattern.replace(/^\//, "") : `**/${pattern}`}`;
}

/**
 * The `ignore` package translates patterns to regular expressions, whose time grows with the power of the number of
 * wildcards, and these files may come from strangers. Patterns with many go to the linear matcher, classes and braces in
 * them read as "any character": that may leave out too much, never too little.
 */
function parse(text: string): Pick<Lines, "lines" | "globs"> {
  const all = text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const many = (line: string) => (line.match(/\*+/g)?.length ?? 0) > 4;
  const globs = all
    .filter((line) => many(line) && !line.startsWith("!"))
    .map((line) => line.trim().replace(/\\.|\[[^\]]*\]|[{}]/g, "?"))
    .map((line) => line.replace(/\/$/, ""));
  return { lines: all.filter((line) => !many(line)), globs };
}
