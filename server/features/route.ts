// coterie/route: which expert would answer here, and what else was considered.
import type { TextDocument } from "vscode-languageserver-textdocument";
import { gather, type Root } from "../context.ts";
import type { RouteParams, RouteResult } from "../protocol.ts";
import { type Rule, route } from "../route.ts";

/** What routing needs from the rest of the server. */
export interface RouteSurroundings {
  document(uri: string): TextDocument | undefined;
  root(uri: string): Root | null;
  rules(uri: string): readonly Rule[];
  /** Ids of the experts that can answer. */
  installed(): readonly string[];
}

/** @throws Error when the document is not open here. */
export function explainRoute({ uri, position, task }: RouteParams, around: RouteSurroundings): RouteResult {
  const document = around.document(uri);
  if (!document) throw new Error(`${uri} is not open in the language server. Open it in an editor and try again.`);
  const scope = gather(document, position, around.root(uri));
  const { region, languageId } = scope;
  return { ...route(task, scope, around.rules(uri), around.installed()), region, languageId };
}
