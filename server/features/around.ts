// What completing needs from the rest of the server.
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Verdict } from "../access.ts";
import type { Crew } from "../answer.ts";
import type { Root } from "../context.ts";
import type { KnownNames } from "../known.ts";
import type { Answer, Settings } from "../protocol.ts";
import type { Rule } from "../route.ts";
import type { Syntax } from "../syntax/syntax.ts";

export interface Around {
  readonly syntax: Syntax;
  /** Null where the editor offers no names. */
  knownNames(): KnownNames | null;
  document(uri: string): TextDocument | undefined;
  /** All that are open. */
  opened(): readonly TextDocument[];
  settings(uri: string): Promise<Settings>;
  mayRead(uri: string): Verdict;
  root(uri: string): Root | null;
  /** Whether files of the workspace may be read that no editor shows. */
  trusted(): boolean;
  rules(uri: string): readonly Rule[];
  /** Ids of the experts that can answer, or that could if the engine were there. */
  installed(): readonly string[];
  /** The engine with its experts, once it is loaded, or in words why there is none. */
  crew(uri: string): Promise<Omit<Crew, "addedFaults" | "isKnown" | "names"> | string>;
  /** Why an expert that is there does not answer at the moment, in words; null for all others. */
  absent(expert: string): string | null;
  /** A number that no other answer of this server has. */
  nextId(): number;
  /** Hears of each computation when it begins and when it ends. */
  answering(yes: boolean): void;
  report(answer: Answer): void;
}
