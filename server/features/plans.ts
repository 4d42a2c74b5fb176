// coterie/makePlan and its like: plans are made and run in a thread of their own; the editor's documents are its desk.
import { readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { Connection } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { URI } from "vscode-uri";
import * as z from "zod";
import { proofs } from "../algebra/thread.ts";
import type { Installation } from "../installation.ts";
import { Refusal } from "../packs/refusal.ts";
import { decode, encode } from "../plan/bytes.ts";
import { type Put, readIfThere, replace, same, type Written } from "../plan/desk.ts";
import { editsBetween } from "../plan/edits.ts";
import { Link, PlanRefusal } from "../plan/link.ts";
import type { Weigh } from "../plan/match.ts";
import type { Surroundings } from "../plan/office.ts";
import type { Asked, Unnamed } from "../plan/operation.ts";
import { ModelPen } from "../plan/pen.ts";
import { caps } from "../plan/plan.ts";
import { weighed } from "../plan/weigh.ts";
import * as messages from "../planning.ts";
import type { Settings } from "../protocol.ts";
import type { Rule } from "../route.ts";
import type { Syntax } from "../syntax/syntax.ts";
import type { Around } from "./around.ts";

export interface PlansAround {
  readonly installation: Installation;
  readonly connection: Connection;
  documents(): readonly TextDocument[];
  /** Path of the workspace folder that holds a file, or null. */
  folderOf(uri: string): string | null;
  rules(folder: string): readonly Rule[];
  installed(): readonly string[];
  trusted(): boolean;
  settings(uri: string): Promise<Settings>;
  readonly syntax: Syntax;
  readonly crew: Around["crew"];
}

const words = z.string().max(8192);
const stepOf = z.object({ run: z.string().max(64), step: z.string().max(16) });
const shapes = {
  make: z.object({
    uris: z.array(words).min(1).max(caps.files),
    goal: z.string().max(500),
    options: z.record(z.string().max(40), z.string().max(2_000)),
  }),
  open: z.object({ uri: words.nullable(), root: words }),
  apply: stepOf.extend({ leave: z.array(words).max(10_000) }),
  change: stepOf.extend({
    change: z.enum(["skip", "earlier", "later", "expert"]),
    expert: z.string().max(32).optional(),
  }),
  undo: z.object({ run: z.string().max(64), step: z.string().max(16).nullable() }),
};

export class Plans {
  readonly #around: PlansAround;
  readonly #pen: ModelPen;
  readonly #weigh: Weigh;
  #link: Link | null = null;
  #worker: Worker | null = null;
  /** A request begins when the one before has ended: two plans at once do not see each other's halves. */
  #idle: Promise<unknown> = Promise.resolve();
  /** The folder of a run. */
  readonly #roots = new Map<string, string>();
  #complaints: readonly string[] = [];

  constructor(around: PlansAround) {
    this.#around = around;
    const who = async (expert: string) => {
      const crew = await around.crew("plan:/");
      if (typeof crew === "string") return crew;
      if (!crew.installed.includes(expert))
        return `there is no expert ${expert} any more: give the step to another one`;
      return { engine: crew.engine, expert, manner: crew.about?.(expert)?.manner };
    };
    this.#pen = new ModelPen({ syntax: around.syntax, who });
    this.#weigh = async (goal, titles) => {
      const asked = await who("general");
      return typeof asked === "string" ? null : weighed(asked, goal, titles);
    };
  }

  /** Answers the requests about plans. `fenced` runs each so that whatever goes wrong in it ends there, in words. */
  serve(connection: Connection, fenced: <T>(what: string, run: () => T | Promise<T>) => Promise<unknown>): void {
    const on = (type: { readonly method: string }, run: (params: unknown) => Promise<unknown>) =>
      connection.onRequest(type.method, (params: unknown) =>
        fenced("A plan failed", () => this.#inTurn(() => run(params))),
      );
    on(messages.planRecipes, () => this.#ask("recipes"));
    on(messages.makePlan, async (params) => {
      const { uris, goal, options } = shapes.make.parse(params);
      const root = this.#rootOf(uris[0]!);
      const files = uris.map((uri) => {
        if (this.#rootOf(uri) !== root) throw new Refusal("a plan is about files of one workspace folder");
        return pathIn(root, URI.parse(uri).fsPath);
      });
      const made = await this.#ask<messages.MakePlanResult>(
        "make",
        goal,
        files,
        options,
        await this.#surroundings(root),
      );
      if (made.plan) this.#roots.set(made.plan.run, root);
      return made;
    });
    on(messages.openPlan, async (params) => {
      const { uri, root: folder } = shapes.open.parse(params);
      const root = URI.parse(folder).fsPath;
      if (this.#around.folderOf(`${folder.replace(/\/$/, "")}/x`) !== root)
        throw new Refusal("this folder is not open");
      const around = await this.#surroundings(root);
      const plan = await (uri === null
        ? this.#ask<messages.PlanRun | null>("last", around)
        : this.#ask<messages.PlanRun | null>("take", readFileSync(URI.parse(uri).fsPath, "utf8"), around));
      if (plan) this.#roots.set(plan.run, root);
      return plan;
    });
    on(messages.previewStep, async (params) => {
      const { run, step } = stepOf.parse(params);
      return this.#ask("look", run, step, await this.#ofRun(run));
    });
    on(messages.applyStep, async (params) => {
      const { run, step, leave } = shapes.apply.parse(params);
      return this.#ask("apply", run, step, leave, await this.#ofRun(run));
    });
    on(messages.changeStep, async (params) => {
      const { run, step, change, expert = "" } = shapes.change.parse(params);
      return this.#ask("change", run, step, change, expert, await this.#ofRun(run));
    });
    on(messages.undoPlan, async (params) => {
      const { run, step } = shapes.undo.parse(params);
      return this.#ask("undo", run, step, await this.#ofRun(run));
    });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#idle.then(run);
    // Its fault is told to whoever asked.
    this.#idle = result.catch(() => undefined);
    return result;
  }

  async #ask<T>(name: string, ...values: readonly unknown[]): Promise<T> {
    if (!this.#around.trusted()) throw new Refusal("plans edit files: trust this workspace first");
    try {
      return await this.#thread().call<T>(name, ...values);
    } catch (error) {
      throw error instanceof PlanRefusal ? new Refusal(error.message) : error;
    }
  }

  #thread(): Link {
    if (this.#link) return this.#link;
    const { installation, connection } = this.#around;
    const workerData = { runs: installation.userRuns, syntax: installation.syntax };
    const worker = new Worker(installation.planner, { workerData });
    const link = new Link(worker, {
      read: (root: string, file: string) => this.#read(root, file),
      write: (root: string, label: string, puts: readonly Put[]) => this.#write(root, label, puts),
      complaints: () => this.#complaints,
      weigh: this.#weigh,
      prove: proofs(installation.algebra),
      document: (asked: Asked) => this.#pen.document(asked),
      name: (unnamed: Unnamed) => this.#pen.name(unnamed),
      warn: (message: string) => connection.console.warn(message),
    });
    const gone = (why: string) => {
      if (this.#link !== link) return;
      [this.#link, this.#worker] = [null, null];
      link.end(`The planner has ended: ${why}. What it was doing is in its journal; resume the plan.`);
    };
    worker.on("error", (error) => gone(error.message));
    worker.on("exit", (code) => gone(`exit code ${code}`));
    worker.unref();
    [this.#link, this.#worker] = [link, worker];
    return link;
  }

  #rootOf(uri: string): string {
    const root = URI.parse(uri).scheme === "file" ? this.#around.folderOf(uri) : null;
    if (root === null)
      throw new Refusal("plans edit files in workspace folders on this disk only: open the folder first");
    return root;
  }

  #ofRun(run: string): Promise<Surroundings> {
    const root = this.#roots.get(run);
    if (root === undefined) throw new Refusal("this run is not open any more; resume the last plan");
    return this.#surroundings(root);
  }

  async #surroundings(root: string): Promise<Surroundings> {
    const { rules, installed } = this.#around;
    const open: Record<string, string> = {};
    const languages: Record<string, string> = {};
    for (const { file, document } of this.#open(root)) {
      languages[file] = document.languageId;
      const text = document.getText();
      if (decoded(readIfThere(join(root, file)))?.text !== text) open[file] = text;
    }
    const { testCommand: test } = await this.#around.settings("");
    return { root, rules: rules(root), installed: installed(), open, languages, test };
  }

  #open(root: string): readonly { readonly file: string; readonly document: TextDocument }[] {
    return this.#around.documents().flatMap((document) => {
      const { scheme, fsPath } = URI.parse(document.uri);
      const file = scheme === "file" ? pathIn(root, fsPath) : "..";
      return file.startsWith("..") ? [] : [{ file, document }];
    });
  }

  /** As the user has it: an open document counts, with the byte order mark that its file has. */
  #read(root: string, file: string): Buffer | null {
    const disk = readIfThere(join(root, file));
    const open = this.#open(root)
      .find((each) => each.file === file)
      ?.document.getText();
    const was = decoded(disk);
    if (open === undefined || disk === null || was?.text === open) return disk;
    return encode({ text: open, bom: was?.bom ?? false });
  }

  /** By the editor, in one edit; what it cannot keep, such as mixed line endings, is then set right on the disk. */
  async #write(root: string, label: string, moved: readonly Put[]): Promise<Written> {
    const puts = moved.map(({ file, before, after }) => ({
      file,
      before: before && Buffer.from(before),
      after: after && Buffer.from(after),
    }));
    for (const { file, before } of puts) {
      if (!same(this.#read(root, file), before)) return { why: `${file} has changed meanwhile` };
    }
    const files = puts.map(({ file, before, after }) => {
      const [old, fresh] = [before && decode(before).text, after && decode(after).text];
      const edits = old !== null && fresh !== null ? editsBetween(old, fresh) : [];
      return { uri: pathToFileURL(join(root, file)).href, before: old, after: fresh, edits };
    });
    const {
      why,
      after: held,
      complaints,
    } = await this.#around.connection.sendRequest<messages.WriteFilesResult>(messages.writeFiles.method, {
      label,
      files,
    });
    this.#complaints = complaints;
    if (why !== null) return { why };
    for (const { file, after } of puts) {
      const disk = readIfThere(join(root, file));
      if (disk !== null && after !== null && !same(disk, after) && alike(disk, after)) replace(join(root, file), after);
    }
    const after = puts.map(({ after: meant }, i) => {
      const text = held[i] ?? null;
      if (meant === null || text === null) return meant;
      const now = encode({ text, bom: decode(meant).bom });
      return alike(now, meant) ? meant : now;
    });
    return { why: null, after };
  }
}

function pathIn(root: string, path: string): string {
  return relative(root, path).split(sep).join("/");
}

/** The text of a file that is there; null where there is none, or where it is no text, and so no text of an open document. */
function decoded(bytes: Buffer | null): ReturnType<typeof decode> | null {
  if (bytes === null) return null;
  try {
    return decode(bytes);
  } catch {
    return null;
  }
}

/** Whether two texts differ in their line endings or byte order mark only. */
function alike(one: Buffer, other: Buffer): boolean {
  const lines = (bytes: Buffer) => decode(bytes).text.replaceAll("\r\n", "\n");
  return lines(one) === lines(other);
}
