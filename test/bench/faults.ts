// What a suggestion must never do, found by comparing the line that it makes with the line that was written. Pure.

/** The line around a cursor, and what was written or is suggested there. */
export interface Filled {
  /** The line's text before the cursor, and after it. */
  readonly before: string;
  readonly after: string;
  /** What was written between them. */
  readonly rest: string;
}

export const faults = ["control token", "doubled bracket", "repeated suffix"] as const;
export type Fault = (typeof faults)[number];

/** What is wrong with a suggestion, apart from being another text. */
export function faultsOf(suggested: string, { before, after, rest }: Filled): Fault[] {
  const found: Fault[] = [];
  if (controls.test(suggested) && !controls.test(rest)) found.push("control token");
  if (unopened(before + suggested + after) > unopened(before + rest + after)) found.push("doubled bracket");
  const suffix = after.trim();
  if (suffix.length > 1 && suggested.trimEnd().endsWith(suffix) && !rest.endsWith(suffix))
    found.push("repeated suffix");
  return found;
}

const controls = /<\|\w+\|>|<(repo_name|reponame|file_sep|filename|gh_stars|issue_\w+|jupyter_\w+|empty_output)>/;
const opening: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** Closing brackets of a line that close nothing on it. Strings are not looked into: they count on both sides alike. */
function unopened(line: string): number {
  const open: string[] = [];
  let count = 0;
  for (const char of line) {
    if ("([{".includes(char)) open.push(char);
    else if (char in opening) {
      if (open.at(-1) === opening[char]) open.pop();
      else count++;
    }
  }
  return count;
}
