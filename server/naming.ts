// Places where a name must be one that exists: after a member access, in imports, as an argument, as a type. Pure.
import { balance, codeOnly } from "./brackets.ts";
import type { Surroundings } from "./surroundings.ts";

export interface NamePlace {
  /**
   * "only": whatever comes is one of the names that fit (a member, what is imported). "else": other things may come too (a
   * literal, a new parameter), but a name is one of those that fit.
   */
  readonly kind: "only" | "else";
  /** The part of the name before the cursor; may be "". */
  readonly written: string;
}

const word = /[\p{L}\p{N}_$]*$/u;
const member = /(?:[\p{L}\p{N}_$)\]}"'`!]\s*(?:\?\.|\.)|^\s*\??\.|->|::)$/u;
const imported = /^\s*(?:import|export)\s+(?:type\s+)?(?:[\w$]+\s*,\s*)?\{[^}]*$|^\s*from\s+\S+\s+import\s+\(?[^#]*$/;
const typed = /(?::|\bas|\bextends|\bimplements|\bnew|\binstanceof)\s+$/;
const operators = /[^=!<>]=\s*$/;

/** What kind of name is written at the cursor; null where names do not decide. */
export function namePlace({ region, languageId, before }: Surroundings): NamePlace | null {
  if (region !== "code") return null;
  const written = word.exec(before)![0];
  const front = before.slice(0, before.length - written.length);
  // A number is no name.
  if (/^\d/.test(written)) return null;
  const code = codeOnly(front, languageId);
  if (imported.test(front)) return /(?:[{,(]|\bimport|\btype)\s*$/.test(front) ? { kind: "only", written } : null;
  // Strings are blanks in the code, so the mark is looked for where it stands.
  if (/[.>:]$/.test(code) && member.test(front) && !/(?:^|[^\p{L}_$\])])\d+\.$/u.test(front))
    return { kind: "only", written };
  const open = balance(code).open.at(-1);
  const argument = open !== undefined && code[open] === "(" && /[\p{L}\p{N}_$)\]>]\($/u.test(code.slice(0, open + 1));
  if (argument && /[(,]\s*$/.test(code)) return { kind: "else", written };
  return typed.test(code) || operators.test(code) ? { kind: "else", written } : null;
}

/** What is left to write of the names that begin as written; each once. */
export function remainders(names: readonly string[], { written }: NamePlace): string[] {
  const fitting = names.filter((name) => name.startsWith(written)).map((name) => name.slice(written.length));
  return [...new Set(fitting)];
}

/** Whether a text writes a name at the place that is none of those that fit, and that it does not make itself. */
export function isImagined(text: string, { kind, written }: NamePlace, names: readonly string[]): boolean {
  const [name] = /^#?[\p{L}\p{N}_$]*/u.exec(written + text)!;
  if (name === "" || /^\d/.test(name)) return kind === "only" && text.trim() !== "";
  // The parameter of a function, or an argument by its name.
  const behind = (written + text).slice(name.length);
  if (kind === "else" && /^\s*(?:=>|=(?!=)|:|['"`])/.test(behind)) return false;
  return !names.includes(name);
}
