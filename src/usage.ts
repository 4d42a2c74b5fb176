// What the editor's language services know of the code that is explained: where it is used, who calls it, what is wrong there.
import * as vscode from "vscode";
import type { Fact } from "../server/protocol.ts";

/** Most places and callers that are named. */
const mostNamed = 6;

/** Milliseconds that a language service is waited for: it may be loading a project. */
const patience = 4_000;

/** Facts about a range and, where it has one, the name that stands at a position. Rejects never: who does not answer adds nothing. */
export async function usageFacts(
  { uri }: vscode.TextDocument,
  range: vscode.Range,
  named: vscode.Position | null,
): Promise<readonly Fact[]> {
  const asked = named === null ? [] : [callers(uri, named), references(uri, named)];
  const found = await Promise.all(asked.map((each) => Promise.race([each.catch(() => []), late()])));
  return [...found.flat(), ...problems(uri, range)];
}

const late = () => new Promise<readonly Fact[]>((resolve) => setTimeout(() => resolve([]), patience));

async function callers(uri: vscode.Uri, position: vscode.Position): Promise<readonly Fact[]> {
  const items = await vscode.commands.executeCommand<vscode.CallHierarchyItem[] | undefined>(
    "vscode.prepareCallHierarchy",
    uri,
    position,
  );
  const [item] = items ?? [];
  if (!item) return [];
  const calls = await vscode.commands.executeCommand<vscode.CallHierarchyIncomingCall[] | undefined>(
    "vscode.provideIncomingCalls",
    item,
  );
  // Not the whole range, which may begin with a comment.
  const named = ({ from }: vscode.CallHierarchyIncomingCall) =>
    `${code(from.name)} (${placeOf(from.uri, from.selectionRange)})`;
  const names = [...new Set((calls ?? []).map(named))];
  return names.length === 0 ? [] : [{ name: "Called by", text: listed(names) }];
}

async function references(uri: vscode.Uri, named: vscode.Position): Promise<readonly Fact[]> {
  const found = await vscode.commands.executeCommand<vscode.Location[] | undefined>(
    "vscode.executeReferenceProvider",
    uri,
    named,
  );
  if (!found) return [];
  // Where it is declared it is not used.
  const uses = found.filter((each) => each.uri.toString() !== uri.toString() || !each.range.contains(named));
  const places = [...new Set(uses.map((each) => placeOf(each.uri, each.range)))];
  return [{ name: "Used", text: places.length === 0 ? "nowhere that the language service knows" : listed(places) }];
}

function problems(uri: vscode.Uri, range: vscode.Range): readonly Fact[] {
  const here = vscode.languages.getDiagnostics(uri).filter((each) => each.range.intersection(range) !== undefined);
  return here.slice(0, mostNamed).map(({ message, source, range: where }) => ({
    name: "Problem",
    text: `line ${where.start.line + 1}: ${message.replace(/\s+/g, " ")}${source === undefined ? "" : ` (${source})`}`,
  }));
}

const placeOf = (uri: vscode.Uri, { start }: vscode.Range) =>
  `${vscode.workspace.asRelativePath(uri)}:${start.line + 1}`;

const listed = (texts: readonly string[]) =>
  texts.slice(0, mostNamed).join(", ") + (texts.length > mostNamed ? ` and ${texts.length - mostNamed} more` : "");

const code = (text: string) => `\`${text.replace(/`/g, "'")}\``;
