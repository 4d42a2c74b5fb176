// The workspace folders, and which of them a document belongs to.
import { URI } from "vscode-uri";
import { isIn, type Root } from "./context.ts";

export class Workspace {
  #roots: readonly Root[] = [];

  get roots(): readonly Root[] {
    return this.#roots;
  }

  /** Paths of the folders that are on this disk. */
  get folders(): readonly string[] {
    return this.#roots.flatMap((root) => folderOf(root) ?? []);
  }

  set(roots: readonly Root[]): void {
    this.#roots = roots;
  }

  change(added: readonly Root[], removed: readonly Root[]): void {
    const gone = new Set(removed.map(({ uri }) => uri));
    this.#roots = [...this.#roots.filter(({ uri }) => !gone.has(uri)), ...added];
  }

  /** The innermost folder that holds a document, or null. */
  rootOf(uri: string): Root | null {
    const holding = this.#roots.filter((root) => isIn(uri, root));
    return holding.sort((a, b) => b.uri.length - a.uri.length)[0] ?? null;
  }
}

/** The folder's path where it is on this disk, else null. */
export function folderOf(root: Root | null): string | null {
  return root && URI.parse(root.uri).scheme === "file" ? URI.parse(root.uri).fsPath : null;
}

/** The name of a folder that has come without one. */
export function nameOf(uri: string): string {
  return decodeURIComponent(uri.replace(/\/$/, "").split("/").at(-1) ?? "");
}
