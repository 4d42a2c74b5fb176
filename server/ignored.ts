// Which files .gitignore and .coterieignore leave out, nested ones included.
import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import createIgnore, { type Ignore } from "ignore";
import { matchesGlob } from "./glob.ts";

const names = [".gitignore", ".coterieignore"] as const;
/** Larger ones are cut: no hand writes them. Bytes. */
const mostBytes = 256 * 1024;
/** Files remembered before all are forgotten. */
const mostRemembered = 1_000;

interface Lines {
  readonly mtimeMs: number;
  readonly size: number;
  readonly ignore: Ignore;
  /** Patterns that only the linear matcher may try. */
  readonly globs: readonly string[];
}

/** Remembers ignore files by path; one that changed is read again. */
export class IgnoreFiles {
  readonly #remembered = new Map<string, Lines>();

  /** Path of the ignore file that leaves `path` out, or null. Both absolute; files from folder `top` downwards count. */
  ignores(path: string, top: string): string | null {
    const steps = relative(top, path).split(sep);
    for (const name of names) {
      // As git does: the last file that says something decides, and nothing below an ignored folder comes back.
      const above: { readonly folder: string; readonly file: string; readonly lines: Lines }[] = [];
      for (let depth = 0; depth < steps.length; depth++) {
        const folder = join(top, ...steps.slice(0, depth));
        const file = join(folder, name);
        const lines = this.#read(file);
        if (lines) above.push({ folder, file, lines });
        const part = join(top, ...steps.slice(0, depth + 1));
        const slash = depth < steps.length - 1 ? "/" : "";
        let by: string | null = null;
        for (const each of above) {
          const within = relative(each.folder, part).replaceAll(sep, "/");
          const verdict = each.lines.ignore.test(within + slash);
          if (verdict.ignored || each.lines.globs.some((glob) => matchesGlob(glob, within))) by = each.file;
          else if (verdict.unignored) by = null;
        }
        if (by !== null) return by;
      }
    }
    return null;
  }

  #read(file: string): Lines | null {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!stat?.isFile()) {
      this.#remembered.delete(file);
      return null;
    }
    const known = this.#remembered.get(file);
    if (known?.mtimeMs === stat.mtimeMs && known.size === stat.size) return known;
    const lines = parse(readFileSync(file, "utf8").slice(0, mostBytes));
    if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
    const read = { ...lines, mtimeMs: stat.mtimeMs, size: stat.size };
    this.#remembered.set(file, read);
    return read;
  }
}

/** Where ignore files begin to count: the repository around the workspace folder, else that folder, else the file's own. */
export function topOf(path: string, root: string | null): string {
  const own = root ?? dirname(path);
  for (let folder = own; ; folder = dirname(folder)) {
    if (statSync(join(folder, ".git"), { throwIfNoEntry: false })) return folder;
    if (folder === dirname(folder)) return own;
  }
}

/**
 * The `ignore` package translates patterns to regular expressions, whose time grows with the power of the number of
 * wildcards, and these files may come from strangers. Patterns with many go to the linear matcher, classes and braces in
 * them read as "any character": that may leave out too much, never too little.
 */
function parse(text: string): { readonly ignore: Ignore; readonly globs: readonly string[] } {
  const all = text.split(/\r?\n/);
  const many = (line: string) => (line.match(/\*+/g)?.length ?? 0) > 4;
  const globs = all
    .filter((line) => many(line) && !/^[#!]/.test(line))
    .map((line) => line.trim().replace(/\\.|\[[^\]]*\]|[{}]/g, "?"))
    .map((line) => line.replace(/\/$/, ""));
  return { ignore: createIgnore().add(all.filter((line) => !many(line)).join("\n")), globs };
}
