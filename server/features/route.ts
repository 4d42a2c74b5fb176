// coterie/route: which expert would answer here, and what else was considered.
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Root } from "../context.ts";
import type { RouteParams, RouteResult } from "../protocol.ts";
import { type Rule, route } from "../route.ts";
import type { Syntax } from "../syntax/syntax.ts";

/** What routing needs from the rest of the server. */
export interface RouteSurroundings {
  readonly syntax: Syntax;
  document(uri: string): TextDocument | undefined;
  root(uri: string): Root | null;
  rules(uri: string): readonly Rule[];
  /** Ids of the experts that can answer. */
  installed(): readonly string[];
  /** Why an expert that is there does not answer at the moment, in words; null for all others. */
  absent(expert: string): string | null;
}

/** @throws Error when the document is not open here. */
export async function explainRoute(
  { uri, position, task }: RouteParams,
  around: RouteSurroundings,
): Promise<RouteResult> {
  const document = around.document(uri);
  if (!document) throw new Error(`${uri} is not open in the language server. Open it in an editor and try again.`);
  const scope = await around.syntax.scope(document, position, around.root(uri));
  const { region, languageId } = scope;
  const found = route(task, scope, around.rules(uri), around.installed());
  const why = found.wanted === null ? null : around.absent(found.wanted);
  return { ...found, ...(why === null ? {} : { absent: why }), region, languageId };
}
