// Where completions are not wanted or not allowed, and why.
import type { TextDocument } from "vscode-languageserver-textdocument";
import { mayUse } from "../access.ts";
import type { Region, Settings } from "../protocol.ts";
import { enabledFor } from "../settings.ts";
import type { Around } from "./around.ts";

/** Regions that have a switch of their own. */
const quiet: ReadonlySet<Region> = new Set<Region>(["comment", "docstring", "string"]);

/** Whether completions that nobody asked for are switched off in a region. */
export const isQuiet = (region: Region, settings: Settings) => !settings.commentsAndStrings && quiet.has(region);

/** Why nothing may be completed in a document, or null. */
export function refusal(
  document: TextDocument,
  settings: Settings,
  { mayRead }: Pick<Around, "mayRead">,
): string | null {
  if (!settings.enable) return "completions are switched off";
  if (!enabledFor(document.languageId, settings)) return `completions are switched off for ${document.languageId}`;
  const access = mayRead(document.uri);
  if (!access.allowed) return access.why;
  const usable = mayUse(document.getText());
  return usable.allowed ? null : usable.why;
}
