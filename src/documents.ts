// Which documents the server is told about.

/** Written in by users although no file system stands behind them. */
const withoutFileSystem: readonly string[] = ["untitled", "vscode-notebook-cell", "vscode-interactive-input"];

/**
 * Whether a document of this URI scheme is one that somebody writes: on disk, untitled, a notebook's cell, or in a
 * writable virtual file system. Output, logs, git's older versions and documents made up by extensions are not.
 * @param writable what the editor says of the scheme's file system; undefined when there is none.
 */
export function isWritten(scheme: string, writable: boolean | undefined): boolean {
  return scheme === "file" || withoutFileSystem.includes(scheme) || writable === true;
}

export type Languages = Readonly<Record<string, boolean>>;

/** Whether completions are on for a language; "*" stands for those that are not named. */
export function isOn(languages: Languages, languageId: string): boolean {
  return (Object.hasOwn(languages, languageId) ? languages[languageId] : languages["*"]) !== false;
}
