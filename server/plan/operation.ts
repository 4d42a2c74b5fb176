// What an operation is: one kind of edit, what it needs, and what it may ask for.
import type { Task } from "../protocol.ts";
import type { Change } from "./edits.ts";
import type { Project } from "./project.ts";

/** What words have cost. */
export interface Spent {
  readonly promptTokens: number;
  /** Of the prompt's tokens, how many the backbone had read before. */
  readonly reusedTokens: number;
  readonly newTokens: number;
  readonly ms: number;
}

/** The function or class at an offset of a text, and the expert who is to describe it. */
export interface Asked {
  readonly file: string;
  readonly languageId: string;
  readonly text: string;
  readonly offset: number;
  readonly expert: string;
}

/** A comment, as it is put in at an offset. */
export interface Documented {
  readonly offset: number;
  readonly text: string;
  readonly spent: Spent;
}

/** A place that wants a name, as it is shown to a model. */
export interface Unnamed {
  readonly file: string;
  readonly languageId: string;
  readonly expert: string;
  /** Code that a name is the next word of: the model's own proposals go on from it. */
  readonly ask: string;
  /** The text before the first place of the name. */
  readonly before: string;
  /** What stands from there on, cut where the name stands: the best name makes the whole likeliest. */
  readonly pieces: readonly string[];
  /** Names by rules, the best first: with a model they are in the contest, without one they are all there is. */
  readonly candidates: readonly string[];
  /** Names that mean something there already. */
  readonly taken: readonly string[];
}

/** Names, the best first. */
export interface Named {
  readonly names: readonly string[];
  readonly spent: Spent;
}

/** The model as operations see it: it fills in words, and nothing else. */
export interface Pen {
  /** The comment, or in words why there is none. */
  document(asked: Asked): Promise<Documented | { readonly why: string }>;
  /** Names for a place, ranked, or in words why nobody can be asked. */
  name(unnamed: Unnamed): Promise<Named | { readonly why: string }>;
}

/** Of pairs of formulas, which are equal, exactly. */
export type Prove = (pairs: readonly (readonly [string, string])[]) => Promise<readonly boolean[]>;

export interface Work {
  readonly project: Project;
  /** Path in the workspace folder. */
  readonly file: string;
  readonly languageId: string;
  readonly text: string;
  readonly options: Readonly<Record<string, string>>;
  /** Null where no model is at hand. */
  readonly pen: Pen | null;
  /** Absent where no algebra is at hand: then what the operation has worked out itself counts. */
  readonly prove?: Prove | undefined;
  /** Id of the expert who does the step. */
  readonly expert: string;
  /** Hears what the expert's words have cost. */
  readonly spend: (spent: Spent) => void;
}

export interface Operation {
  readonly id: string;
  /** In the imperative, for the plan; without the file. */
  readonly title: string;
  /** What rules see when the step's expert is chosen. */
  readonly task: Task;
  /** How much the operation is about what an expert knows, from 0 to 1; experts that are not named have 0. */
  readonly suits: Readonly<Record<string, number>>;
  /** Whether a model fills something in, when the step is previewed or done and not before; else the expert only stands by. */
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
