// What an operation is: one kind of edit, what it needs, and what it may ask for.
import type { Task } from "../protocol.ts";
import type { Change } from "./edits.ts";
import type { Project } from "./project.ts";

/** The model as operations see it: it fills in words, and nothing else. */
export interface Pen {
  /**
   * Ranks names for a declaration by how likely they are in its place, best first.
   * @param before the text before the name, `after` what follows it
   */
  rankNames(file: string, before: string, after: string, names: readonly string[]): Promise<readonly string[]>;
  /** Documents the declaration at an offset: the comment's lines without its marks, or null with the reason. */
  document(file: string, offset: number): Promise<{ readonly text: string } | { readonly why: string }>;
}

export interface Work {
  readonly project: Project;
  /** Path in the workspace folder. */
  readonly file: string;
  readonly languageId: string;
  readonly text: string;
  readonly options: Readonly<Record<string, string>>;
  /** Null where no model is at hand: operations then take their own proposals. */
  readonly pen: Pen | null;
}

export interface Operation {
  readonly id: string;
  /** In the imperative, for the plan; without the file. */
  readonly title: string;
  /** What rules see when the step's expert is chosen. */
  readonly task: Task;
  /** How much the operation is about what an expert knows, from 0 to 1; experts that are not named have 0. */
  readonly suits: Readonly<Record<string, number>>;
  /** Whether a model fills something in; else the expert only stands by. */
  readonly fills: boolean;
  readonly languages: readonly string[];
  /** Whether other files may change too. */
  readonly wide?: boolean;
  /** What is to be changed in the file as it is now; nothing where there is nothing to do. */
  perform(work: Work): Promise<readonly Change[]> | readonly Change[];
}

export const scriptLanguages = ["typescript", "typescriptreact", "javascript", "javascriptreact"] as const;

/** Changes of the one file that an operation looks at. */
export function changesOf(file: string, edits: Change["edits"]): readonly Change[] {
  return edits.length === 0 ? [] : [{ file, edits, creates: false }];
}
