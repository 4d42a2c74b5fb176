// Asks the product at member accesses, with and without the names that TypeScript offers.
import { TextDocument } from "vscode-languageserver-textdocument";
import { answer, type Crew } from "../../server/answer.ts";
import { openEngine } from "../../server/engine/open.ts";
import { engineOptions, installed } from "../../server/installation.ts";
import type { Settings } from "../../server/protocol.ts";
import { Roster } from "../../server/roster.ts";
import { finished } from "../../server/saying.ts";
import { patientSyntax } from "./ask.ts";
import { median, quantile, table } from "./machine.ts";
import { type Access, isExisting } from "./members.ts";

interface Told {
  readonly exists: boolean | null;
  readonly right: boolean;
  readonly shown: boolean;
  readonly ms: number;
}

/** A Markdown table: of how many accesses the name exists, and is the one that was written. */
export async function measureMembers(accesses: readonly Access[], settings: Settings): Promise<string> {
  const installation = installed();
  const roster = new Roster({ experts: installation.experts, user: null });
  const engine = await openEngine({ ...engineOptions(installation, settings), cacheBytes: 0 });
  // Nothing is kept: the arms have the same prompt, and the second one would take over what the first has read.
  const syntax = patientSyntax();
  const tell = async (access: Access, names: readonly string[] | null, arm: string): Promise<Told> => {
    const root = { uri: `file:///${arm}/${access.id}`, name: access.workspace };
    const document = TextDocument.create(`${root.uri}/${access.path}`, "typescript", 0, access.before + access.after);
    const offset = access.before.length;
    const scope = await syntax.scope(document, document.positionAt(offset), root);
    const crew: Crew = {
      engine,
      rules: roster.rulesFor(null),
      installed: engine.experts.map(({ id }) => id),
      threshold: (expert) => roster.thresholdOf(expert),
      addedFaults: (put) => syntax.addedFaults(document, offset, put),
      names: () => names,
    };
    const { text, hidden, ms } = await finished(
      answer("complete", scope, crew, settings, new AbortController().signal),
    );
    const right = /^#?[\p{L}\p{N}_$]+/u.exec(text)?.[0] === access.written;
    return { exists: isExisting(text, access), right, shown: hidden === null, ms };
  };
  const without: Told[] = [];
  const held: Told[] = [];
  // By turns, so that a busy moment of the machine meets both.
  for (const access of accesses) {
    without.push(await tell(access, null, "without"));
    held.push(await tell(access, access.names, "with"));
  }
  await engine.close();
  const count = (told: readonly Told[], which: (each: Told) => boolean) => {
    const found = told.filter(which).length;
    return `${found} of ${told.length} (${told.length === 0 ? "none" : `${((100 * found) / told.length).toFixed(1)} %`})`;
  };
  const row = (title: string, told: readonly Told[]) => {
    const shown = told.filter((each) => each.shown);
    const times = told.map(({ ms }) => ms);
    return [
      title,
      count(told, ({ exists }) => exists === true),
      count(told, ({ exists }) => exists === false),
      count(told, ({ right }) => right),
      count(shown, ({ exists }) => exists === false),
      count(shown, ({ right }) => right),
      median(times).toFixed(0),
      quantile(times, 0.95).toFixed(0),
    ];
  };
  return table([
    [
      "",
      "name exists",
      "name is wrong",
      "name as written",
      "wrong, of shown",
      "as written, of shown",
      "ms, p50",
      "ms, p95",
    ],
    row("without known names", without),
    row("with known names", held),
  ]);
}
