// A folder of files on which an operation is tried, with the real language service and grammars.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import ts from "typescript";
import { installed } from "../../../server/installation.ts";
import { languageOf } from "../../../server/language.ts";
import { applyEdits } from "../../../server/plan/edits.ts";
import type { Pen } from "../../../server/plan/operation.ts";
import { perform } from "../../../server/plan/planner.ts";
import { Project } from "../../../server/plan/project.ts";
import { operationOf } from "../../../server/plan/registry.ts";
import { Syntax } from "../../../server/syntax/syntax.ts";

export type Files = Readonly<Record<string, string>>;

/** A new folder with those files, gone when the process ends. */
export function folderOf(files: Files): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "coterie-plan-")));
  process.on("exit", () => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

export function projectOf(files: Files): Project {
  const root = folderOf(files);
  const onTrouble = (message: string): never => {
    throw new Error(message);
  };
  const syntax = new Syntax({ files: installed().syntax, patience: Number.POSITIVE_INFINITY, onTrouble });
  return new Project({ root, ts, syntax }, Object.keys(files));
}

/** The files that an operation on the first file changes, as they are then. */
export async function after(
  id: string,
  files: Files,
  options: Readonly<Record<string, string>> = {},
  pen: Pen | null = null,
): Promise<Record<string, string>> {
  const project = projectOf(files);
  const operation = operationOf(id);
  if (!operation) throw new Error(`there is no operation ${id}`);
  const changes = await perform(operation, Object.keys(files)[0]!, options, {
    ...{ project, pen, languageOf },
    ...{ expert: "docs", spend: () => undefined },
  });
  return Object.fromEntries(changes.map(({ file, edits }) => [file, applyEdits(project.text(file) ?? "", edits)]));
}

/** What becomes of a text in one file; null where it stays as it is. */
export async function rewritten(id: string, text: string, file = "a.ts", options = {}): Promise<string | null> {
  return (await after(id, { [file]: text }, options))[file] ?? null;
}
