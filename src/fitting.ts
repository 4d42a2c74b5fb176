// From an editor's list of suggestions to the names that may be written. Pure.

export interface Suggestion {
  readonly label: string;
  /** Name of its kind, such as "Method". */
  readonly kind: string;
  /** What would be inserted, where that is not the label. */
  readonly inserted: string | undefined;
  readonly detail: string | undefined;
  readonly sortText: string | undefined;
}

/** No names, or words that stand somewhere in the text. */
const never = new Set(["Text", "Snippet", "File", "Folder", "Color", "User", "Issue"]);

/**
 * The names among suggestions, each once: those of members and imports ("only"), or of all that is in scope, with the
 * language's own words ("else"). What would have to be imported first is none.
 */
export function fittingNames(suggestions: readonly Suggestion[], kind: "only" | "else"): string[] {
  const names = new Set<string>();
  for (const { label, kind: own, inserted, detail, sortText } of suggestions) {
    if (never.has(own) || (kind === "only" && own === "Keyword")) continue;
    if (detail?.startsWith("Emmet") || sortText?.startsWith("\uffff")) continue;
    const name = /^#?[\p{L}_$][\p{L}\p{N}_$]*/u.exec(label)?.[0];
    // Some services insert the dot anew. Where something else is inserted ("?.name", '["a-b"]'), the name alone would be wrong.
    const written = inserted?.replace(/^\./, "") ?? name;
    if (name !== undefined && written?.startsWith(name)) names.add(name);
  }
  return [...names];
}
