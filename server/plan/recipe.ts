// What a recipe is: a goal that people have, the words they use for it, and the operations that reach it.
import type { Project } from "./project.ts";

/** A step before it has an expert, a number and edits. */
export interface Draft {
  readonly operation: string;
  readonly file: string;
  /** What is added to the operation's title. */
  readonly about?: string;
  readonly options?: Readonly<Record<string, string>>;
}

export interface Recipe {
  readonly id: string;
  readonly title: string;
  /** Words of goals that mean this recipe, each with its weight; matched by their stems. */
  readonly words: Readonly<Record<string, number>>;
  /** What the user has to say beyond the goal: option -> question. */
  readonly asks?: Readonly<Record<string, string>>;
  /** The steps for one file, in their order; the planner leaves out those that would change nothing. */
  draft(
    file: string,
    project: Project,
    options: Readonly<Record<string, string>>,
    languageId: string,
  ): readonly Draft[] | Promise<readonly Draft[]>;
}

/** A recipe that has the same operations for every file. */
export function inTurn(...operations: readonly string[]): Recipe["draft"] {
  return (file) => operations.map((operation) => ({ operation, file }));
}
