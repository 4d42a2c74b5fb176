// The only door to files: what may be read into a prompt, what a plan may edit, and why not.
import { accessSync, constants, lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { URI } from "vscode-uri";
import { guardedIn } from "./guarded.ts";
import { IgnoreFiles } from "./ignored.ts";
import { secretIn } from "./secret.ts";

export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly why: string };

/** Most characters of a document that is answered in. */
const mostCharacters = 10_000_000;
const allowed: Verdict = { allowed: true };

/** Answers whether files may be read; remembers ignore files between questions. */
export class Access {
  readonly #ignoreFiles = new IgnoreFiles();

  /**
   * Whether a document may be completed in and read from: it is refused when its name, a folder above it or what a symbolic
   * link leads to is on the secret list or left out by an ignore file. `file` is a URI or an absolute path, `roots` the
   * workspace folders as URIs or paths. Documents that are on no disk are judged by their name.
   */
  mayRead(file: string, roots: readonly string[]): Verdict {
    const path = pathOf(file);
    const folders = roots.map(pathOf);
    // Untitled documents have a bare name, virtual file systems a path that is not on this disk.
    if (!onDisk(file)) return judged(secretIn(path, below(path, folders)));
    const given = resolve(path);
    const bases = folders.map((folder) => resolve(folder));
    const first = this.#judge(given, bases);
    if (!first.allowed) return first;
    const real = realPath(given);
    return real === given ? first : this.#judge(real, [...bases, ...bases.map(realPath)]);
  }

  /**
   * Whether a plan may edit or make a file: only inside a workspace folder, by its path and by where links lead, never what
   * is guarded, secret or ignored. To be asked again at the moment of applying. No confirmation lifts a refusal.
   */
  mayEdit(file: string, roots: readonly string[]): Verdict {
    if (!onDisk(file)) return judged("it is not on this disk");
    const given = resolve(pathOf(file));
    const bases = roots.map((root) => resolve(pathOf(root)));
    const within = bases.filter((base) => holds(base, given)).sort((a, b) => b.length - a.length)[0];
    if (within === undefined) return judged("it is outside the workspace");
    const [real, home] = [realPath(given), realPath(within)];
    if (!holds(home, real)) return judged("a link leads outside the workspace");
    for (const path of [relative(within, given), relative(home, real)]) {
      const why = guardedIn(path.split(sep).join("/"));
      if (why !== null) return judged(why);
    }
    const readable = this.mayRead(file, roots);
    if (!readable.allowed) return readable;
    const stat = lstatSync(real, { throwIfNoEntry: false });
    if (stat && !stat.isFile()) return judged("it is not a plain file");
    return stat && !writable(real) ? judged("it is read-only") : allowed;
  }

  #judge(path: string, roots: readonly string[]): Verdict {
    const slashed = path.split(sep).join("/");
    const secret = secretIn(
      slashed,
      below(
        slashed,
        roots.map((root) => root.split(sep).join("/")),
      ),
    );
    if (secret !== null) return judged(secret);
    const root = roots.filter((one) => holds(one, path)).sort((a, b) => b.length - a.length)[0] ?? null;
    const by = this.#ignoreFiles.ignores(path, root);
    return judged(by === null ? null : `${relative(root ?? dirname(path), by)} leaves this file out`);
  }
}

/** Whether a document's text can be worked with at all. */
export function mayUse(text: string): Verdict {
  if (text.length > mostCharacters) {
    return judged(`this document has more than ${mostCharacters / 1_000_000} million characters`);
  }
  return judged(text.includes("\0") ? "this looks like a binary file: it holds NUL characters" : null);
}

function judged(why: string | null): Verdict {
  return why === null ? allowed : { allowed: false, why };
}

/** A cell's URI carries the path of its notebook, which is what counts. */
const diskSchemes = new Set(["file", "vscode-notebook-cell"]);

function isUri(file: string): boolean {
  // One letter before the colon is a Windows drive.
  return /^[a-z][a-z0-9+.-]+:/i.test(file);
}

function onDisk(file: string): boolean {
  if (!isUri(file)) return true;
  const uri = URI.parse(file);
  return diskSchemes.has(uri.scheme) && uri.path.startsWith("/");
}

function pathOf(file: string): string {
  if (!isUri(file)) return file;
  const uri = URI.parse(file);
  if (!diskSchemes.has(uri.scheme)) return uri.path;
  // In a remote window cells name the remote ("ssh-remote+host") as authority; the server runs there already.
  return uri.with({ scheme: "file", authority: uri.authority.includes("+") ? "" : uri.authority }).fsPath;
}

function holds(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && !way.startsWith(`..${sep}`) && way !== ".." && resolve(folder, way) === path;
}

/** The part of a slashed path inside the innermost folder that holds it, else all of it. */
function below(path: string, folders: readonly string[]): string {
  const lengths = folders.map((folder) => (path.startsWith(`${folder.replace(/\/$/, "")}/`) ? folder.length : 0));
  return path.slice(Math.max(0, ...lengths));
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return (lstatSync(path).mode & 0o222) !== 0;
  } catch {
    // Not there any more counts as not to be written: applying looks again and says so.
    return false;
  }
}

/** Where links lead. A file that does not exist yet lies where its nearest existing folder leads. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const parent = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || parent === path) return path;
    return join(realPath(parent), basename(path));
  }
}
