// The thread of plans: the office behind a link to the server. Its desk is the editor's, reached through the server.
import { parentPort, workerData } from "node:worker_threads";
import { languageOf } from "../language.ts";
import type { GrammarFiles } from "../syntax/grammars.ts";
import { Syntax } from "../syntax/syntax.ts";
import type { Desk, Put } from "./desk.ts";
import { Link } from "./link.ts";
import { Office, type Surroundings } from "./office.ts";
import { loadTypeScript } from "./project.ts";

/** What the server starts the thread with. */
export interface ThreadData {
  readonly runs: string;
  readonly syntax: GrammarFiles;
}

const { runs, syntax: files } = workerData as ThreadData;

/** Bytes lose their class on the way between threads. */
const bytes = (value: Uint8Array | null) => value && Buffer.from(value);

const office = new Office({
  runs,
  syntax: new Syntax({
    files,
    patience: Number.POSITIVE_INFINITY,
    onTrouble: (message) => void link.call("warn", message),
  }),
  typescript: loadTypeScript,
  languageOf,
  pen: { document: (asked) => link.call("document", asked), name: (unnamed) => link.call("name", unnamed) },
  weigh: (goal, titles) => link.call("weigh", goal, titles),
  prove: (pairs) => link.call("prove", pairs),
  desk: (root): Desk => ({
    read: async (file) => bytes(await link.call<Uint8Array | null>("read", root, file)),
    write: (label: string, puts: readonly Put[]) => link.call("write", root, label, puts),
    complaints: (touched) => link.call("complaints", root, touched),
  }),
});

const link = new Link(parentPort!, {
  recipes: () => office.recipes(),
  make: (goal: string, scope: readonly string[], options: Readonly<Record<string, string>>, around: Surroundings) =>
    office.make(goal, scope, options, around),
  take: (source: string, around: Surroundings) => office.take(source, around),
  last: (around: Surroundings) => office.last(around),
  look: (run: string, step: string, around: Surroundings) => office.look(run, step, around),
  apply: (run: string, step: string, leave: readonly string[], around: Surroundings) =>
    office.apply(run, step, leave, around),
  change: (
    run: string,
    step: string,
    change: "skip" | "earlier" | "later" | "expert",
    expert: string,
    around: Surroundings,
  ) => office.change(run, step, change, expert, around),
  undo: (run: string, step: string | null, around: Surroundings) => office.undo(run, step, around),
});
